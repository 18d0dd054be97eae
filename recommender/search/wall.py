"""The wall: some products, and what looks like each of them; it shows what all of this is."""

from hashlib import sha256
from typing import NamedTuple

from catalog import memory
from catalog.memory import Memory
from catalog.models import Product
from recommender.engines.contract import Index
from recommender.index.metrics import Metric
from recommender.search.answering import answer_by, index_of_shown
from recommender.search.answers import Match
from recommender.search.query import Query

# Products of which those with the nearest look-alikes are taken; look-alikes of each that is taken.
CANDIDATES, PER_ROW = 24, 5


class WallRow(NamedTuple):
    """A product, and what looks like it, nearest first."""

    product: Product
    alike: list[Product]


def wall(most: int) -> list[WallRow]:
    """So many rows at most; no category and no product twice while there are others.

    They are chosen once for the catalogue and the index as they are, and alike in all workers; that
    takes a handful of queries, then two. Raises NotReady.
    """
    index, catalogue = index_of_shown(), memory.of_now()
    key = ("wall", most, index.manifest)
    return catalogue.once(key, lambda: _apart(_rows(index, catalogue), most))


def _rows(index: Index, catalogue: Memory) -> list[WallRow]:
    """Of all candidates, those whose look-alikes are nearest first."""
    candidates = _candidates(catalogue)
    known = index.known_among(candidates)
    ids = [one for one in candidates if one in known]
    near = index.lists_of(ids, Metric.COSINE, 2 * PER_ROW)
    catalogue.shown([*ids, *(other.item_id for found in near.values() for other in found)])
    found = [answer_by(index, Query(liked=(one,), k=PER_ROW), catalogue) for one in ids]
    rows = [(one.looks.matches, one.named[one.query.liked[0]]) for one in found]
    rows.sort(key=lambda row: (-len(row[0]), _farthest(row[0])))
    return [WallRow(one, [match.product for match in matches]) for matches, one in rows if matches]


def _candidates(catalogue: Memory) -> list[str]:
    """Any products, by the hashes of their pictures: an index has these in order, and where one
    begins changes with the catalogue."""
    begin = sha256(str(catalogue.number).encode()).hexdigest()
    shown = Product.shown.order_by("content_hash", "item_id").values_list("content_hash", "item_id")
    after = list(shown.filter(content_hash__gte=begin)[:CANDIDATES])
    before = shown.filter(content_hash__lt=begin)[: CANDIDATES - len(after)]
    return list(dict(reversed([*after, *before])).values())


def _farthest(matches: list[Match]) -> float:
    return max((match.distance for match in matches if match.distance is not None), default=0.0)


def _apart(rows: list[WallRow], most: int) -> list[WallRow]:
    """One of each category; then others of which no product stands there; then, where there are too
    few, those of which the look-alikes do, but not the product itself."""
    taken: list[WallRow] = []
    for may_join in (_is_of_another_category, _is_new, _is_new_itself):
        for row in rows:
            if len(taken) < most and may_join(row, taken):
                taken.append(row)
    return taken


def _is_of_another_category(row: WallRow, taken: list[WallRow]) -> bool:
    there = {other.product.category for other in taken}
    return row.product.category not in there and _is_new(row, taken)


def _is_new(row: WallRow, taken: list[WallRow]) -> bool:
    return _ids(taken).isdisjoint(_ids([row]))


def _is_new_itself(row: WallRow, taken: list[WallRow]) -> bool:
    return row.product.item_id not in _ids(taken)


def _ids(rows: list[WallRow]) -> set[str]:
    return {one.item_id for row in rows for one in (row.product, *row.alike)}
