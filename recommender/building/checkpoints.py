"""Embeddings kept on disk as they are made, so that a killed build goes on where it was.

A checkpoint is a folder of shards, each an `.npz` of content hashes and their vectors. It is
keyed by content: what a picture's vector is depends on its bytes alone.
"""

import logging
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from recommender.errors import SimilarityError
from runs.files import replacing

logger = logging.getLogger(__name__)

# What numpy and zipfile raise for a file that is cut short or is not a shard at all.
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


class CheckpointError(SimilarityError):
    """What was embedded could not be kept, or has gone; the live index is as it was."""


class Checkpoint:
    """The shards of one embedder's unfinished build, in `folder`."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.folder = folder
        self.dimension = dimension

    def add(self, hashes: list[str], vectors: np.ndarray) -> None:
        """Writes one shard of n content hashes and their (n, dimension) float32 vectors.

        The shard is on disk, whole, when this returns; a kill before leaves none of it. Raises
        CheckpointError where it cannot be written.
        """
        arrays = {"hashes": np.array(hashes, "S64"), "vectors": np.asarray(vectors, np.float32)}
        try:
            number = max((int(path.stem) for path in self._shards()), default=0) + 1
            with replacing(self.folder / f"{number:06}.npz") as file:
                np.savez(file, allow_pickle=False, **arrays)
        except OSError as error:
            raise CheckpointError(
                f"What was embedded cannot be kept in {self.folder} ({error.strerror or error})."
            ) from error

    def hashes(self) -> set[str]:
        """The content hashes that need not be embedded again."""
        return {content_hash for hashes, _ in self.shards() for content_hash in hashes}

    def shards(self) -> Iterator[tuple[list[str], np.ndarray]]:
        """Each readable shard: its hashes and (n, dimension) vectors; a broken one is removed."""
        for path in self._shards():
            try:
                yield self._read(path)
            except _UNREADABLE as error:
                logger.warning("%s: not a readable checkpoint, made anew (%s)", path, error)
                path.unlink()

    def clear(self) -> None:
        """Removes the folder: its vectors are in the index now."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _shards(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9]*.npz"))

    def _read(self, path: Path) -> tuple[list[str], np.ndarray]:
        with np.load(path, allow_pickle=False) as shard:
            hashes, vectors = shard["hashes"], shard["vectors"]
        if vectors.shape != (len(hashes), self.dimension) or vectors.dtype != np.float32:
            raise ValueError(f"vectors of shape {vectors.shape}, {vectors.dtype}")
        return [content_hash.decode() for content_hash in hashes], vectors
