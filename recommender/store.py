"""Which index is live: atomic swap, hot reload, roll back.

The only module of the recommender that knows paths and settings. An index lives at
`VAR_DIR/index/<embedder>.joblib`; the one before it, at `<embedder>.previous.joblib`; and
`<embedder>.sha256` lists the checksums of both, in the format of sha256sum.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from recommender.building.checkpoints import Checkpoint
from recommender.embedders.choice import EmbedderSource, embedder_source
from recommender.embedders.networks.weights import file_sha256, weights_at_hand
from recommender.embedders.registry import EMBEDDERS, embedder_spec
from recommender.index.file import IndexFileError, load_index, verify_index, write_index
from recommender.index.similarity_index import Manifest, SimilarityIndex

logger = logging.getLogger(__name__)

Signature = tuple[int, int, int]


class IndexUnavailable(Exception):
    """No index can be served; the message names the command that mends it."""


class StoreError(Exception):
    """The live index could not be changed, and is as it was; the message says why."""


def index_path(embedder: str) -> Path:
    return Path(settings.VAR_DIR) / "index" / f"{embedder}.joblib"


def previous_path(embedder: str) -> Path:
    return index_path(embedder).with_name(f"{embedder}.previous.joblib")


def checkpoint(source: EmbedderSource) -> Checkpoint:
    """Where an unfinished build of `source` keeps its embeddings; other weights, other place."""
    name = f"{source.spec.name}-{source.spec.layer}-{source.weights_sha256[:16]}"
    return Checkpoint(Path(settings.VAR_DIR) / "checkpoints" / name, source.spec.dimension)


def source_to_build(name: str = "", download: Callable[[], str] | None = None) -> EmbedderSource:
    """What a build embeds with: `name`, else the configured embedder.

    Raises EmbedderError when it cannot be had.
    """
    chosen = name or embedder_to_build()
    return embedder_source(chosen, settings.VGG16_WEIGHTS, download)


def embedder_to_build() -> str:
    """The configured embedder; `auto` means vgg16."""
    return "vgg16" if settings.EMBEDDER == "auto" else str(settings.EMBEDDER)


def embedder_at_hand() -> str:
    """The best embedder that needs no download: what the demo takes unless it is told."""
    chosen = embedder_to_build()
    if settings.EMBEDDER != "auto" or chosen != "vgg16" or weights_at_hand(settings.VGG16_WEIGHTS):
        return chosen
    return "vgg16-untrained"


def embedder_served() -> str:
    """The embedder whose index is live: the configured one; `auto`, the best with an index."""
    if settings.EMBEDDER != "auto":
        return str(settings.EMBEDDER)
    return next((name for name in EMBEDDERS if index_path(name).exists()), "vgg16")


_live: dict[Path, tuple[Signature, SimilarityIndex]] = {}
_refused: dict[Path, tuple[Signature, str]] = {}
_reload_lock = threading.Lock()


def live_index() -> SimilarityIndex:
    """The index that is live now, mapped into memory; a swapped one is taken up at once.

    Costs one `stat` unless the file has changed. Raises IndexUnavailable.
    """
    name = embedder_served()
    path = index_path(name)
    try:
        signature = _signature(path)
    except FileNotFoundError:
        raise IndexUnavailable(
            f"There is no index of {name} yet. Run: manage.py build_index --embedder {name}"
        ) from None
    known = _live.get(path)
    if known and known[0] == signature:
        return known[1]
    with _reload_lock:
        return _reload(name, path, signature)


def _reload(name: str, path: Path, signature: Signature) -> SimilarityIndex:
    """Opens a changed file once; a refused one leaves the index that was live in service."""
    known = _live.get(path)
    if known and known[0] == signature:
        return known[1]
    if _refused.get(path, (None, ""))[0] != signature:
        try:
            index = load_index(path)
            _require_match(name, index.manifest)
            _live[path] = (signature, index)
            return index
        except IndexFileError as error:
            logger.error("%s", error)
            _refused[path] = (signature, str(error))
    if known:
        return known[1]
    raise IndexUnavailable(_refused[path][1])


def _signature(path: Path) -> Signature:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _require_match(name: str, manifest: Manifest) -> None:
    """Raises IndexFileError when the vectors are not what embedder `name` makes."""
    spec = embedder_spec(name)
    wanted = (spec.name, spec.layer, spec.preprocessing, spec.dimension)
    found = (manifest.embedder, manifest.layer, manifest.preprocessing, manifest.dimension)
    if wanted != found:
        raise IndexFileError(
            index_path(name), f"it holds vectors of {found}, the embedder {name} makes {wanted}"
        )


def matching_index(source: EmbedderSource) -> SimilarityIndex | None:
    """The index that a build of `source` may go on from, if there is a sound one."""
    path = index_path(source.spec.name)
    if not path.exists():
        return None
    try:
        index = load_index(path)
        _require_match(source.spec.name, index.manifest)
    except IndexFileError as error:
        logger.warning("Building anew: %s", error)
        return None
    if index.manifest.weights_sha256 != source.weights_sha256:
        logger.warning("Building anew: %s was made with other weights.", path)
        return None
    return index


def publish(index: SimilarityIndex) -> None:
    """Makes `index` live: written beside, verified by loading, then swapped in.

    The index that was live is kept for `rollback`. Raises StoreError; then nothing has changed.
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
        _swap_in(fresh, path)
    except (OSError, IndexFileError) as error:
        fresh.unlink(missing_ok=True)
        raise StoreError(f"The new index could not be written: {error}") from error


def rollback(embedder: str) -> Manifest:
    """Makes the previous index live again, and the live one the previous.

    Returns the manifest of what is live now. Raises StoreError; then nothing has changed.
    """
    path, previous = index_path(embedder), previous_path(embedder)
    if not previous.exists():
        raise StoreError(f"There is no previous index of {embedder} to go back to.")
    try:
        if file_sha256(previous) not in _checksums(embedder):
            raise StoreError(f"{previous} is not what was written: its SHA-256 differs.")
        verify_index(previous)
        returning = path.with_name(f"{embedder}.joblib.returning")
        _link(previous, returning)
        if path.exists():
            _link(path, previous)
        _swap_in(returning, path)
        return load_index(path).manifest
    except (OSError, IndexFileError) as error:
        raise StoreError(f"The previous index cannot be used: {error}") from error


@contextmanager
def exclusive(embedder: str) -> Iterator[None]:
    """Keeps two processes from changing one index at once; raises StoreError for the second.

    The lock goes with the process, so a kill leaves none behind.
    """
    path = index_path(embedder).with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"Another process is changing the index of {embedder}.") from None
        yield


def _swap_in(fresh: Path, path: Path) -> None:
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
    path = _checksum_path(embedder)
    temporary = path.with_suffix(".sha256.new")
    temporary.write_text("".join(f"{checksum}  {embedder}.joblib\n" for checksum in kept))
    temporary.replace(path)
