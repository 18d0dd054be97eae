"""Pictures on their way through the network and into a checkpoint.

Three things happen at once, so that the network never waits: threads read and decode the next
pictures, the network embeds these, and a thread writes the last ones into the checkpoint. How
much is under way at a time is bounded, whatever the catalogue's size.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.pictures import read_further, read_picture
from recommender.building.ahead import AHEAD, BATCH, ahead, batches
from recommender.building.checkpoints import SHARD, Checkpoint
from recommender.building.embedded_copies import ReadPicture
from recommender.building.embedding import Decoded, Embedded, decode, embed_decoded
from recommender.embedders.contract import Embedder
from runs.files import error_text, sha256_of

# A product's first picture, by its item_id; or one of its further ones, by that and its hash.
Asked = str | tuple[str, str]


@dataclass(frozen=True)
class Read:
    """A product's picture: known by its hash, decoded, or not to be had."""

    asked: Asked
    picture: Decoded


# Products' pictures, and what came of those that were not known.
Batch = tuple[list[Read], list[Embedded]]


def embedded(
    wanted: Iterable[Asked], embedder: "OnDemand", known: Collection[str]
) -> Iterator[Batch]:
    """The products' pictures, and what came of those whose hash is not known, batch by batch."""
    pictures = ahead(lambda asked: _read(asked, embedder, known), wanted, AHEAD * BATCH)
    for batch in batches(pictures, BATCH):
        fresh = [
            read.picture
            for read in batch
            if read.picture.pixels is not None and read.picture.content_hash not in known
        ]
        yield batch, embed_decoded(embedder.get(), fresh) if fresh else []


def _read(asked: Asked, embedder: "OnDemand", known: Collection[str]) -> Read:
    """The hash is that of the bytes embedded, whatever the catalogue has noted."""
    try:
        data = read_picture(asked) if isinstance(asked, str) else read_further(*asked)
    except (OSError, ValueError) as error:
        return Read(asked, Decoded("", None, f"its picture cannot be read: {error_text(error)}"))
    content_hash = sha256_of(data)
    if content_hash in known:
        return Read(asked, Decoded(content_hash, None))
    return Read(asked, decode(embedder.get(), data))


def reader_of(item_ids: Mapping[str, str]) -> ReadPicture:
    """Reads products' pictures by content hash: whose each is, `item_ids` says.

    It raises ValueError for one that has gone, or is another now.
    """

    def read(content_hash: str) -> bytes:
        if not item_ids.get(content_hash):
            raise ValueError("no product has this picture any more")
        data = read_picture(item_ids[content_hash])
        if sha256_of(data) != content_hash:
            raise ValueError("the picture has changed meanwhile")
        return data

    return read


class OnDemand:
    """The embedder, loaded when it is asked for first; loading takes seconds."""

    def __init__(self, load: Callable[[], Embedder]) -> None:
        self._load, self._lock = load, threading.Lock()
        self._embedder: Embedder | None = None

    def get(self) -> Embedder:
        with self._lock:
            if self._embedder is None:
                self._embedder = self._load()
            return self._embedder


class WrittenBehind:
    """Vectors on their way into a checkpoint: a full shard is written while the next one fills."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._shard: dict[str, np.ndarray] = {}
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[Path] | None = None

    def add(self, content_hash: str, vector: np.ndarray) -> None:
        """Takes one vector; raises CheckpointError where the last shard could not be written."""
        self._shard[content_hash] = vector
        if len(self._shard) >= SHARD:
            self._write()

    def add_all(self, found: Iterable[Embedded], known: Collection[str] = ()) -> None:
        """Takes the vectors of those that are not known; raises CheckpointError as `add`."""
        for came_of in found:
            if came_of.vector is not None and came_of.content_hash not in known:
                self.add(came_of.content_hash, came_of.vector)

    def _write(self) -> None:
        if self._writing is not None:
            self._writing.result()
        hashes, vectors = list(self._shard), np.stack(list(self._shard.values()))
        self._writing = self._thread.submit(self.checkpoint.add, hashes, vectors)
        self._shard = {}

    def __enter__(self) -> "WrittenBehind":
        return self

    def __exit__(self, *_error: object) -> None:
        """What was embedded is kept, however the run ended."""
        with self._thread:
            if self._shard:
                self._write()
            if self._writing is not None:
                self._writing.result()
