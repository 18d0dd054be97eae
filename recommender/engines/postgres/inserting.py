"""New and changed products in the live generation, each with lists of its own.

Others' lists are offered them by the next build; until then lists count as approximate.
"""

from dataclasses import dataclass, replace

import numpy as np
from django.db import DatabaseError, connections, transaction
from django.db.models import Max

from catalog.one_picture import Seen
from recommender.engines.contract import Newcomers
from recommender.engines.equally_near import equally_near
from recommender.engines.passing import ALL
from recommender.engines.postgres import generations, rows
from recommender.engines.postgres.further import TABLE as FURTHER
from recommender.engines.postgres.index import LISTS, VECTORS, PostgresIndex, index_of
from recommender.engines.postgres.models import (
    FurtherVector,
    Generation,
    NeighbourList,
    Vector,
)
from recommender.engines.postgres.places import alias, beside_the_catalogue
from recommender.errors import PublishError
from recommender.index.duplicates import EQUAL
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.similarity_index import APPROXIMATE, Manifest, Neighbour


def lacking(index: PostgresIndex) -> dict[str, str]:
    """item_id -> hash of each shown product that the index has not, or with another picture."""
    shown = (
        ALL.products().exclude(content_hash="").order_by().values_list("item_id", "content_hash")
    )
    if not beside_the_catalogue():
        noted = dict(shown)
        known = index.hashes_of(noted)
        return {
            i: content_hash for i, content_hash in noted.items() if known.get(i) != content_hash
        }
    sql, parameters = shown.query.sql_with_params()
    with connections[alias()].cursor() as cursor:
        cursor.execute(
            f"SELECT shown.item_id, shown.hash FROM ({sql}) AS shown(item_id, hash) LEFT JOIN "
            f"(SELECT item_id, content_hash FROM {VECTORS} WHERE generation = %s) AS known "
            "ON known.item_id = shown.item_id "
            "WHERE known.content_hash IS DISTINCT FROM shown.hash",
            [*parameters, index.generation],
        )
        return dict(cursor.fetchall())


def insert(index: PostgresIndex, newcomers: Newcomers) -> None:
    """Puts them in, in one transaction; raises PublishError, and then nothing has changed."""
    try:
        with transaction.atomic(alias()):
            generation = Generation.objects.select_for_update().get(pk=index.generation)
            items = _insert_vectors(generation, newcomers)
            _insert_further(generation, newcomers, items)
            _insert_lists(index_of(generation), newcomers, items)
            _note(generation)
    except (DatabaseError, Generation.DoesNotExist) as error:
        raise PublishError(f"The new products could not be put in: {error}") from error
    finally:
        generations.forget()


def _insert_vectors(generation: Generation, newcomers: Newcomers) -> list[int]:
    mean = rows.mean_of(generation)
    there = Vector.objects.filter(generation=generation.pk)
    first = (there.aggregate(last=Max("item"))["last"] or 0) + 1
    before = list(there.filter(item_id__in=newcomers.item_ids).values_list("item", flat=True))
    for model in (Vector, FurtherVector, NeighbourList):
        model.objects.filter(generation=generation.pk, item__in=before).delete()
    items = list(range(first, first + len(newcomers.item_ids)))
    colours = newcomers.colours
    rows.copy(
        f"{VECTORS}_{generation.pk}",
        (
            rows.of_vector(
                (generation.pk, item), (newcomers.item_ids[row], newcomers.content_hashes[row]),
                newcomers.vectors[row], mean, None if colours is None else colours[row],
                (item, item),
            )
            for row, item in enumerate(items)
        ),
    )  # fmt: skip
    return items


def _insert_further(generation: Generation, newcomers: Newcomers, items: list[int]) -> None:
    """Their further pictures; of a generation from before there were any, it makes the table."""
    if newcomers.views is None:
        return
    table, plan = f"{FURTHER}_{generation.pk}", generation.search["plan"]
    with connections[alias()].cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {table} PARTITION OF {FURTHER} "
            f"FOR VALUES IN ({generation.pk})"
        )
    rows.copy(table, rows.of_further(newcomers.views, generation, items, newcomers.item_ids))
    plan["most"] = max(plan.get("most", 1), 1 + newcomers.views.most)


@dataclass(frozen=True)
class _Near:
    """A neighbour, its number, and what stands for those that look like it."""

    item_id: str
    item: int
    distance: float
    same_as: int | None
    similar_to: int | None


