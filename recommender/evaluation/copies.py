"""Altered copies of a shop's own pictures, as a network sees them.

What is read, altered and embedded at a time is bounded, whatever the number of products.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from catalog.colours.cells import are_one, cells_of
from catalog.pictures import read_picture
from recommender.building.altered_copies import (
    HELD_OUT,
    KINDS,
    RETOUCHED,
    SAVED_AGAIN,
    Kind,
    other_pictures,
)
from recommender.embedders.contract import Embedder
from recommender.evaluation.evaluation import Copies
from recommender.index.similarity_index import SimilarityIndex
from runs.files import sha256_of

Progress = Callable[[int, int], None]

ALL_KINDS: tuple[Kind, ...] = (*KINDS.values(), *SAVED_AGAIN, *RETOUCHED)
# Pictures in memory at a time, and those that go through the network together.
AT_ONCE, BATCH = 128, 32


@dataclass(frozen=True, eq=False)
class EmbeddedCopies:
    """What a network gave for copies of some of n pictures: by kind (m, d) features.

    `places` (m,) say which of the n; the others could not be read, or have changed: `unreadable`
    names them. `seconds` is what the network took for a picture. `one`: by kind of those saved
    again, (m,) whether a copy is its original pixel by pixel.
    """

    places: np.ndarray
    features: dict[str, np.ndarray]
    unreadable: tuple[str, ...]
    seconds: float
    one: dict[str, np.ndarray]

    def as_seen_by(self, index: SimilarityIndex, rows: np.ndarray) -> Copies | None:
        """The copies as `index` compares them, if there are any.

        `rows` (n,) are the n pictures' rows in it.
        """
        if not len(self.places):
            return None
        vectors = {name: index.vectors_of(found) for name, found in self.features.items()}
        return Copies(
            rows[self.places],
            {name: vectors[name] for name in KINDS},
            {kind.name for kind in HELD_OUT},
            [vectors[kind.name] for kind in SAVED_AGAIN],
            [vectors[kind.name] for kind in RETOUCHED],
            [self.one[kind.name] for kind in SAVED_AGAIN],
        )


def embed_copies(
    embedder: Embedder,
    item_ids: Sequence[str],
    content_hashes: Sequence[str],
    progress: Progress | None = None,
) -> EmbeddedCopies:
    """Copies of all kinds of these products' pictures.

    A picture that is not what the index was built of any more is left out. `progress` is called
    with the copies that are done and those there are.
    """
    clock = _Clock(embedder)
    places: list[int] = []
    features: dict[str, list[np.ndarray]] = {kind.name: [] for kind in ALL_KINDS}
    one: dict[str, list[bool]] = {kind.name: [] for kind in SAVED_AGAIN}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for part in _parts(len(item_ids)):
            read = pool.map(lambda place: _read(item_ids[place], content_hashes[place]), part)
            there = {place: data for place, data in zip(part, read, strict=True) if data}
            for number, kind in enumerate(ALL_KINDS):
                copies = list(_copies_of(kind, list(there.values()), pool))
                if kind.name in one:
                    one[kind.name] += pool.map(_are_one, there.values(), copies)
                features[kind.name] += clock.embed(pool.map(embedder.decode, copies))
                if progress:
                    done = part[0] * len(ALL_KINDS) + (number + 1) * len(part)
                    progress(done, len(item_ids) * len(ALL_KINDS))
            places += there
    unreadable = [item_ids[place] for place in sorted(set(range(len(item_ids))) - set(places))]
    stacked = {name: np.array(vectors) for name, vectors in features.items()}
    as_arrays = {name: np.array(found, bool) for name, found in one.items()}
    return EmbeddedCopies(
        np.array(places, np.int64), stacked, tuple(unreadable), clock.seconds_each, as_arrays
    )


def _parts(n: int) -> Iterator[range]:
    """All n places, in parts of nearly the same length, so that none has one picture only."""
    count = -(-n // AT_ONCE)
    ends = [n * number // count for number in range(count + 1)] if n else [0]
    for start, end in pairwise(ends):
        yield range(start, end)


def _read(item_id: str, content_hash: str) -> bytes | None:
    """The picture's bytes, if it is a picture, and the one that was embedded."""
    try:
        data = read_picture(item_id)
        if sha256_of(data) != content_hash:
            return None
        KINDS["grey"].copy(data, data)  # all kinds need it decoded
        return data
    except (OSError, ValueError, SyntaxError):
        return None


def _are_one(data: bytes, copy: bytes) -> bool:
    return are_one(cells_of(data), cells_of(copy))


def _copies_of(kind: Kind, pictures: list[bytes], pool: ThreadPoolExecutor) -> Iterator[bytes]:
    others = [pictures[place] for place in other_pictures(len(pictures))]
    return pool.map(kind.copy, pictures, others)


class _Clock:
    """Embeds, and tells how long the network took for a picture."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._seconds, self._count = 0.0, 0

    def embed(self, decoded: Iterator[np.ndarray]) -> list[np.ndarray]:
        pictures, vectors = list(decoded), list[np.ndarray]()
        for start in range(0, len(pictures), BATCH):
            batch = pictures[start : start + BATCH]
            began = time.perf_counter()
            vectors += list(np.asarray(self._embedder.embed(batch), np.float32))
            self._seconds += time.perf_counter() - began
            self._count += len(batch)
        return vectors

    @property
    def seconds_each(self) -> float:
        return self._seconds / max(self._count, 1)
