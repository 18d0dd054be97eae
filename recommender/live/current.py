"""Which index file is live, and taking up a new one without a restart."""

import logging
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from recommender.embedders.contract import LoadableEmbedder
from recommender.embedders.registry import EMBEDDERS, embedder_spec
from recommender.errors import IndexUnavailable as IndexUnavailable
from recommender.index.file import IndexFileError, load_index
from recommender.index.manifest import made_by
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.live import publishing, selection
from recommender.live.file_index import FileIndex
from recommender.live.paths import index_path, previous_path
from recommender.live.worker_threads import Lane, beside

logger = logging.getLogger(__name__)

Signature = tuple[int, int, int]


_live: dict[Path, tuple[Signature, FileIndex]] = {}
_refused: dict[Path, tuple[Signature, IndexFileError]] = {}
_reload_lock = threading.Lock()


def live_index(name: str = "") -> FileIndex:
    """The index of embedder `name`, else of the one that is served, mapped into memory.

    A swapped one is taken up at once. Costs one `stat` unless the file has changed. Raises
    IndexUnavailable.
    """
    name = name or selection.name_served()
    path = index_path(name)
    known = _live.get(path)
    try:
        signature = _signature(path)
    except OSError as error:
        if known:  # whatever has become of the file, what was read of it is good
            return known[1]
        command = f"manage.py build_index --embedder {name}"
        if isinstance(error, FileNotFoundError):
            raise IndexUnavailable(f"There is no index of {name} yet.", command) from None
        raise IndexUnavailable(f"{path} cannot be read: {error.strerror}.", command) from error
    if known and known[0] == signature:
        return known[1]
    if known and not _reload_lock.acquire(blocking=False):
        return known[1]  # somebody takes the new one up; who asks meanwhile need not wait
    if not known:
        _reload_lock.acquire()
    try:
        return _reload(name, path, signature)
    finally:
        _reload_lock.release()


def with_an_index() -> list[str]:
    """The embedders that there is an index of, the one that is served first."""
    names = dict.fromkeys((selection.name_served(), *EMBEDDERS))
    try:
        there = {path.name for path in index_path("any").parent.iterdir()}
    except OSError:
        there = set()
    return [name for name in names if name in EMBEDDERS and index_path(name).name in there]


def previous_index(name: str) -> FileIndex | None:
    """The index that `rollback` would bring back, mapped; None where none can be read.

    It may hold vectors that the embedder of today does not make.
    """
    path = previous_path(name)
    try:
        return _opened(path, _signature(path))
    except (OSError, IndexFileError):
        return None


@lru_cache(maxsize=4)
def _opened(path: Path, _state: Signature) -> FileIndex:
    return FileIndex.of(beside(Lane.FILES, load_index, path))


def _reload(name: str, path: Path, signature: Signature) -> FileIndex:
    """Opens a changed file once; a refused one leaves the index that was live in service."""
    known = _live.get(path)
    if known and known[0] == signature:
        return known[1]
    refused = _refused.get(path)
    if refused is None or refused[0] != signature:
        try:
            index = FileIndex.of(beside(Lane.FILES, load_index, path))
            _require_match(name, index.manifest)
            _live[path] = (signature, index)
            return index
        except IndexFileError as error:
            logger.error("%s", error)
            refused = _refused[path] = (signature, error)
    if known:
        return known[1]
    raise IndexUnavailable(refused[1].sentence, refused[1].command)


def _signature(path: Path) -> Signature:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def signature_of(name: str) -> Signature | None:
    """What tells one state of an index file from another; None where there is none to be read."""
    try:
        return _signature(index_path(name))
    except OSError:
        return None


def signature_served(name: str) -> Signature | None:
    """The same of the index that answers are made from now; a changed file is taken up first."""
    path = index_path(name)
    if path not in _live:
        return signature_of(name)
    live_index(name)
    return _live[path][0]


def _require_match(name: str, manifest: Manifest) -> None:
    """Raises IndexFileError when the vectors are not what embedder `name` makes."""
    spec = embedder_spec(name)
    if not manifest.is_of(spec):
        raise IndexFileError(
            index_path(name),
            f"it holds vectors of {manifest.made_by}, the embedder {name} makes {made_by(spec)}",
        )


def matching_index(chosen: LoadableEmbedder) -> SimilarityIndex | None:
    """The index that a build with `chosen` may go on from, if there is a sound one."""
    path = index_path(chosen.spec.name)
    if not path.exists():
        return None
    try:
        index = load_index(path)
        _require_match(chosen.spec.name, index.manifest)
    except IndexFileError as error:
        logger.warning("Building anew: %s", error)
        return None
    if index.manifest.weights_sha256 != chosen.weights_sha256:
        logger.warning("Building anew: %s was made with other weights.", path)
        return None
    if index.manifest.precision != chosen.spec.precision:
        logger.warning("Building anew: %s is in %s.", path, index.manifest.precision)
        return None
    if not publishing.is_as_written(chosen.spec.name):
        logger.warning("Building anew: %s is not what was written: its SHA-256 differs.", path)
        return None
    return index


def live_count(name: str, without: Iterable[str] = ()) -> int:
    """How many products the live index of embedder `name` has, whatever made it; 0 without one.

    Those of the ids `without` do not count.
    """
    try:
        index = load_index(index_path(name))
    except IndexFileError:
        return 0
    return len(index) - sum(item_id in index for item_id in without)
