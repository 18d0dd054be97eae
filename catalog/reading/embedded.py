"""The state that scripts carry (`__NEXT_DATA__`, `dataLayer`, `var product = {…}`) as facts."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from catalog.reading.facts import Facts
from catalog.reading.images import is_picture
from catalog.reading.json_text import whole
from catalog.reading.jsonld import small_keys
from catalog.reading.money import currency_of, money
from catalog.reading.page import Page
from catalog.reading.values import in_stock, letters, same_words, text

MAX_CHARACTERS = 3_000_000
MAX_STARTS = 400
MAX_OBJECTS = 60_000
# In this order: the price of now before the regular one.
_PRICES = ("saleprice", "sale_price", "finalprice", "final_price", "currentprice", "current_price",
           "discountprice", "sellingprice", "price", "priceamount", "price_amount", "amount",
           "regularprice", "pricevalue")  # fmt: skip
_NAMES = (
    "name",
    "title",
    "productname",
    "product_name",
    "producttitle",
    "item_name",
    "displayname",
)
_IDS = ("sku", "productid", "product_id", "productcode", "product_code", "item_id", "itemid",
        "partnumber", "articlenumber", "asin", "reference", "id")  # fmt: skip
_CURRENCIES = ("currency", "currencycode", "currency_code", "pricecurrency")
_STOCKS = ("availability", "instock", "in_stock", "isinstock", "is_in_stock", "stockstatus",
           "stock_status", "available", "isavailable", "soldout",
           "sold_out", "issoldout", "stock")  # fmt: skip
_PICTURES = ("image", "images", "imageurl", "image_url", "featured_image", "mainimage", "picture",
             "thumbnail", "photo", "img")  # fmt: skip
_ADDRESSES = ("url", "link", "href", "permalink", "producturl", "product_url", "canonicalurl",
              "path", "uri", "pdpurl")  # fmt: skip
# Around a product's object in some shops' lists.
_WRAPPERS = ("node", "product", "item", "_source", "attributes")
_START = re.compile(r"(?:[=(:,]|^)\s*(?=[{\[]\s*[\"{\[])")


def embedded(page: Page, name: str) -> Facts:
    """What the scripts say of the product called so; nothing where they name it nowhere."""
    best, most = Facts(), 0
    sold = False
    for value in _objects(page):
        called = next((text(value[key]) for key in _NAMES if key in value), "")
        if not called or not same_words(called, name):
            continue
        facts = _facts(value, page)
        sold = sold or facts.in_stock is True
        points = 2 * (facts.price is not None) + bool(facts.ids) + (facts.in_stock is not None)
        if points > most:
            best, most = facts, points
    # One size of several may be out.
    return replace(best, in_stock=True) if sold else best


def listed_object(value: dict[str, Any], page: Page) -> Facts | None:
    """What an object in a list of products says; None if it is no product's."""
    inner = next((i for k in _WRAPPERS if isinstance(i := value.get(k), dict)), None)
    if inner is not None and not any(key in value for key in _NAMES):
        return listed_object(inner, page)
    title = next((text(value[key]) for key in _NAMES if key in value), "")
    link = next((text(url) for key in _ADDRESSES if isinstance(url := value.get(key), str)), "")
    facts = replace(_facts(value, page), title=title, url=page.link(link), ids=_own_ids(value))
    known = bool(facts.url or facts.ids) and (facts.price is not None or bool(facts.images))
    return facts if title and known else None


def _own_ids(value: dict[str, Any]) -> dict[str, str]:
    found = next((t for key in _IDS if (t := text(_scalar(value.get(key)))) and len(t) < 60), "")
    return {"sku": found} if found else {}


@lru_cache(maxsize=2)
def _objects(page: Page) -> list[dict[str, Any]]:
    """Every object in every script's JSON that has a name."""
    found: list[dict[str, Any]] = []
    todo: list[Any] = []
    for number in page.by_name.get("script", []):
        script = page.tags[number]
        if "ld+json" not in str(script.get("type", "")).lower():
            page.check_deadline()
            todo += _values(whole((script.string or "")[:MAX_CHARACTERS]))
    count = 0
    while todo and count < MAX_OBJECTS:
        value = todo.pop()
        count += 1
        if isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            todo += value.values()
            if any(key in value for key in _NAMES):
                found.append(value)
    return found


def _values(script: str) -> Iterator[Any]:
    """The JSON values in a script, each where an assignment, a call or a pair begins."""
    decoder = json.JSONDecoder(
        strict=False, object_pairs_hook=small_keys, parse_float=Decimal, parse_int=_whole
    )
    place = 0
    for _ in range(MAX_STARTS):
        start = _START.search(script, place)
        if not start:
            return
        try:
            value, place = decoder.raw_decode(script, start.end())
            yield value
        except (ValueError, RecursionError, ArithmeticError):
            place = start.end() + 1


def _whole(digits: str) -> Decimal | str:
    return Decimal(digits) if len(digits) < 40 else digits


def _facts(value: dict[str, Any], page: Page) -> Facts:
    priced = [value, *(inner for key in ("price", "prices", "offers", "pricing", "offer")
                       if isinstance(inner := _first(value.get(key)), dict))]  # fmt: skip
    code = next(
        (c for one in priced for key in _CURRENCIES if (c := currency_of(text(one.get(key))))), ""
    )
    amounts = (
        money(_scalar(one.get(key)), code) for one in priced for key in _PRICES if key in one
    )
    pictures = (_address(_first(value.get(key))) for key in _PICTURES)
    images = [link for p in pictures if is_picture(p) and (link := page.link(p))]
    return Facts(
        price=next((amount for amount in amounts if amount), None),
        currency=code,
        in_stock=_stock(priced),
        images=tuple(images[:1]),
        ids=_ids(value, page),
    )


def _address(picture: Any) -> str:
    if isinstance(picture, dict):
        picture = next((picture[key] for key in ("src", "url", "href") if picture.get(key)), "")
    return text(picture)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _scalar(value: Any) -> Any:
    fine = isinstance(value, str | Decimal | int) and not isinstance(value, bool)
    return value if fine else None


def _ids(value: dict[str, Any], page: Page) -> dict[str, str]:
    for key in _IDS:
        written = text(_scalar(value.get(key)))
        known = key == "sku" or letters(written) in letters(page.url)
        if known and 2 < len(written) < 60 and re.search(r"\d", written):
            return {"sku" if key == "sku" else "productid": written}
    return {}


def _stock(values: list[dict[str, Any]]) -> bool | None:
    for one in values:
        for key in _STOCKS:
            stock = one.get(key)
            if isinstance(stock, bool):
                return stock != ("sold" in key)
            if isinstance(stock, str) and (answer := in_stock(stock)) is not None:
                return answer
    return None
