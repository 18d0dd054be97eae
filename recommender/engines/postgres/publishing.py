"""Putting an index in place of the live one: one transaction, or nothing at all.

Its tables are made, filled, indexed, looked through and joined to the others' beside the live
ones; then it is live. A kill, or a server that stops, leaves what was live before.
"""

import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np
from django.conf import settings
from django.db import DatabaseError, connections, transaction

from recommender.embedders.registry import embedder_spec
from recommender.engines.postgres import generations, rows
from recommender.engines.postgres.index import as_bytes, index_of
from recommender.engines.postgres.models import FurtherVector, Generation, NeighbourList, Vector
from recommender.engines.postgres.places import alias
from recommender.engines.postgres.recall import searched_well
from recommender.engines.postgres.searching import BITS, FEW, HNSW, IVFFLAT, LONGEST, SCAN, Plan
from recommender.errors import OF_ANOTHER_VERSION, PublishError
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.index.statistics import Statistics

logger = logging.getLogger(__name__)

# Those that are partitioned by generation.
MODELS = (Vector, FurtherVector, NeighbourList)
VECTORS, FURTHER, LISTS = TABLES = tuple(model._meta.db_table for model in MODELS)
# The first version that goes on where filters leave too few.
OLDEST = (0, 8)
# The share of its lists that IVFFlat reads, if that finds enough; else half as many more.
FIRST_PROBES = 0.02
# What makes a vector index may take so much memory; it takes what it needs.
MEMORY = "1GB"
# What is taken away waits so long for those who read, and they for it; else it stays for once.
PATIENCE = "3s"
# Our locks among those of other programs: the first of a lock's two numbers.
LOCK = zlib.crc32(b"lookalike") - 2**31


def as_kept(vectors: np.ndarray) -> np.ndarray:
    """(n, d) float32 in the precision of what is kept: so lists are of the same vectors."""
    with np.errstate(over="ignore"):
        return vectors.astype(np.float16).astype(np.float32)


def publish(index: SimilarityIndex) -> None:
    """Makes `index` live; the live one is kept for `rollback`. Raises PublishError."""
    parts = [index.embeddings, *([] if index.views is None else [index.views.embeddings])]
    if not all(np.isfinite(as_kept(part)).all() for part in parts):
        raise PublishError("The vectors hold numbers that are too large for half precision.")
    try:
        with transaction.atomic(alias()):
            _require_pgvector()
            generation = _filled(index)
            _make_live(generation, index.manifest.embedder)
        sweep()
    except DatabaseError as error:
        raise PublishError(f"The new index could not be written: {_line(error)}") from error
    finally:
        generations.forget()


def rollback(embedder: str) -> Manifest:
    """Makes the previous index live again, and the live one the previous. Raises PublishError."""
    try:
        with transaction.atomic(alias()):
            kept = {one.state: one for one in Generation.objects.filter(embedder=embedder)}
            live, before = kept.get(Generation.State.LIVE), kept.get(Generation.State.PREVIOUS)
            if before is None:
                raise PublishError(f"There is no previous index of {embedder} to go back to.")
            if not Manifest.from_json(before.manifest).is_of(embedder_spec(embedder)):
                raise PublishError(OF_ANOTHER_VERSION % embedder)
            _set_state(before, None)
            if live is not None:
                _set_state(live, Generation.State.PREVIOUS)
            _set_state(before, Generation.State.LIVE)
    except DatabaseError as error:
        raise PublishError(f"The previous index cannot be used: {_line(error)}") from error
    finally:
        generations.forget()
    return Manifest.from_json(before.manifest)


@contextmanager
def exclusive(embedder: str) -> Iterator[None]:
    """Keeps two processes, wherever they run, from changing one index at once.

    The lock goes with the connection, so a kill leaves none behind. Raises PublishError.
    """
    lock = [LOCK, zlib.crc32(embedder.encode()) - 2**31]
    try:
        taken = _value("SELECT pg_try_advisory_lock(%s, %s)", lock)
    except DatabaseError as error:
        raise PublishError(
            f"The database of the vectors does not answer: {_line(error)}"
        ) from error
    if not taken:
        raise PublishError(
            f"Another process is changing the index of {embedder}; wait until it has ended."
        )
    try:
        yield
    finally:
        with suppress(DatabaseError):  # it went with the connection
            _value("SELECT pg_advisory_unlock(%s, %s)", lock)


def sweep() -> None:
    """Takes away the tables of generations that are neither live nor were so before."""
    for old in Generation.objects.filter(state__isnull=True):
        try:
            with transaction.atomic(alias()):
                _execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                for table in TABLES:
                    _execute(f"DROP TABLE IF EXISTS {table}_{old.pk}")
                old.delete()
        except DatabaseError as error:
            logger.info("Generation %s stays until the next build: %s", old.pk, _line(error))


# The steps ---------------------------------------------------------------------------------------


def _require_pgvector() -> None:
    found = _value("SELECT extversion FROM pg_extension WHERE extname = 'vector'", [])
    if not found or tuple(map(int, found.split(".")[:2])) < OLDEST:
        raise PublishError(
            f"PostgreSQL needs pgvector {OLDEST[0]}.{OLDEST[1]} or later, "
            f"and has {found or 'none'}."
        )


