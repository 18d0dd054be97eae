"""What a feed, a table or a shop's API says of a product in named fields, made a record.

Only addresses of the web are taken from it: no field can name a file of this machine.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from catalog.reading.money import currency_of, money, prices_in
from catalog.reading.page import absolute
from catalog.reading.values import id_from_url, in_stock, text
from catalog.records import ProductRecord, Record, Unreadable

MAX_PICTURES = 50
LONGEST_ADDRESS = 2000
_YES, _NO = {"true", "yes", "y"}, {"false", "no", "n"}


def described(values: Mapping[str, Any], place: str, base: str = "") -> Record:
    """The record in fields named as ProductRecord's; `image_urls` may be text or a list.

    `place` names it while it has no id, as in "line 4"; relative addresses start from `base`.
    """
    product_url = web_address(_address(values.get("product_url")), base)
    item_id = text(values.get("item_id")) or (id_from_url(product_url) if product_url else "")
    if not item_id:
        return Unreadable(place, f"{place} has neither an id nor an address")
    price, currency = values.get("price"), currency_of(text(values.get("currency")))
    written = text(price)
    currency = currency or next((found.currency for found in prices_in(written)), "")
    # A number is taken as it is; in a text "1.299" may be grouped.
    amount = money(price if isinstance(price, int | float | Decimal) else written, currency)
    unread = f"price {written[:40]!r}" if written and amount is None else ""
    images = pictures(values.get("image_urls"), base)
    return ProductRecord(
        item_id=item_id,
        title=text(values.get("title")),
        price=amount,
        currency=currency,
        category=text(values.get("category")),
        product_url=product_url,
        image_url=images[0] if images else "",
        image_urls=images,
        in_stock=stock(values.get("in_stock")),
        group=text(values.get("group")),
        brand=text(values.get("brand")),
        number=text(values.get("number")),
        unread=tuple(filter(None, (unread, *values.get("unread", ())))),
        place=place,
    )


def pictures(value: Any, base: str) -> tuple[str, ...]:
    """Addresses of pictures, each once, in order; those that are none are left out."""
    parts: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    links = (web_address(_address(part), base) for part in parts)
    return tuple(dict.fromkeys(link for link in links if link))[:MAX_PICTURES]


def _address(value: Any) -> str:
    """The text of an address, in which `&copy=1` is no sign of HTML."""
    return value.strip().replace("&amp;", "&") if isinstance(value, str) else text(value)


def web_address(link: str, base: str = "") -> str:
    """A link as a whole http or https address; nothing if it is no such address."""
    address = absolute(base, link) if link else ""
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return address if fine and len(address) <= LONGEST_ADDRESS else ""


def stock(value: Any) -> bool | None:
    """Whether it can be had: a boolean, yes or no, a number, or what shops write; else None."""
    if isinstance(value, bool):
        return value
    word = text(value).lower()
    if word.lstrip("-").isdecimal():  # how many there are
        return not word.startswith("-") and int(word) > 0
    return True if word in _YES else False if word in _NO else in_stock(word)
