"""The products that can be asked about: those that the shop has now."""

import random

from catalog.addresses import can_be_an_id
from catalog.models import Product
from recommender.index.similarity_index import SimilarityIndex
from recommender.search.errors import NotReady, UnknownProduct

TRIES = 20


def shown_product(item_id: str) -> Product:
    """The product of that id, if the shop has it; raises UnknownProduct."""
    if can_be_an_id(item_id) and (found := Product.shown.filter(item_id=item_id).first()):
        return found
    raise UnknownProduct(item_id)


def random_product(index: SimilarityIndex) -> Product:
    """Any product of the shop, one that the index knows if there is any; raises NotReady."""
    rows = (random.randrange(len(index)) for _ in range(TRIES))
    ids = [str(index.item_ids[row]) for row in rows]
    if known := list(Product.shown.filter(item_id__in=ids)):
        return random.choice(known)
    if not (count := Product.shown.count()):
        raise catalogue_is_empty()
    return Product.shown.all()[random.randrange(count)]


def catalogue_is_empty() -> NotReady:
    """What to tell the owner of a catalogue without products, the first thing first."""
    ways_in = "manage.py scrape https://your.shop/ (or: manage.py import_folder FOLDER)"
    return NotReady("The catalogue is empty.", [ways_in, "manage.py build_index"])
