"""What a feed, a table or a shop's API says of a product in named fields, made a record.

Only addresses of the web are taken from it: no field can name a file of this machine.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from catalog.reading.money import currency_of, money, prices_in
from catalog.reading.page import absolute
from catalog.reading.values import id_from_url, in_stock, text
from catalog.records import ProductRecord, Record, Unreadable

MOST_PICTURES = 50
LONGEST_ADDRESS = 2000
_YES, _NO = {"1", "true", "yes", "y"}, {"0", "false", "no", "n"}


def described(said: Mapping[str, Any], place: str, base: str = "") -> Record:
    """The record in fields named as ProductRecord's; `image_urls` may be text or a list.

    `place` names it while it has no id, as in "line 4"; relative addresses start from `base`.
    """
    product_url = web_address(text(said.get("product_url")), base)
    item_id = text(said.get("item_id")) or (id_from_url(product_url) if product_url else "")
    if not item_id:
        return Unreadable(place, f"{place} has neither an id nor an address")
    price, currency = said.get("price"), currency_of(text(said.get("currency")))
    written = text(price)
    currency = currency or next((found.currency for found in prices_in(written)), "")
    # A number is taken as it is; in a text "1.299" may be grouped.
    amount = money(price if isinstance(price, int | float | Decimal) else written, currency)
    images = pictures(said.get("image_urls"), base)
    return ProductRecord(
        item_id=item_id,
        title=text(said.get("title")),
        price=amount,
        currency=currency,
        category=text(said.get("category")),
        product_url=product_url,
        image_url=images[0] if images else "",
        image_urls=images,
        in_stock=stock(said.get("in_stock")),
        group=text(said.get("group")),
        unread=(f"price {written[:40]!r}",) if written and amount is None else (),
    )


def pictures(said: Any, base: str) -> tuple[str, ...]:
    """Addresses of pictures, each once, in order; those that are none are left out."""
    parts: Iterable[Any] = said if isinstance(said, list | tuple) else [said]
    links = (web_address(text(part), base) for part in parts)
    return tuple(dict.fromkeys(link for link in links if link))[:MOST_PICTURES]


def web_address(link: str, base: str = "") -> str:
    """A link as a whole http or https address; nothing if it is no such address."""
    address = absolute(base, link) if link else ""
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return address if fine and len(address) <= LONGEST_ADDRESS else ""


def price_now(price: Any, sale_price: Any, sale_dates: Any = "") -> Any:
    """The sale's price, where there is one, and where it has dates, between these; else the price.

    Dates are as in "2026-11-24T00:00+0100/2026-11-30T23:59+0100".
    """
    if not money(sale_price if isinstance(sale_price, int | float) else text(sale_price)):
        return price or sale_price
    first, _, last = text(sale_dates).partition("/")
    try:
        begins, ends = (datetime.fromisoformat(day.strip()).astimezone() for day in (first, last))
    except (ValueError, OverflowError, OSError):
        return sale_price
    return sale_price if begins <= datetime.now().astimezone() <= ends else price


def stock(said: Any) -> bool | None:
    """Whether it can be had: a boolean, yes or no, or what shops write; None if unknown."""
    if isinstance(said, bool):
        return said
    word = text(said).lower()
    return True if word in _YES else False if word in _NO else in_stock(word)
