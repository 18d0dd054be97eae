"""Which engine keeps the indexes; and the one that keeps each in a file below VAR_DIR."""

from collections.abc import Hashable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from django.conf import settings

from recommender.embedders.contract import EmbedderSpec, LoadableEmbedder
from recommender.engines.contract import Engine, Index, IndexSize, Newcomers, made_differently
from recommender.errors import IndexUnavailable
from recommender.index.file import IndexFileError, load_index, verify_index
from recommender.index.projection import Projection
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.live import arrivals, current, publishing, selection
from recommender.live.file_index import FileIndex
from recommender.live.paths import index_path, previous_path
from recommender.live.worker_threads import Lane, beside


class FileEngine:
    """See `engines.contract.Engine`; current, arrivals and publishing do the work."""

    def live(self, embedder: str = "") -> Index:
        return arrivals.joined(current.live_index(embedder))

    def previous(self, embedder: str) -> FileIndex | None:
        return current.previous_index(embedder)

    def whole(self, embedder: str, *, previous: bool = False) -> SimilarityIndex:
        if not previous:
            return current.live_index(embedder)
        try:
            return load_index(previous_path(embedder))
        except IndexFileError as error:
            raise IndexUnavailable(error.sentence, error.command) from error

    def matching(self, chosen: LoadableEmbedder) -> SimilarityIndex | None:
        return current.matching_index(chosen)

    def projection(self, embedder: str) -> Projection | None:
        try:
            return load_index(index_path(embedder)).projection
        except IndexFileError:
            return None

    def count(self, embedder: str, without: Iterable[str] = ()) -> int:
        return current.live_count(embedder, without)

    def why_unusable(self, spec: EmbedderSpec) -> str:
        path = index_path(spec.name)
        if not path.exists():
            return ""
        try:
            verify_index(path)
            before = load_index(path).manifest.precision
        except IndexFileError:
            return "the index that is there is damaged, or of another version"
        return made_differently(before, spec)

    def names(self) -> list[str]:
        return current.with_an_index()

    def signature(self, embedder: str) -> Hashable:
        built = current.signature_served(embedder)
        came = arrivals.signature(embedder)
        return built if built is None or came is None else (built, came)

    def size(self, embedder: str) -> IndexSize:
        try:
            status = index_path(embedder).stat()
        except OSError as error:
            raise IndexUnavailable(f"{error.filename}: {error.strerror}.") from error
        since = datetime.fromtimestamp(status.st_mtime, UTC)
        before = previous_path(embedder)
        there = before.exists()
        return IndexSize(since, status.st_size, there, before.stat().st_size if there else 0)

    def is_as_written(self, embedder: str) -> bool:
        return _is_as_written(embedder, current.signature_of(embedder))

    def as_kept(self, vectors: np.ndarray) -> np.ndarray:
        return vectors

    def publish(self, index: SimilarityIndex) -> None:
        publishing.publish(index)

    def insert(self, embedder: str, newcomers: Newcomers) -> None:
        arrivals.insert(current.live_index(embedder), newcomers)

    def rollback(self, embedder: str) -> Manifest:
        return publishing.rollback(embedder)

    def exclusive(self, embedder: str) -> AbstractContextManager[None]:
        return publishing.exclusive(embedder)


@lru_cache(maxsize=8)
def _is_as_written(embedder: str, signature: object) -> bool:
    """Reads the whole file, once for each state of it."""
    return signature is not None and beside(Lane.FILES, publishing.is_as_written, embedder)


def engine() -> Engine:
    """The one that INDEX_ENGINE names."""
    if settings.INDEX_ENGINE != "postgres":
        return FileEngine()
    from recommender.engines.postgres.engine import PostgresEngine  # pgvector is an extra

    return PostgresEngine(selection.name_served())
