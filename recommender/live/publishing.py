"""Putting an index file in place of the live one: swap, roll back, and who may.

`<embedder>.sha256` beside the index lists the checksums of what was published last, in the format
of sha256sum.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from recommender.embedders.registry import embedder_spec
from recommender.errors import OF_ANOTHER_VERSION
from recommender.errors import PublishError as PublishError
from recommender.index.file import IndexFileError, load_index, verify_index, write_index
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.live.paths import index_path, previous_path
from runs.files import Locked, error_text, locked, put_in_place, replace_file, sha256_of_file

# Two would do; a publish that is killed before its swap leaves one more.
KEPT = 50


def publish(index: SimilarityIndex) -> None:
    """Makes `index` live: written beside, verified by loading, then swapped in.

    The index that was live is kept for `rollback`. Raises PublishError; then nothing has changed.
    """
    name = index.manifest.embedder
    fresh = _beside(name, "new")
    try:
        fresh.parent.mkdir(parents=True, exist_ok=True)
        _settle(name)
        checksum = write_index(index, fresh)
        verify_index(fresh)
        _list_checksums(name, checksum)
        _swap_in(fresh, name)
    except (OSError, IndexFileError) as error:
        raise PublishError(f"The new index could not be written: {error_text(error)}") from error
    finally:
        fresh.unlink(missing_ok=True)


def rollback(embedder: str) -> Manifest:
    """Makes the previous index live again, and the live one the previous.

    Returns the manifest of what is live now. Raises PublishError; then nothing has changed.
    """
    previous, returning = previous_path(embedder), _beside(embedder, "returning")
    try:
        _settle(embedder)
        if not previous.exists():
            raise PublishError(f"There is no previous index of {embedder} to go back to.")
        verify_index(previous)
        if sha256_of_file(previous) not in _checksums(embedder):
            raise PublishError(f"{previous} is not what was written: its SHA-256 differs.")
        if not (manifest := load_index(previous).manifest).is_of(embedder_spec(embedder)):
            raise PublishError(OF_ANOTHER_VERSION % embedder)
        _link(previous, returning)
        _swap_in(returning, embedder)
        return manifest
    except (OSError, IndexFileError) as error:
        reason = error.sentence if isinstance(error, IndexFileError) else error_text(error)
        raise PublishError(f"The previous index cannot be used: {reason}") from error


def _swap_in(incoming: Path, embedder: str) -> None:
    """Renames a synced file over the live index, which becomes the previous one.

    Until that is done, the index that was live has a second name, `.replaced`, so that a kill
    between any two steps loses neither; `_settle` then does what is left.
    """
    path, replaced = index_path(embedder), _beside(embedder, "replaced")
    if path.exists():
        _link(path, replaced)
    put_in_place(incoming, path)
    if replaced.exists():
        put_in_place(replaced, previous_path(embedder))


def _settle(embedder: str) -> None:
    """Ends a swap that was killed midway: by its last step if the new index is live, else none."""
    path, replaced = index_path(embedder), _beside(embedder, "replaced")
    if replaced.exists():
        if path.exists() and path.samefile(replaced):
            replaced.unlink()
        else:
            put_in_place(replaced, previous_path(embedder) if path.exists() else path)
    _beside(embedder, "returning").unlink(missing_ok=True)


def is_as_written(embedder: str) -> bool:
    """Whether the live index is byte for byte what was published. Reads all of it."""
    try:
        return sha256_of_file(index_path(embedder)) in _checksums(embedder)
    except OSError:
        return False


@contextmanager
def exclusive(embedder: str) -> Iterator[None]:
    """Keeps two processes from changing one index at once; raises PublishError for the second.

    The lock goes with the process, so a kill leaves none behind.
    """
    with ExitStack() as held:
        try:
            held.enter_context(locked(index_path(embedder).with_suffix(".lock")))
        except Locked as error:
            raise PublishError(
                f"Another process is changing the index of {embedder}; wait until it has ended."
            ) from error
        except OSError as error:
            raise PublishError(f"VAR_DIR cannot be written: {error_text(error)}") from error
        yield


def _beside(embedder: str, state: str) -> Path:
    """The name, beside the live index, of one that is in some other state."""
    path = index_path(embedder)
    return path.with_name(f"{path.name}.{state}")


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
    kept = [newest, *(checksum for checksum in _checksums(embedder) if checksum != newest)][:KEPT]
    lines = "".join(f"{checksum}  {embedder}.joblib\n" for checksum in kept)
    replace_file(_checksum_path(embedder), lines.encode())