def _filled(index: SimilarityIndex) -> Generation:
    """A new generation with all that belongs to it; nobody knows of it yet."""
    generation = _described(index)
    _execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
    for table in TABLES:
        _execute(f"CREATE TABLE {table}_{generation.pk} (LIKE {table} INCLUDING ALL)")
    fits_a_page = index.manifest.dimension < 3_900
    how = "PLAIN" if fits_a_page else "EXTERNAL"
    for table in (VECTORS, FURTHER):
        _execute(f"ALTER TABLE {table}_{generation.pk} ALTER v SET STORAGE {how}")
    rows.copy(f"{VECTORS}_{generation.pk}", rows.of_vectors(index, generation))
    further = rows.of_further(index.views, generation, range(len(index)), index.item_ids.tolist())
    rows.copy(f"{FURTHER}_{generation.pk}", further)
    rows.copy(f"{LISTS}_{generation.pk}", rows.of_lists(index, generation.pk))
    _make_index(generation, index.manifest.dimension)
    for table in TABLES:
        child, check = f"{table}_{generation.pk}", f"generation = {generation.pk}"
        _execute(f"ANALYZE {child}")
        _execute(f"ALTER TABLE {child} ADD CONSTRAINT {child}_only CHECK ({check})")
        _execute(f"ALTER TABLE {table} ATTACH PARTITION {child} FOR VALUES IN ({generation.pk})")
    _look_through(generation, index)
    return generation


def _described(index: SimilarityIndex) -> Generation:
    measured = index.measured or Statistics.of(index.embeddings, index.colours, index.lists)
    plan = plan_of(index)
    projection, mean = index.projection, None
    if plan.kind == BITS:
        mean = index.embeddings.mean(axis=0, dtype=np.float64).astype(np.float32).tobytes()
    return Generation.objects.create(
        embedder=index.manifest.embedder,
        manifest=index.manifest.to_json(),
        search={
            "plan": plan.as_dict(), "built": len(index), "k": index.k,
            "further": len(index.views or ()),
        },
        statistics=as_bytes(measured.arrays()),
        projection=None if projection is None else as_bytes(projection.to_arrays()),
        mean=mean,
        words=None if index.words is None else as_bytes(index.words.to_arrays()),
    )  # fmt: skip


def plan_of(index: SimilarityIndex) -> Plan:
    """How its pictures are searched; how widely is measured later."""
    views = index.views
    count, most = len(index) + len(views or ()), 1 + (0 if views is None else views.most)
    zeros = not index.squared.all() or not (views is None or views.squared.all())
    if count <= FEW:
        return Plan(SCAN, most=most)
    if index.manifest.dimension > LONGEST or settings.VECTOR_INDEX == BITS:
        return Plan(BITS, most=most)
    if settings.VECTOR_INDEX == HNSW:
        return Plan(HNSW, has_zeros=zeros, most=most)
    lists = int(2 * np.sqrt(count))
    return Plan(IVFFLAT, lists, max(1, round(FIRST_PROBES * lists)), zeros, most=most)


def _make_index(generation: Generation, dimension: int) -> None:
    plan = Plan(**generation.search["plan"])
    for name in (VECTORS, FURTHER) if plan.most > 1 else (VECTORS,):
        table = f"{name}_{generation.pk}"
        if plan.kind == IVFFLAT:
            _execute(
                f"CREATE INDEX {table}_near ON {table} USING ivfflat "
                f"((v::halfvec({dimension})) halfvec_cosine_ops) WITH (lists = {plan.lists})"
            )
        elif plan.kind in (HNSW, BITS):
            by_bits = f"(bits::bit({dimension})) bit_hamming_ops"
            by_cosine = f"(v::halfvec({dimension})) halfvec_cosine_ops"
            _execute(
                f"CREATE INDEX {table}_near ON {table} USING hnsw "
                f"({by_bits if plan.kind == BITS else by_cosine}) "
                "WITH (m = 16, ef_construction = 100)"
            )


def _look_through(generation: Generation, index: SimilarityIndex) -> None:
    """Raises PublishError unless all has arrived and the lists are what is measured; keeps how
    many of the nearest a search finds."""
    kept = index_of(generation)
    found = [model.objects.filter(generation=generation.pk).count() for model in MODELS]
    if found != [len(index), len(index.views or ()), len(Metric) * len(index)]:
        raise PublishError(f"Of {len(index)} products {found[0]} have arrived in the database.")
    plan, recall = searched_well(kept, index)
    manifest = replace(index.manifest, recall=recall, search_method=str(plan))
    generation.manifest = manifest.to_json()
    generation.search |= {
        "plan": plan.as_dict(),
        "lists": manifest.list_method,
        "list_recall": manifest.list_recall,
    }
    generation.save()


def _make_live(generation: Generation, embedder: str) -> None:
    others = Generation.objects.filter(embedder=embedder)
    others.filter(state=Generation.State.PREVIOUS).update(state=None)
    others.filter(state=Generation.State.LIVE).update(state=Generation.State.PREVIOUS)
    _set_state(generation, Generation.State.LIVE)


def _set_state(generation: Generation, state: "Generation.State | None") -> None:
    Generation.objects.filter(pk=generation.pk).update(state=state)


def _execute(sql: str) -> None:
    with connections[alias()].cursor() as cursor:
        cursor.execute(sql)


def _value(sql: str, parameters: list[Any]) -> Any:
    with connections[alias()].cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
        return row[0] if row else None


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
