"""Small values as pages write them: text, identifiers, whether a product can be had."""

import html
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from catalog.hosts import host_of
from catalog.reading.words import BUY, CAN_BE_HAD, CANNOT_BE_HAD

MAX_CHARACTERS = 2000
MAX_STEPS = 200
# Keys of an item's id, the shop's own first; the last resort is the end of the product's address.
ID_KEYS = (
    "sku",
    "productid",
    "mpn",
    "identifier",
    "gtin13",
    "gtin",
    "gtin14",
    "gtin12",
    "gtin8",
    "variant",
)
# The path of an address that is a product's by its looks.
PRODUCT_PAGE = re.compile(
    r"/(?:products?|produ[ck]te?s?|produits?|productos?|prodott[oi]|produtos?|p|dp|pd|items?"
    r"|artikel)/[^/]|[-/]p-?\d{2,}|/[^/]+-\d{5,}(?:\.html?)?$",
    re.IGNORECASE,
)
_ID_IN_QUERY = re.compile(
    r"(?:^|&)(?:products?_?id|item_?id|id_product|pid|sku|artnr|article|id|p)=([^&]{1,80})", re.I
)
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)  # another one at each visit
_SCHEMA = re.compile(r"^schema:|\.html?$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_IN_STOCK = frozenset(
    [
        "instock",
        "limitedavailability",
        "onlineonly",
        "instoreonly",
        "preorder",
        "presale",
        "available",
        "instocklow",
        "lowstock",
        "lowinstock",
        "yes",
        "true",
        "availablefororder",
    ]
)
_OUT_OF_STOCK = frozenset(
    [
        "outofstock",
        "soldout",
        "discontinued",
        "backorder",
        "oos",
        "unavailable",
        "notavailable",
        "notinstock",
        "no",
        "false",
        "nostock",
    ]
)


def text(value: Any) -> str:
    """The text of a value that may be a list, a nested thing or a number: the first there is.

    Spaces are made single; HTML entities and tags left in it are taken out.
    """
    todo, steps = [value], 0
    while todo and steps < MAX_STEPS:
        value = todo.pop()
        steps += 1
        if isinstance(value, list):
            todo += reversed(value[:MAX_STEPS])
        elif isinstance(value, dict):
            todo.append(value.get("@value") or value.get("value") or value.get("name"))
        elif found := _as_text(value):
            return found
    return ""


def _as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) < 40 else ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, int) and abs(value) > 10**40:
        return ""
    return plain(str(value)[: 4 * MAX_CHARACTERS])[:MAX_CHARACTERS]


def plain(words: str) -> str:
    """Words without HTML left in them, spaces made single."""
    for _ in range(2):  # "&amp;amp;" is seen
        if "&" in words:
            words = html.unescape(words)
    if "<" in words:
        words = _TAG.sub(" ", words)
    return " ".join(words.split())


def in_stock(availability: str) -> bool | None:
    """schema.org's availability, or a shop's own words, as yes, no or unknown."""
    word = _SCHEMA.sub("", availability.lower().rstrip("/#").rsplit("/", 1)[-1])
    word = re.sub(r"[^a-z0-9]", "", word)  # "0 in stock" is another word
    if word in _OUT_OF_STOCK:
        return False
    return True if word in _IN_STOCK else said_of_stock(availability)


def said_of_stock(words: str) -> bool | None:
    """What a sentence says of whether a product can be had; None if it says nothing."""
    if CANNOT_BE_HAD.search(words):
        return False
    return True if CAN_BE_HAD.search(words) else None


def offers_to_buy(words: str) -> bool:
    """Whether these are the words of a button that puts a product into the basket."""
    return len(words) < 40 and bool(BUY.search(words))


def id_from_url(url: str) -> str:
    """The last part of an address, without its ending: "…/p/blue-tee-104233.html" and the like."""
    parts = urlsplit(url)
    if named := _ID_IN_QUERY.search(parts.query):
        return unquote(named[1])
    path = _SESSION.sub("", parts.path)
    path = re.sub(r"/ref=[^/]*$", "", path.rstrip("/"))
    return re.sub(r"\.(html?|php|aspx?)$", "", unquote(path).rsplit("/", 1)[-1])


@lru_cache(maxsize=4096)
def address_key(url: str) -> str:
    """What makes two addresses of a shop the same: no scheme, www., tracking, session, fragment."""
    parts = urlsplit(url)
    path = _SESSION.sub("", parts.path)
    query = [
        part
        for part in parts.query.split("&")
        if part and not re.match(r"utm_|gclid|fbclid|_pos=|_sid=|_ss=|ref=|variant=", part)
    ]
    return f"{host_of(url)}{unquote(path).rstrip('/').casefold()}?{'&'.join(sorted(query))}"


def same_words(one: str, other: str) -> bool:
    """Whether two names say the same: one is within the other, and not by far the shorter."""
    one, other = letters(one), letters(other)
    short, long = sorted((one, other), key=len)
    return bool(short) and short in long and len(short) >= 0.5 * len(long)


def letters(words: str) -> str:
    """The letters and digits of a text, case folded."""
    return re.sub(r"[\W_]+", "", words).casefold()