def _insert_lists(index: PostgresIndex, newcomers: Newcomers, items: list[int]) -> None:
    generation, made = index.generation, []
    for row, (item, item_id) in enumerate(zip(items, newcomers.item_ids, strict=True)):
        point = Point(newcomers.vectors[row], further=_further_of(newcomers, row))
        for metric in Metric:
            found = index.nearest(point, metric, index.k, ALL, exclude=[item_id])
            near = _numbered(generation, found.neighbours)
            if metric is Metric.COSINE:
                _join_groups(index, (item, item_id), point, near)
            numbers = np.array([one.item for one in near], np.int32)
            distances = np.array([one.distance for one in near])
            made.append(rows.of_list((generation, item), metric, numbers, distances))
    rows.copy(f"{LISTS}_{generation}", made)


def _further_of(newcomers: Newcomers, row: int) -> np.ndarray | None:
    views = newcomers.views
    return None if views is None else views.embeddings[views.rows_of(row)]


def _numbered(generation: int, found: list[Neighbour]) -> list[_Near]:
    ids = [neighbour.item_id for neighbour in found]
    known = Vector.objects.filter(generation=generation, item_id__in=ids)
    rows = {
        row[0]: row[1:] for row in known.values_list("item_id", "item", "same_as", "similar_to")
    }
    near = []
    for neighbour in found:
        item, same_as, similar_to = rows[neighbour.item_id]
        near.append(_Near(neighbour.item_id, item, neighbour.distance, same_as, similar_to))
    return near


def _join_groups(
    index: PostgresIndex, newcomer: tuple[int, str], point: Point, near: list[_Near]
) -> None:
    """It shows the same as the nearest, where all of that one's group are near enough, and the
    pictures of the two are one, pixel by pixel, too."""
    if not near or not index.has_groups:
        return
    item, item_id = newcomer
    by_id = {one.item_id: one for one in sorted(near, key=lambda one: (one.distance, one.item))}
    neighbours = [Neighbour(one.item_id, one.distance) for one in by_id.values()]
    nearest = [by_id[one.item_id] for one in equally_near(index, point, neighbours)]
    manifest = index.manifest
    within = {"same_as": manifest.same_threshold, "similar_to": manifest.similar_threshold}
    found = {
        column: _first_near(index, point, nearest, column, within[column]) for column in within
    }
    same = found["same_as"]
    if same is not None and not _show_one(index, item_id, same):
        found["same_as"] = None
    joined = {column: getattr(one, column) for column, one in found.items() if one is not None}
    if joined:
        Vector.objects.filter(generation=index.generation, item=item).update(**joined)


def _first_near(
    index: PostgresIndex, point: Point, nearest: list[_Near], column: str, threshold: float
) -> _Near | None:
    """The first of the nearest whose group, by that column, is all within the threshold."""
    for one in nearest:
        group = getattr(one, column)
        if one.distance <= threshold and _farthest(index, point, column, group) <= threshold:
            return one
    return None


def _show_one(index: PostgresIndex, item_id: str, near: _Near) -> bool:
    if near.distance <= EQUAL:
        return True
    further = index.further_hashes_of([item_id, near.item_id])
    one, other = ((i, tuple(further.get(i, ()))) for i in (item_id, near.item_id))
    return Seen().show_one(one, other)


def _farthest(index: PostgresIndex, point: Point, column: str, group: int | None) -> float:
    """The cosine distance to the farthest of a group, by their nearest pictures."""
    there = Vector.objects.filter(generation=index.generation, **{column: group})
    ids = list(there.values_list("item_id", flat=True))
    return float(index.distances(point, Metric.COSINE, ids).max())


def _note(generation: Generation) -> None:
    """How many there are now; that lists lack the newcomers; and another number for all workers."""
    count = Vector.objects.filter(generation=generation.pk)
    built, there = generation.search["built"], count.count()
    newer = count.filter(item__gte=built).count()
    recall = round(generation.search["list_recall"] * (1 - newer / max(1, there)), 4)
    manifest = replace(
        Manifest.from_json(generation.manifest),
        count=there, list_method=APPROXIMATE, list_recall=recall,
    )  # fmt: skip
    generation.manifest, generation.number = manifest.to_json(), generation.number + 1
    further = FurtherVector.objects.filter(generation=generation.pk)
    has_zeros = any(those.filter(is_zero=True).exists() for those in (count, further))
    generation.search["plan"]["has_zeros"] = has_zeros
    generation.search["further"] = further.count()
    generation.search["newer"] = newer
    generation.save()
