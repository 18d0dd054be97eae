"""The products that can be asked about: those that the shop has now."""

import random
from collections.abc import Iterable

from catalog import by_ids, memory
from catalog.addresses import can_be_an_id
from catalog.memory import Memory
from catalog.models import Product
from recommender.engines.contract import Index
from recommender.search.errors import EmptyCatalogue, UnknownProduct

TRIES = 20


def shown_products(item_ids: Iterable[str], catalogue: Memory | None = None) -> dict[str, Product]:
    """The products of those ids, all of which the shop has; raises UnknownProduct for the first
    that it has not."""
    wanted = list(item_ids)
    known = [item_id for item_id in wanted if can_be_an_id(item_id)]
    found = (catalogue or memory.of_now()).shown(known) if known else {}
    for item_id in wanted:
        if item_id not in found:
            raise UnknownProduct(item_id)
    return found


def random_product(index: Index) -> Product:
    """Any product of the shop, one that the index knows if there is any; raises NotReady."""
    if known := list(by_ids.fetch(index.some(TRIES)).values()):
        return random.choice(known)
    return _any_product()


def _any_product() -> Product:
    """The first from a random place on; no count, and no walk to that place."""
    products = Product.shown.order_by("pk")
    first, last = products.first(), products.last()
    if first is None or last is None:
        raise EmptyCatalogue
    return products.filter(pk__gte=random.randint(first.pk, last.pk)).first() or last
