"""The parts of the map by their words, as the titles and categories of today tell them."""

from functools import lru_cache

from catalog import versioning
from catalog.models import Product, folded
from recommender.index.words import tokens
from recommender.mapping.product_map import ProductMap
from recommender.mapping.regions import Region, named_regions


def regions_on(drawn: ProductMap) -> tuple[Region, ...]:
    """The largest first; none on a map that was drawn before there were any."""
    return _regions_at(drawn, versioning.version())


def region_name(region: Region) -> str:
    """As it stands on the map."""
    return " · ".join(region.words)


@lru_cache(maxsize=2)
def _regions_at(drawn: ProductMap, catalogue: int) -> tuple[Region, ...]:
    if drawn.regions is None:
        return ()
    rows = Product.shown.values_list("item_id", "title", "category")
    said = {item_id: _words(title, category) for item_id, title, category in rows.iterator()}
    words = [said.get(item_id) for item_id in drawn.item_ids]
    return tuple(named_regions(drawn.cells, drawn.regions, words))


def _words(title: str, category: str) -> set[str]:
    """A category is one word."""
    return {*tokens(folded(title)), *([folded(category)] if category else [])}
