"""The further pictures of some products of a generation, and how near they are."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from django.db import connections

from recommender.engines.postgres import copying
from recommender.engines.postgres.models import FurtherVector
from recommender.engines.postgres.places import alias_to_read
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.statistics import Statistics
from recommender.index.views import Matched, Views, nearest_views

TABLE = FurtherVector._meta.db_table


def views_of(generation: int, dimension: int, item_ids: Sequence[str]) -> Views:
    """Those of some products, whose rows are their places among `item_ids`; may be none."""
    sql = f"""SELECT item_id, content_hash, halfvec_send(v) FROM {TABLE}
        WHERE generation = %s AND item_id = ANY(%s) ORDER BY item_id, place"""
    found: dict[str, list[tuple[str, memoryview]]] = defaultdict(list)
    with connections[alias_to_read()].cursor() as cursor:
        cursor.execute(sql, [generation, [i for i in item_ids if "\0" not in i]])
        for item_id, content_hash, vector in cursor:
            found[item_id].append((content_hash, vector))
    there = [(row, *one) for row, item_id in enumerate(item_ids) for one in found.get(item_id, ())]
    vectors = copying.vectors_in((vector for _, _, vector in there), dimension)
    hashes = [content_hash for _, content_hash, _ in there]
    return Views.of(np.array([row for row, _, _ in there], np.int32), hashes, vectors)


def hashes_of(views: Views, item_ids: Sequence[str]) -> dict[str, list[str]]:
    """By product those of its further pictures."""
    found: dict[str, list[str]] = defaultdict(list)
    for row, content_hash in zip(views.products, views.hashes, strict=True):
        found[item_ids[row]].append(content_hash.decode())
    return dict(found)


def or_further(
    away: np.ndarray, views: Views, point: Point, metric: Metric, statistics: Statistics
) -> np.ndarray:
    """How far (m,) products are by their nearest picture, from how far their first ones are."""
    nearest = away.copy()
    if len(views):
        further = point.distances_to(metric, views.embeddings, None, statistics)
        np.minimum.at(nearest, views.products, further)
    return nearest


def matched(views: Views, first: np.ndarray, metric: Metric, vectors: np.ndarray) -> list[Matched]:
    """For each of the products of (m, d) first pictures which of its pictures is nearest to any of
    (q, d) vectors."""
    rows = np.arange(len(first), dtype=np.int32)
    squared = np.einsum("ij,ij->i", first, first, dtype=np.float64)
    return nearest_views(views, (first, squared), metric, vectors, rows)
