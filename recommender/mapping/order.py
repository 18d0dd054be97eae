"""All products in the order of a walk over the map: each comes beside what looks like it."""

from functools import lru_cache

import numpy as np

from catalog.filters import Filters
from recommender.engines.passing import Passing
from recommender.mapping.product_map import ProductMap
from recommender.mapping.store import live_map
from recommender.search.by_look import InOrder


def along_the_map(filters: Filters) -> InOrder:
    """What passes, along the map; last, by their ids, those that do not lie there yet.

    Raises NoMap.
    """
    walked, passing = _walk(live_map()), Passing(filters).item_ids
    there = set(passing)
    ordered = [item_id for item_id in walked if item_id in there]
    return InOrder([*ordered, *sorted(there - set(ordered))])


@lru_cache(maxsize=2)
def _walk(drawn: ProductMap) -> tuple[str, ...]:
    return tuple(drawn.item_ids[row] for row in np.argsort(along_a_curve(drawn.cells)))


def along_a_curve(cells: np.ndarray) -> np.ndarray:
    """(n, 2) int64 cells -> (n,) places along Hilbert's curve, each step to one beside.

    D. Hilbert, 1891; quarter by quarter, each turned so that it begins where another ends.
    """
    x, y = cells.T.copy()
    places = np.zeros(len(cells), np.int64)
    side = 1 << int(cells.max(initial=1)).bit_length()
    half = side // 2
    while half:
        right, below = (x & half) > 0, (y & half) > 0
        places += half * half * ((3 * right) ^ below)
        turned = ~below & right
        x, y = np.where(turned, side - 1 - x, x), np.where(turned, side - 1 - y, y)
        x, y = np.where(below, x, y), np.where(below, y, x)
        half //= 2
    return places
