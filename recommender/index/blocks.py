"""All neighbour lists in blocks of rows, each in a file of its own: any process can make any.

A block's rows are compared with all rows, a block of columns at a time. Its lists depend on the
vectors alone, so whoever makes them, and however often one is killed on the way, they are the same
bit for bit. No Django: this runs on other machines, too.
"""

import hashlib
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from recommender.index.candidates import Scorer
from recommender.index.metrics import Metric
from recommender.index.neighbours import STRIP, Lists, lists_of
from runs.files import replacing

# Rows in a block: a catalogue is cut into 32 blocks or more, so that many can work on it, of which
# none takes many hours.
BLOCKS, LARGEST = 32, 4096
# What changes the lists changes this.
RECIPE = 1
# What numpy and zipfile raise for a file that is cut short or is none of ours.
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
# What a Scorer is made of, and other processes read.
ARRAYS = ("embeddings", "squared", "centre", "centred_squared", "shift")


class Block(NamedTuple):
    """Rows from `start` to before `stop`."""

    start: int
    stop: int

    def path(self, folder: Path) -> Path:
        """Where its lists are kept."""
        return folder / f"{self.start:010}-{self.stop:010}.npz"


def blocks_of(count: int) -> list[Block]:
    """The blocks of `count` rows; of as many rows the same ones, always."""
    size = min(LARGEST, STRIP * max(1, -(-count // (BLOCKS * STRIP))))
    return [Block(start, min(start + size, count)) for start in range(0, count, size)]


def name_of(embeddings: np.ndarray, k: int) -> str:
    """What tells the lists of (n, d) vectors from those of others."""
    digest = hashlib.sha256(f"{RECIPE} {k} {embeddings.shape}".encode())
    for block in blocks_of(len(embeddings)):
        digest.update(np.ascontiguousarray(embeddings[block.start : block.stop]).data)
    return digest.hexdigest()[:32]


def keep(scorer: Scorer, folder: Path, k: int, block: Block) -> None:
    """Makes the lists of a block and keeps them, whole or not at all. Raises OSError."""
    made = {metric: Lists.empty(block.stop - block.start, k) for metric in Metric}
    for first in range(block.start, block.stop, STRIP):
        rows = np.arange(first, min(first + STRIP, block.stop))
        for metric, lists in lists_of(scorer, rows, k).items():
            made[metric].rows[rows - block.start] = lists.rows
            made[metric].distances[rows - block.start] = lists.distances
    arrays = {f"{metric}_rows": lists.rows for metric, lists in made.items()}
    arrays |= {f"{metric}_distances": lists.distances for metric, lists in made.items()}
    with replacing(block.path(folder)) as file:
        np.savez(file, allow_pickle=False, **arrays)


def kept(folder: Path, k: int, block: Block) -> dict[Metric, Lists] | None:
    """A block's lists, if they are there and whole."""
    shape = (block.stop - block.start, k)
    try:
        with np.load(block.path(folder), allow_pickle=False) as file:
            found = {
                metric: Lists(file[f"{metric}_rows"], file[f"{metric}_distances"])
                for metric in Metric
            }
    except UNREADABLE:
        return None
    is_whole = all(
        lists.rows.shape == shape
        and lists.distances.shape == shape
        and lists.rows.dtype == np.int32
        and lists.distances.dtype == np.float64
        for lists in found.values()
    )
    return found if is_whole else None


# Elsewhere ---------------------------------------------------------------------------------------


def share(scorer: Scorer, folder: Path) -> None:
    """Puts what `keep_shared` needs into the folder, unless it is there. Raises OSError."""
    for name in ARRAYS:
        if not (path := folder / f"{name}.npy").exists():
            with replacing(path) as file:
                np.save(file, getattr(scorer, name), allow_pickle=False)


def keep_shared(folder: Path, k: int, block: Block) -> None:
    """Does what `keep` does in a process that knows the folder alone. Raises OSError."""
    keep(_shared(folder), folder, k, block)


@lru_cache(maxsize=1)
def _shared(folder: Path) -> Scorer:
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
    return Scorer.of(**arrays)
