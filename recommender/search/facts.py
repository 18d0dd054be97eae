"""Look and facts in one score: points for what the shop knows of a product, beside its likeness.

The nearest are put in another order, and told what for: a product goes by its score, from 0 to 100,
and its points. How many each fact gives, the query says, else the site (FACT_WEIGHTS), else none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log

from django.conf import settings
from django.db.models import Max

from catalog.memory import Memory
from catalog.models import Product, folded
from recommender.search.answers import Match, MatchReason
from recommender.search.query import Query

# A price that is so many times another's is worth half; so is what is so many days older.
HALF_PRICE, HALF_AGE = 1.25, 30.0
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Liked:
    """What products are compared with: those liked, and when the newest of the shop came."""

    products: tuple[Product, ...]
    newest: datetime | None


def weights_of(query: Query) -> dict[str, float]:
    """Points by fact, of those that count; as the query says, else the site."""
    by_site: Mapping[str, float] = settings.FACT_WEIGHTS or {}
    found = {}
    for fact in FACTS:
        own: float | None = getattr(query, f"weigh_{fact}")
        found[fact] = by_site.get(fact, 0.0) if own is None else own
    return {fact: weight for fact, weight in found.items() if weight > 0}


def weighed(
    weights: Mapping[str, float],
    matches: Sequence[Match],
    query: Query,
    named: Mapping[str, Product],
    catalogue: Memory,
) -> list[Match]:
    """The matches with their points, in the order they came in."""
    newest = catalogue.once("newest", _newest) if "new" in weights else None
    liked = Liked(tuple(named[item_id] for item_id in query.liked), newest)
    return [_with_points(match, weights, liked) for match in matches]


def _with_points(match: Match, weights: Mapping[str, float], liked: Liked) -> Match:
    found = {fact: weight * FACTS[fact](match.product, liked) for fact, weight in weights.items()}
    points = {fact: value for fact, value in found.items() if value > 0}
    because = MatchReason.WEIGHED if points else match.because
    return replace(match, because=because, points=points)


def total(match: Match) -> float:
    """The score and the points of a match."""
    return (match.score or 0.0) + sum((match.points or {}).values())


def _newest() -> datetime | None:
    """When the newest product came: ages are counted from there, so that an answer changes with
    the catalogue alone."""
    found: datetime | None = Product.shown.aggregate(Max("first_seen"))["first_seen__max"]
    return found


# What a fact is worth, from 0 to 1 ---------------------------------------------------------------


def _category(product: Product, liked: Liked) -> float:
    return _is_among(product.category, [one.category for one in liked.products])


def _brand(product: Product, liked: Liked) -> float:
    return _is_among(product.brand, [one.brand for one in liked.products])


def _is_among(text: str, texts: Sequence[str]) -> float:
    return float(bool(text) and folded(text) in map(folded, texts))


def _price(product: Product, liked: Liked) -> float:
    """By ratio, and only where the currencies are one."""
    worth = [
        float(2 ** (-abs(log(product.price / one.price)) / log(HALF_PRICE)))
        for one in liked.products
        if one.price and product.price and one.currency == product.currency
    ]
    return max(worth, default=0.0)


def _new(product: Product, liked: Liked) -> float:
    if liked.newest is None:
        return 0.0
    age = max((liked.newest - product.first_seen).total_seconds(), 0) / SECONDS_A_DAY
    return float(2 ** (-age / HALF_AGE))


def _stock(product: Product, _liked: Liked) -> float:
    return float(product.in_stock is not False)


FACTS: dict[str, Callable[[Product, Liked], float]] = {
    "category": _category,
    "price": _price,
    "brand": _brand,
    "new": _new,
    "stock": _stock,
}
