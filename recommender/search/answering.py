"""The one function behind page, API and terminal: a query in, an answer out."""

import numpy as np

from catalog.models import Product
from recommender import store
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour, SimilarityIndex
from recommender.search.answers import Answer, Match, Ranking
from recommender.search.errors import NotReady
from recommender.search.picture_query import embedding_of
from recommender.search.products import catalogue_is_empty, shown_product
from recommender.search.query import Query

# Neighbours looked at beyond those wanted, since some may have left the shop since the build.
SPARE = 20


def answer(query: Query) -> Answer:
    """The k products that look most like what is asked about; all of them, where there are fewer.

    Products that have left the shop are neither asked about nor answered. Two queries of the
    database at most, unless so many have left that the lists do not suffice. Raises SearchError.
    """
    product = shown_product(query.item_id) if query.item_id else None
    index = live_index()
    if product is not None and product.item_id not in index:
        return Answer(product, index.manifest, _rankings(query, {}), indexed=False)
    if query.picture is None:
        nearest = _in_lists(index, query)
    else:
        nearest = _scan(index, embedding_of(query.picture, index), query)
    return Answer(product, index.manifest, _rankings(query, nearest))


def live_index() -> SimilarityIndex:
    """The index that is live; raises NotReady with the commands that make one, in their order."""
    try:
        index = store.live_index()
    except store.IndexUnavailable as error:
        raise _nothing_to_compare(error.sentence, error.command) from error
    if not len(index):
        raise _nothing_to_compare("The index is empty.", "manage.py build_index")
    return index


def _nothing_to_compare(reason: str, command: str) -> NotReady:
    """What to tell the owner: without products, to get some first."""
    if not Product.shown.exists():
        return catalogue_is_empty()
    return NotReady(reason, [command] if command else ())


Nearest = dict[Metric, list[Match]]


def _in_lists(index: SimilarityIndex, query: Query) -> Nearest:
    """From the lists in the index; by a scan where too many of a list have left the shop."""
    nearest: Nearest = {}
    for length in sorted({min(query.k + SPARE, index.k), index.k}):
        lists = {
            metric: index.neighbours(query.item_id, metric, length) for metric in query.metrics
        }
        nearest = _still_shown(lists, query.k)
        everything = len(index) - 1 <= length
        if everything or all(len(matches) == query.k for matches in nearest.values()):
            return nearest
    return _scan(index, index.embeddings[index.row_of(query.item_id)], query)


def _scan(index: SimilarityIndex, vector: np.ndarray, query: Query) -> Nearest:
    """From the vectors themselves, among the rows of the products that are shown."""
    shown = Product.shown.exclude(item_id=query.item_id).values_list("item_id", flat=True)
    rows = index.rows_of(shown)
    found = {metric: index.search(vector, metric, query.k, among=rows) for metric in query.metrics}
    return _still_shown(found, query.k)


def _still_shown(found: dict[Metric, list[Neighbour]], k: int) -> Nearest:
    """The first k of each list that are in the shop; one query of the database."""
    ids = {neighbour.item_id for neighbours in found.values() for neighbour in neighbours}
    products = {product.item_id: product for product in Product.shown.filter(item_id__in=ids)}
    return {
        metric: [
            Match(products[item_id], distance)
            for item_id, distance in neighbours
            if item_id in products
        ][:k]
        for metric, neighbours in found.items()
    }


def _rankings(query: Query, nearest: Nearest) -> list[Ranking]:
    return [Ranking(metric, nearest.get(metric, [])) for metric in query.metrics]
