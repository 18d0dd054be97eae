"""Embeddings kept on disk as they are made, so that a killed build goes on where it was.

A checkpoint is a folder of shards, each an `.npz` of content hashes and their vectors. It is
keyed by content: what a picture's vector is depends on its bytes alone.
"""

import logging
import shutil
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from recommender.errors import SimilarityError
from runs.files import replacing, sha256_of

logger = logging.getLogger(__name__)

# What numpy and zipfile raise for a file that is cut short or is not a shard at all.
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


# Vectors in a shard. A kill loses those since the last one: on two slow cores, half a minute's.
SHARD = 64
# A shard of fewer is joined with others, when there are some.
THIN = 32


class CheckpointError(SimilarityError):
    """What was embedded could not be kept, or has gone; the live index is as it was."""


class Checkpoint:
    """The shards of one embedder's unfinished build, in `folder`."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.folder = folder
        self.dimension = dimension

    def add(self, hashes: list[str], vectors: np.ndarray) -> Path:
        """Writes one shard of n content hashes and their (n, dimension) float32 vectors.

        The shard is on disk, whole, when this returns; a kill before leaves none of it. Its name is
        made of the hashes, so that several processes may write at once. Raises CheckpointError
        where it cannot be written.
        """
        arrays = {"hashes": np.array(hashes, "S64"), "vectors": np.asarray(vectors, np.float32)}
        path = self.folder / f"{sha256_of(' '.join(hashes).encode())[:32]}.npz"
        try:
            with replacing(path) as file:
                np.savez(file, allow_pickle=False, **arrays)
            return path
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
            yield self._readable(path)

    def keep_only(self, wanted: Collection[str]) -> None:
        """Takes away the vectors of all other content hashes; what is left of shards is joined.

        Shards that are mostly wanted stay as they are, so that little is written. Raises
        CheckpointError; then nothing that is wanted has gone.
        """
        thin: dict[Path, dict[str, np.ndarray]] = {}
        gone = 0
        for path in self._shards():
            hashes, vectors = self._readable(path)
            kept = {h: v for h, v in zip(hashes, vectors, strict=True) if h in wanted}
            if len(kept) < max(len(hashes) / 2, THIN):
                thin[path] = kept
                gone += len(hashes) - len(kept)
        left = {h: v for kept in thin.values() for h, v in kept.items()}
        if len(thin) < 2 and not gone:
            return
        for start in range(0, len(left), SHARD):
            some = list(left)[start : start + SHARD]
            thin.pop(self.add(some, np.stack([left[content_hash] for content_hash in some])), None)
        for path in thin:
            path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Removes the folder: its vectors are in the index now."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _shards(self) -> list[Path]:
        return sorted(self.folder.glob("*.npz"))

    def _readable(self, path: Path) -> tuple[list[str], np.ndarray]:
        try:
            return self._read(path)
        except _UNREADABLE as error:
            logger.warning("%s: not a readable checkpoint, made anew (%s)", path, error)
            path.unlink()
            return [], np.empty((0, self.dimension), np.float32)

    def _read(self, path: Path) -> tuple[list[str], np.ndarray]:
        with np.load(path, allow_pickle=False) as shard:
            hashes, vectors = shard["hashes"], shard["vectors"]
        if vectors.shape != (len(hashes), self.dimension) or vectors.dtype != np.float32:
            raise ValueError(f"vectors of shape {vectors.shape}, {vectors.dtype}")
        return [content_hash.decode() for content_hash in hashes], vectors
