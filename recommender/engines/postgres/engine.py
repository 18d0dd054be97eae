"""The engine that keeps all indexes in PostgreSQL."""

import logging
from collections.abc import Hashable, Iterable
from contextlib import AbstractContextManager

import numpy as np
from django.db import connections

from recommender.embedders.contract import EmbedderSpec, LoadableEmbedder
from recommender.embedders.registry import EMBEDDERS, embedder_spec
from recommender.engines.contract import IndexSize, Newcomers, made_differently
from recommender.engines.postgres import generations, inserting, publishing
from recommender.engines.postgres.index import PostgresIndex, index_of
from recommender.engines.postgres.models import Generation
from recommender.engines.postgres.places import alias_to_read
from recommender.engines.postgres.whole import whole_of
from recommender.errors import IndexUnavailable
from recommender.index.manifest import made_by
from recommender.index.projection import Projection
from recommender.index.similarity_index import Manifest, SimilarityIndex

logger = logging.getLogger(__name__)
LIVE, PREVIOUS = Generation.State.LIVE, Generation.State.PREVIOUS
MOST_KEPT = 8

_indexes: dict[tuple[str, int, int], PostgresIndex] = {}


class PostgresEngine:
    """See `engines.contract.Engine`. `served` is the embedder that is asked for without a name."""

    def __init__(self, served: str) -> None:
        self.served = served

    def live(self, embedder: str = "") -> PostgresIndex:
        name = embedder or self.served
        index = _index(self._required(name))
        spec = embedder_spec(name)
        if not index.manifest.is_of(spec):
            made, wanted = index.manifest.made_by, made_by(spec)
            raise IndexUnavailable(
                f"The index of {name} holds vectors of {made}, the embedder makes {wanted}.",
                f"manage.py build_index --embedder {name}",
            )
        return index

    def previous(self, embedder: str) -> PostgresIndex | None:
        before = generations.of(embedder, PREVIOUS)
        return None if before is None else _index(before)

    def whole(self, embedder: str, *, previous: bool = False) -> SimilarityIndex:
        if not previous:
            self.live(embedder)
        return whole_of(_index(self._required(embedder, PREVIOUS if previous else LIVE)))

    def matching(self, chosen: LoadableEmbedder) -> SimilarityIndex | None:
        try:
            manifest = self.live(chosen.spec.name).manifest
        except IndexUnavailable:
            return None
        made, wanted = (one.precision for one in (manifest, chosen.spec))
        if manifest.weights_sha256 != chosen.weights_sha256 or made != wanted:
            logger.warning(
                "Building anew: the live index was made with other weights, or in %s.", made
            )
            return None
        return self.whole(chosen.spec.name)

    def projection(self, embedder: str) -> Projection | None:
        live = generations.of(embedder)
        return None if live is None else _index(live).projection

    def count(self, embedder: str, without: Iterable[str] = ()) -> int:
        live = generations.of(embedder)
        if live is None:
            return 0
        index = _index(live)
        return len(index) - len(index.known_among(without))

    def why_unusable(self, spec: EmbedderSpec) -> str:
        live = generations.of(spec.name)
        return "" if live is None else made_differently(_index(live).manifest.precision, spec)

    def names(self) -> list[str]:
        live = set(generations.live_names())
        return [name for name in dict.fromkeys((self.served, *EMBEDDERS)) if name in live]

    def signature(self, embedder: str) -> Hashable:
        live = generations.of(embedder)
        return None if live is None else (live.pk, live.number)

    def size(self, embedder: str) -> IndexSize:
        live, before = self._required(embedder), generations.of(embedder, PREVIOUS)
        taken = 0 if before is None else _bytes(before)
        return IndexSize(live.published_at, _bytes(live), before is not None, taken)

    def is_as_written(self, embedder: str) -> bool:
        """A server with checksums notices itself what a disk has lost."""
        return generations.of(embedder) is not None

    def as_kept(self, vectors: np.ndarray) -> np.ndarray:
        return publishing.as_kept(vectors)

    def publish(self, index: SimilarityIndex) -> None:
        publishing.publish(index)

    def lacking(self, embedder: str) -> dict[str, str]:
        return inserting.lacking(self.live(embedder))

    def inserted(self, embedder: str) -> int:
        return int(self._required(embedder).search.get("newer", 0))

    def insert(self, embedder: str, newcomers: Newcomers) -> None:
        inserting.insert(self.live(embedder), newcomers)

    def rollback(self, embedder: str) -> Manifest:
        return publishing.rollback(embedder)

    def exclusive(self, embedder: str) -> AbstractContextManager[None]:
        return publishing.exclusive(embedder)

    def _required(self, embedder: str, state: Generation.State = LIVE) -> Generation:
        found = generations.of(embedder, state)
        if found is None:
            command = f"manage.py build_index --embedder {embedder}"
            before = "previous " if state == PREVIOUS else ""
            raise IndexUnavailable(f"There is no {before}index of {embedder} yet.", command)
        return found


def _index(generation: Generation) -> PostgresIndex:
    """Kept by a process, with what it has read of it."""
    key = (alias_to_read(), generation.pk, generation.number)
    if key not in _indexes:
        if len(_indexes) >= MOST_KEPT:
            _indexes.clear()
        _indexes[key] = index_of(generation)
    return _indexes[key]


def _bytes(generation: Generation) -> int:
    with connections[alias_to_read()].cursor() as cursor:
        tables = [f"{table}_{generation.pk}" for table in publishing.TABLES]
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::bigint "
            "FROM unnest(%s::text[]) AS name",
            [tables],
        )
        return int(cursor.fetchone()[0])
