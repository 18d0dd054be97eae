"""All products that pass, the most alike to one of them first: what a grid shows page by page."""

from collections.abc import Sequence
from typing import overload

import numpy as np
from django.utils.translation import gettext as _

from catalog.filters import Filters
from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.live.worker_threads import Lane, beside
from recommender.search.answering import live_index
from recommender.search.errors import BadQuery
from recommender.search.products import shown_products
from recommender.search.query_vector import QueryVector


class InOrder(Sequence[Product]):
    """Products by their ids, in that order; only those that are looked at are fetched."""

    def __init__(self, item_ids: list[str]) -> None:
        self.item_ids = item_ids

    def __len__(self) -> int:
        return len(self.item_ids)

    @overload
    def __getitem__(self, place: int) -> Product: ...
    @overload
    def __getitem__(self, place: slice) -> list[Product]: ...
    def __getitem__(self, place: int | slice) -> Product | list[Product]:
        wanted = self.item_ids[place]
        if isinstance(wanted, str):
            return Product.shown.get(item_id=wanted)
        found = Product.shown.in_bulk(wanted, field_name="item_id")
        return [found[item_id] for item_id in wanted if item_id in found]


def by_look(item_id: str, filters: Filters) -> InOrder:
    """Itself first, then by cosine distance, ties by item_id; last what is not compared yet.

    One exact pass over what passes. Raises UnknownProduct, NotReady, and BadQuery for a product
    that the index does not know.
    """
    product = shown_products([item_id])[item_id]
    index = live_index()
    if item_id not in index:
        raise BadQuery(
            _("“%(product)s” is new: it has not been compared with the others yet.")
            % {"product": product}
        )
    passing = filters.products().order_by("item_id").values_list("item_id", flat=True)
    return InOrder(_nearest_first(index, item_id, list(passing)))


def _nearest_first(index: SimilarityIndex, item_id: str, passing: list[str]) -> list[str]:
    rows = index.rows_of(passing)
    ordered = beside(Lane.SEARCHES, _in_order, index, index.row_of(item_id), rows)
    return [*index.item_ids[ordered].tolist(), *(other for other in passing if other not in index)]


def _in_order(index: SimilarityIndex, first: int, rows: np.ndarray) -> np.ndarray:
    """The rows by their distance to the first; (m,) int64."""
    every = len(rows) == len(index)  # no copy of all embeddings then
    point = QueryVector(index.embeddings[first])
    away = point.distances(index, Metric.COSINE, None if every else rows)
    away[rows == first] = -1.0
    return np.asarray(rows[np.argsort(away, kind="stable")])
