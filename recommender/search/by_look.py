"""All products that pass, the most alike to one of them first: what a grid shows page by page."""

from collections.abc import Sequence
from typing import overload

import numpy as np
from django.utils.translation import gettext as _

from catalog.filters import Filters
from catalog.models import Product
from recommender.engines.passing import Passing
from recommender.index.metrics import Metric
from recommender.search.answering import live_index
from recommender.search.errors import BadQuery
from recommender.search.products import shown_products
from recommender.search.query_vector import far_out
from recommender.search.word_query import direction_of, length_in

# How many come in the order of words; the others follow by their ids.
BY_WORDS = 1000


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
    if not index.known_among([item_id]):
        raise BadQuery(
            _("“%(product)s” is new: it has not been compared with the others yet.")
            % {"product": product}
        )
    passing = Passing(filters)
    return _first(index.in_order(item_id, passing), passing)


def by_words(looks: str, filters: Filters) -> InOrder:
    """What looks most like the words first, by cosine distance; last all others by their ids.

    Raises NotReady, and BadQuery for words that are not offered.
    """
    index, passing = live_index(), Passing(filters)
    direction = direction_of(looks, index)
    point = far_out(direction, np.empty((0, len(direction)), np.float32), length_in(index))
    found, _exact = index.nearest(point, Metric.COSINE, BY_WORDS, passing)
    there = set(passing.item_ids)
    return _first([near.item_id for near in found if near.item_id in there], passing)


def _first(ordered: list[str], passing: Passing) -> InOrder:
    """These, and after them what else passes."""
    there = set(ordered)
    return InOrder([*ordered, *(other for other in passing.item_ids if other not in there)])
