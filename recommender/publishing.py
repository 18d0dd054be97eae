"""Putting an index in place of the live one: swap, roll back, and who may.

`<embedder>.sha256` beside the index lists the checksums of the live index and the one before, in
the format of sha256sum.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recommender.errors import SimilarityError
from recommender.index.file import IndexFileError, load_index, verify_index, write_index
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.places import index_path, previous_path
from runs.files import Locked, locked, put_in_place, replace_file, sha256_of_file


class PublishError(SimilarityError):
    """The live index could not be changed, and is as it was; the sentence says why."""


def publish(index: SimilarityIndex) -> None:
    """Makes `index` live: written beside, verified by loading, then swapped in.

    The index that was live is kept for `rollback`. Raises PublishError; then nothing has changed.
    """
    name = index.manifest.embedder
    path = index_path(name)
    fresh = path.with_name(f"{name}.joblib.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        checksum = write_index(index, fresh)
        verify_index(fresh)
        _list_checksums(name, checksum)
        if path.exists():
            _link(path, previous_path(name))
        put_in_place(fresh, path)
    except (OSError, IndexFileError) as error:
        fresh.unlink(missing_ok=True)
        raise PublishError(f"The new index could not be written: {error}") from error


def rollback(embedder: str) -> Manifest:
    """Makes the previous index live again, and the live one the previous.

    Returns the manifest of what is live now. Raises PublishError; then nothing has changed.
    """
    path, previous = index_path(embedder), previous_path(embedder)
    if not previous.exists():
        raise PublishError(f"There is no previous index of {embedder} to go back to.")
    try:
        if sha256_of_file(previous) not in _checksums(embedder):
            raise PublishError(f"{previous} is not what was written: its SHA-256 differs.")
        verify_index(previous)
        returning = path.with_name(f"{embedder}.joblib.returning")
        _link(previous, returning)
        if path.exists():
            _link(path, previous)
        put_in_place(returning, path)
        return load_index(path).manifest
    except (OSError, IndexFileError) as error:
        raise PublishError(f"The previous index cannot be used: {error}") from error


@contextmanager
def exclusive(embedder: str) -> Iterator[None]:
    """Keeps two processes from changing one index at once; raises PublishError for the second.

    The lock goes with the process, so a kill leaves none behind.
    """
    try:
        with locked(index_path(embedder).with_suffix(".lock")):
            yield
    except Locked as error:
        raise PublishError(f"Another process is changing the index of {embedder}.") from error


def _link(source: Path, target: Path) -> None:
    """Makes `target` another name of the file `source`, replacing what it was in one step."""
    temporary = target.with_name(target.name + ".link")
    temporary.unlink(missing_ok=True)
    os.link(source, temporary)
    temporary.replace(target)


def _checksum_path(embedder: str) -> Path:
    return index_path(embedder).with_suffix(".sha256")


def _checksums(embedder: str) -> list[str]:
    path = _checksum_path(embedder)
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []


def _list_checksums(embedder: str, newest: str) -> None:
    """Lists `newest` before the ones known; written before the swap, so a kill loses none."""
    kept = [newest, *(checksum for checksum in _checksums(embedder) if checksum != newest)][:3]
    lines = "".join(f"{checksum}  {embedder}.joblib\n" for checksum in kept)
    replace_file(_checksum_path(embedder), lines.encode())
