"""The nearest rows of an index that pass: from its lists where they suffice, else by a scan."""

from collections.abc import Callable, Collection
from typing import Any
from weakref import WeakSet

import numpy as np

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour, SimilarityIndex
from recommender.live import selection
from recommender.live.worker_threads import Lane, beside, loop_runs
from recommender.search.deduplicator import Deduplicator
from recommender.search.query import Query
from recommender.search.query_vector import QueryVector

# Neighbours looked at beyond those wanted, since some may not pass.
SPARE = 5

# Rows.
READ_AT_ONCE = 4096

_been_read: WeakSet[SimilarityIndex] = WeakSet()

Found = dict[Metric, list[Neighbour]]
Products = dict[str, Product]


def nearest_in_lists(
    index: SimilarityIndex, query: Query, wanted: int, apart: Deduplicator
) -> tuple[Found, Products] | None:
    """The nearest that pass, and their products; None where the lists end too soon.

    The query is about one product that the index has.
    """
    for length in sorted({min(wanted + SPARE, index.k), index.k}):
        lists = {
            metric: index.neighbours(query.liked[0], metric, length) for metric in query.metrics
        }
        found, products = passing(lists, query, wanted, apart)
        whole = len(index) - 1 <= length
        if whole or all(len(neighbours) == wanted for neighbours in found.values()):
            return found, products
    return None


def nearest_in_a_scan(
    index: SimilarityIndex, query: Query, point: QueryVector, wanted: int, apart: Deduplicator
) -> tuple[Found, Products]:
    """The nearest to a point that pass, and their products; exact, unless ANN is set.

    As many more are found as it takes, since of those that are the same one counts. Without
    filters nearly all pass, and the nearest are found first; with them, those that pass.
    """
    rows = None if query.filters.keep_nearly_all() else _rows_that_pass(index, query)
    count = len(index) if rows is None else len(rows)
    nearest = _by_colour(index, query, point, rows) if query.colour else None
    asked = wanted + SPARE
    while True:
        if nearest is not None:
            found = {metric: nearest[metric](asked) for metric in query.metrics}
        else:
            found = {
                metric: beside(
                    Lane.SEARCHES, _search, index, point.vector, metric, asked,
                    exclude=query.named, among=rows, approximate=selection.approximate(),
                )
                for metric in query.metrics
            }  # fmt: skip
        kept, products = passing(found, query, wanted, apart)
        if asked >= count or all(len(neighbours) == wanted for neighbours in kept.values()):
            return kept, products
        asked *= 4


def _search(index: SimilarityIndex, *given: Any, **named: Any) -> list[Neighbour]:
    """The index's own. Its file is read first by numpy, which lets the loop run, on a slow disk
    too; the kernels would not."""
    if loop_runs() and index not in _been_read:
        _been_read.add(index)
        for start in range(0, len(index), READ_AT_ONCE):
            index.embeddings[start : start + READ_AT_ONCE].max()
    return index.search(*given, **named)


def _rows_that_pass(index: SimilarityIndex, query: Query) -> np.ndarray:
    others = query.filters.products().exclude(item_id__in=query.named)
    return index.rows_of(others.values_list("item_id", flat=True))


def _by_colour(
    index: SimilarityIndex, query: Query, point: QueryVector, rows: np.ndarray | None
) -> dict[Metric, Callable[[int], list[Neighbour]]]:
    """For each metric what finds the n nearest of the rows, where colour counts, too."""
    every = np.arange(len(index)) if rows is None else rows
    named = set(index.rows_of(query.named).tolist())

    def finder(metric: Metric) -> Callable[[int], list[Neighbour]]:
        away = beside(Lane.SEARCHES, point.distances, index, metric, rows)
        order = np.argsort(away, kind="stable")

        def nearest(count: int) -> list[Neighbour]:
            places = [place for place in order[: count + len(named)] if every[place] not in named]
            return [
                Neighbour(str(index.item_ids[every[place]]), float(away[place]))
                for place in places[:count]
            ]

        return nearest

    return {metric: finder(metric) for metric in query.metrics}


def passing(found: Found, query: Query, wanted: int, apart: Deduplicator) -> tuple[Found, Products]:
    """The first of each list that pass, and their products; one query of the database.

    Of those that are the same, the nearest.
    """
    ids = {neighbour.item_id for neighbours in found.values() for neighbour in neighbours}
    products = _products(query, ids)
    kept = {
        metric: apart.first_of_each(neighbours, products)[:wanted]
        for metric, neighbours in found.items()
    }
    return kept, products


def _products(query: Query, ids: Collection[str]) -> Products:
    return {
        product.item_id: product for product in query.filters.products().filter(item_id__in=ids)
    }
