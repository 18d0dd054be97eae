"""What somebody may mean who has typed a few letters: categories, and products."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog import by_ids, memory
from catalog.facets import Choice, categories_of
from catalog.fields import has_words
from catalog.filters import Filters
from catalog.memory import Memory
from catalog.models import Product, folded

MOST_CATEGORIES, MOST_PRODUCTS = 3, 6
# Products of which the best are suggested: more say little, and cost.
LOOKED_AT = 60


@dataclass(frozen=True)
class Suggestions:
    """The categories of most products come first."""

    categories: list[Choice]
    products: list[Product]


def suggestions(typed: str) -> Suggestions:
    """What has all words of `typed`; first where one of its words begins with the last of them.

    One query for each that the catalogue, as it is, was not asked yet.
    """
    words = folded(typed).split()
    if not words:
        return Suggestions([], [])
    catalogue = memory.of_now()
    return catalogue.once(("suggestions", *words), lambda: _best(words, catalogue))


def _best(words: list[str], catalogue: Memory) -> Suggestions:
    known = categories_of(catalogue, Filters())
    named = [one for one in known if all(word in folded(one.value) for word in words)]
    products = has_words(Product.shown.only(*by_ids.COLUMNS), " ".join(words))
    found = list(products.order_by("item_id")[:LOOKED_AT])
    found.sort(key=lambda product: not _begins(folded(str(product)).split(), words[-1]))
    return Suggestions(named[:MOST_CATEGORIES], found[:MOST_PRODUCTS])


def _begins(words: Iterable[str], typed: str) -> bool:
    return any(word.startswith(typed) for word in words)
