"""What a grid can be narrowed to, and how many products each choice would leave.

The choices are those of all products, so that none comes or goes while somebody chooses; each is
counted among what passes the other filters. The database counts, once for the catalogue as it is.
In a large catalogue, where that takes seconds, they are counted among all products.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeVar
from zlib import crc32

from django.db.models import Avg, Count, Max, Min, Q, QuerySet

from catalog import memory
from catalog.colours.names import NAMES
from catalog.filters import Filters
from catalog.memory import Memory
from catalog.models import Product

T = TypeVar("T")

# Bars of prices, about; a bar more holds what costs far more than most.
BARS = 10
FAR_MORE = 3  # times the mean
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Choice:
    """A value of a filter, and how many products it would leave."""

    value: str
    count: int

    @property
    def mark(self) -> str:
        """What stands for the value in a page's ids."""
        return f"n-{crc32(self.value.encode()):08x}"


@dataclass(frozen=True)
class Bar:
    """Prices from `low` to `high`, both included, of which None is no end.

    `height`: a percentage of the highest bar's; what there is at all can be seen.
    """

    low: Decimal
    high: Decimal | None
    count: int
    height: int

    @property
    def least(self) -> str:
        """`low` as addresses have it."""
        return f"{self.low:f}"

    @property
    def most(self) -> str | None:
        """`high` as addresses have it."""
        return None if self.high is None else f"{self.high:f}"

    @property
    def top(self) -> int:
        """Where it begins, from above."""
        return 100 - self.height

    def is_within(self, low: Decimal | None, high: Decimal | None) -> bool:
        """Whether all of its prices are between these."""
        above = low is None or low <= self.low
        return above and (high is None or (self.high is not None and self.high <= high))


@dataclass(frozen=True)
class Facets:
    """The choices of each filter; `prices` are empty where all cost the same.

    `of_all`: all products are counted, not what passes the other filters alone.
    """

    categories: list[Choice]
    colours: list[Choice]
    in_stock: int
    prices: list[Bar]
    of_all: bool = False


def facets(filters: Filters) -> Facets:
    """What the filters leave to choose from; at most seven queries, and none where it is known."""
    catalogue = memory.of_now()
    of_all = bool(filters.conditions) and filters.within is None and catalogue.is_large()
    filters = Filters() if of_all else filters
    return Facets(
        categories_of(catalogue, filters),
        _colours(catalogue, filters),
        _count(_in_stock, catalogue, filters.but("in_stock")),
        _prices(catalogue, filters),
        of_all,
    )


def categories_of(catalogue: Memory, filters: Filters) -> list[Choice]:
    """All categories, those of most products first, counted among what else is asked for."""
    every = _count(_by_category, catalogue, Filters())
    here = _count(_by_category, catalogue, filters.but("category"))
    ordered = sorted(every, key=lambda name: (-every[name], name))
    return [Choice(name, here[name]) for name in ordered]


def _colours(catalogue: Memory, filters: Filters) -> list[Choice]:
    every = _count(_by_colour, catalogue, Filters())
    here = _count(_by_colour, catalogue, filters.but("in_colour"))
    return [Choice(name, here[name]) for name in NAMES if every[name]]


def _prices(catalogue: Memory, filters: Filters) -> list[Bar]:
    edges = _count(_edges, catalogue, Filters())
    if not edges:
        return []

    def count(products: "QuerySet[Product]") -> list[int]:
        return _in_bars(products, edges)

    counts = _count(count, catalogue, filters.but("price_from", "price_to"), "bars")
    highest = max(1, *counts)
    return [
        Bar(low, high, count, -(-100 * count // highest))
        for (low, high), count in zip(edges, counts, strict=True)
    ]


def _count(
    how: "Callable[[QuerySet[Product]], T]", catalogue: Memory, filters: Filters, name: str = ""
) -> T:
    """What is counted so of what passes; once for the catalogue as it is, or for a while, but for a
    choice of thousands of ids, which is not asked for again."""
    if filters.within is not None:
        return how(filters.products().order_by())
    key = ("facet", name or how.__name__, filters)
    return catalogue.roughly(key, lambda: how(filters.products().order_by()))


def _by_category(products: "QuerySet[Product]") -> Counter[str]:
    named = products.exclude(category="").values_list("category")
    return Counter(dict(named.annotate(Count("id"))))


def _by_colour(products: "QuerySet[Product]") -> Counter[str]:
    counts: Counter[str] = Counter()
    for names, number in products.values_list("colour_names").annotate(Count("id")):
        counts.update(dict.fromkeys(names.split(), number))
    return counts


def _in_stock(products: "QuerySet[Product]") -> int:
    return products.exclude(in_stock=False).count()


def _edges(products: "QuerySet[Product]") -> list[tuple[Decimal, Decimal | None]]:
    """The first and the last price of each bar."""
    found = products.aggregate(low=Min("price"), high=Max("price"), mean=Avg("price"))
    low, high = found["low"], found["high"]
    if low is None or low == high:
        return []
    top = min(high, FAR_MORE * Decimal(found["mean"]))
    step = _round_step((top - low) / BARS)
    begin = (low / step).to_integral_value(ROUND_FLOOR) * step
    number = int(((top - begin + CENT) / step).to_integral_value(ROUND_CEILING))
    edges: list[tuple[Decimal, Decimal | None]] = [
        (begin + step * place, begin + step * (place + 1) - CENT) for place in range(number)
    ]
    return [*edges, (begin + step * number, None)] if high >= begin + step * number else edges


def _round_step(least: Decimal) -> Decimal:
    """1, 2 or 5 and zeros, at least as large; a cent at least."""
    size = Decimal(10) ** max(least, CENT).adjusted()
    return next(step for step in (size, 2 * size, 5 * size, 10 * size) if step >= max(least, CENT))


def _in_bars(
    products: "QuerySet[Product]", edges: list[tuple[Decimal, Decimal | None]]
) -> list[int]:
    counts = {}
    for place, (low, high) in enumerate(edges):
        within = Q(price__gte=low) if high is None else Q(price__gte=low, price__lte=high)
        counts[f"bar_{place}"] = Count("id", filter=within)
    return list(products.aggregate(**counts).values())
