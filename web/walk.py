"""The way that a visitor has walked from product to product. It stands in the address, so that a
page can be kept, shared and gone back to, and nothing of it is kept here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from catalog.addresses import can_be_an_id
from catalog.models import Product
from recommender.search.fields import NARROWING, SIMILAR

# Steps that an address tells, and how long it may become by them: servers take 4,094 characters.
MAX_STEPS, MAX_CHARACTERS = 8, 1500
# What goes on from page to page beside the filters: how a page shows its rows.
SHOWING = ("metric", "distances", "measured")
# Sliders and yes or no: at "0" these ask for nothing. Of others, as of a price, "0" is an answer.
NOTHING_AT_ZERO = frozenset(field.name for field in SIMILAR if field.default == 0)


@dataclass(frozen=True)
class Step:
    """A product on the way, and the address that leads back to it, with the way up to there."""

    product: Product
    address: str


@dataclass(frozen=True)
class Walk:
    """`onward`: filters and way up to here, as a query string for the links that lead on."""

    steps: list[Step]
    onward: str


def walk(request: HttpRequest, item_id: str) -> Walk:
    """The way to the product of that id, by what the address says; one query, or none."""
    ids = _ids(request.GET.getlist("trail"), item_id)
    products = Product.shown.in_bulk(ids, field_name="item_id") if ids else {}
    way = [products[step] for step in ids if step in products]
    going_on = _pairs(request.GET, (*NARROWING, *SHOWING))
    steps = [
        Step(product, f"{product.get_absolute_url()}{_query(going_on, way[:number])}")
        for number, product in enumerate(way)
    ]
    return Walk(steps, _query(going_on, way, last=item_id))


def narrowed(asked: QueryDict) -> str:
    """The filters of what is asked, as a query string that goes on with every link."""
    return _query(_pairs(asked, NARROWING))


def _ids(given: Sequence[str], item_id: str) -> list[str]:
    """The last steps, each once; whoever comes back to one is there again."""
    ids = [step for step in dict.fromkeys(given[-MAX_STEPS:]) if can_be_an_id(step)]
    return ids[: ids.index(item_id)] if item_id in ids else ids


def _pairs(asked: QueryDict, names: Iterable[str]) -> list[tuple[str, str]]:
    pairs = [(name, asked.get(name, "")) for name in names]
    return [
        (name, value)
        for name, value in pairs
        if value and not (value == "0" and name in NOTHING_AT_ZERO)
    ]


def _query(pairs: list[tuple[str, str]], way: Iterable[Product] = (), last: str = "") -> str:
    """A query string with its question mark; of a way too long, the last steps."""
    ids = [product.item_id for product in way] + ([last] if last else [])
    trail = [urlencode({"trail": item_id}) for item_id in ids[-MAX_STEPS:]]
    while len("&".join(trail)) > MAX_CHARACTERS:
        trail = trail[1:]
    parts = [urlencode(pairs), *trail]
    text = "&".join(filter(None, parts))
    return f"?{text}" if text else ""
