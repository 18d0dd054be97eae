"""The nearest products of an index that pass: from its lists where they suffice, else searched."""

from collections.abc import Set
from typing import NamedTuple

from catalog.models import Product
from recommender.engines.contract import Index
from recommender.engines.passing import Passing
from recommender.index.metrics import Metric
from recommender.index.similarity_index import EXACT, Neighbour
from recommender.live.stages import Stage, stage
from recommender.search.deduplicator import Deduplicator
from recommender.search.query import Query
from recommender.search.query_vector import QueryVector

# Neighbours looked at beyond those wanted, since some may not pass.
SPARE = 5

Neighbours = dict[Metric, list[Neighbour]]
Products = dict[str, Product]


class Found(NamedTuple):
    """The nearest that pass, their products, and whether no nearer one can have been missed."""

    neighbours: Neighbours
    products: Products
    exact: bool


@stage(Stage.LISTS)
def nearest_in_lists(index: Index, query: Query, wanted: int, apart: Deduplicator) -> Found | None:
    """The nearest that pass; None where the lists end too soon.

    The query is about one product that the index has. Lists that may lack some are not asked under
    filters: the fewer pass, the more it counts.
    """
    exact = index.manifest.list_method == EXACT
    if not exact and not query.filters.keep_nearly_all():
        return None
    for length in sorted({min(wanted + SPARE, index.k), index.k}):
        lists = {
            metric: index.neighbours(query.liked[0], metric, length) for metric in query.metrics
        }
        kept, products = passing(lists, query, wanted, apart)
        whole = len(index) - 1 <= length
        if whole or all(len(neighbours) == wanted for neighbours in kept.values()):
            return Found(kept, products, exact)
    return None


@stage(Stage.SCAN)
def nearest_in_a_search(
    index: Index, query: Query, point: QueryVector, wanted: int, apart: Deduplicator
) -> Found:
    """The nearest to a point that pass; exact, unless the engine may miss some.

    As many more are found as it takes, since of those that are the same one counts. Without
    filters nearly all pass, and the nearest are found first; with them, those that pass.
    """
    may_pass = Passing(query.filters, query.named)
    asked = wanted + SPARE
    while True:
        found = {
            metric: index.nearest(point, metric, asked, may_pass, query.named)
            for metric in query.metrics
        }
        nearest = {metric: near.neighbours for metric, near in found.items()}
        kept, products = passing(nearest, query, wanted, apart)
        no_more = all(len(neighbours) < asked for neighbours in nearest.values())
        if no_more or all(len(neighbours) == wanted for neighbours in kept.values()):
            return Found(kept, products, all(near.exact for near in found.values()))
        asked *= 4


def passing(
    found: Neighbours, query: Query, wanted: int, apart: Deduplicator
) -> tuple[Neighbours, Products]:
    """The first of each list that pass, and their products; one query of the database, or none.

    Of those that are the same, the nearest.
    """
    ids = {neighbour.item_id for neighbours in found.values() for neighbour in neighbours}
    products = _products(query, ids, apart)
    kept = {
        metric: apart.first_of_each(neighbours, products)[:wanted]
        for metric, neighbours in found.items()
    }
    return kept, products


@stage(Stage.PRODUCTS)
def _products(query: Query, ids: Set[str], apart: Deduplicator) -> Products:
    if query.filters.keep_nearly_all():
        return apart.catalogue.shown(ids - set(query.filters.without))
    return {
        product.item_id: product for product in query.filters.products().filter(item_id__in=ids)
    }
