"""The nearest rows of an index that pass: from its lists where they suffice, else by a scan."""

from collections.abc import Collection

import numpy as np

from catalog.models import Product
from recommender import configured
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour, SimilarityIndex
from recommender.search.query import Query

# Neighbours looked at beyond those wanted, since some may not pass.
SPARE = 5

Found = dict[Metric, list[Neighbour]]
Products = dict[str, Product]


def nearest_in_lists(
    index: SimilarityIndex, query: Query, wanted: int
) -> tuple[Found, Products] | None:
    """The nearest that pass, and their products; None where the lists end too soon.

    The query is about one product that the index has.
    """
    for length in sorted({min(wanted + SPARE, index.k), index.k}):
        lists = {
            metric: index.neighbours(query.liked[0], metric, length) for metric in query.metrics
        }
        found, products = passing(lists, query, wanted)
        whole = len(index) - 1 <= length
        if whole or all(len(neighbours) == wanted for neighbours in found.values()):
            return found, products
    return None


def nearest_in_a_scan(
    index: SimilarityIndex, query: Query, vector: np.ndarray, wanted: int
) -> tuple[Found, Products]:
    """The nearest to a (d,) vector that pass, and their products; exact, unless ANN is set.

    Without filters nearly all pass: then the nearest are found first, and looked up.
    """
    if query.filters.keep_nearly_all():
        asked = wanted + SPARE
        found = {
            metric: index.search(
                vector, metric, asked, exclude=query.named, approximate=configured.approximate()
            )
            for metric in query.metrics
        }
        kept, products = passing(found, query, wanted)
        if all(len(kept[metric]) == wanted or len(found[metric]) < asked for metric in kept):
            return kept, products
    return _nearest_of_those_that_pass(index, query, vector, wanted)


def _nearest_of_those_that_pass(
    index: SimilarityIndex, query: Query, vector: np.ndarray, wanted: int
) -> tuple[Found, Products]:
    others = query.filters.products().exclude(item_id__in=query.named)
    rows = index.rows_of(others.values_list("item_id", flat=True))
    found = {metric: index.search(vector, metric, wanted, among=rows) for metric in query.metrics}
    return passing(found, query, wanted)


def passing(found: Found, query: Query, wanted: int) -> tuple[Found, Products]:
    """The first of each list that pass, and their products; one query of the database."""
    ids = {neighbour.item_id for neighbours in found.values() for neighbour in neighbours}
    products = _products(query, ids)
    kept = {
        metric: [neighbour for neighbour in neighbours if neighbour.item_id in products][:wanted]
        for metric, neighbours in found.items()
    }
    return kept, products


def _products(query: Query, ids: Collection[str]) -> Products:
    return {
        product.item_id: product for product in query.filters.products().filter(item_id__in=ids)
    }
