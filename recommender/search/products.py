"""The products that can be asked about: those that the shop has now."""

import random
from collections.abc import Iterable

from catalog.addresses import can_be_an_id
from catalog.models import Product
from recommender.index.similarity_index import SimilarityIndex
from recommender.search.errors import EmptyCatalogue, UnknownProduct

TRIES = 20


def shown_products(item_ids: Iterable[str]) -> dict[str, Product]:
    """The products of those ids, all of which the shop has; raises UnknownProduct for the first
    that it has not."""
    wanted = list(item_ids)
    known = [item_id for item_id in wanted if can_be_an_id(item_id)]
    found = Product.shown.in_bulk(known, field_name="item_id") if known else {}
    for item_id in wanted:
        if item_id not in found:
            raise UnknownProduct(item_id)
    return found


def random_product(index: SimilarityIndex) -> Product:
    """Any product of the shop, one that the index knows if there is any; raises NotReady."""
    rows = (random.randrange(len(index)) for _ in range(TRIES))
    ids = [str(index.item_ids[row]) for row in rows]
    if known := list(Product.shown.filter(item_id__in=ids)):
        return random.choice(known)
    if not (count := Product.shown.count()):
        raise EmptyCatalogue
    return Product.shown.all()[random.randrange(count)]
