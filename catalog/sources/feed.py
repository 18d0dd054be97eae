"""A Google Merchant feed in XML, RSS or Atom. Its form as TSV is a table: sources.table.

https://support.google.com/merchants/answer/7052112 lists the attributes.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from catalog.records import Record, SourceError
from catalog.sources.described import described, price_now
from catalog.sources.documents import (
    UnreadableDocument,
    body_at,
    elements,
    is_address,
    local_name,
)
from catalog.sources.place import Place
from catalog.visiting.pages import Pages

# The attribute, or the first of several, for each field of a record.
_ATTRIBUTES = {
    "item_id": ("id", "guid"),
    "title": ("title",),
    "category": ("product_type", "google_product_category"),
    "product_url": ("link",),
    "in_stock": ("availability",),
    "group": ("item_group_id",),
}
_GOOGLE = "base.google.com"
_PICTURES = ("image_link", "additional_image_link")


def begins_at(place: Place) -> str:
    """The place itself, if it is such a document."""
    return place.asked if place.root in ("rss", "feed", "rdf") else ""


def walk_feed(url: str, pages: Pages) -> Iterator[Record]:
    """Every item of a feed at an address or in a file. Raises SourceError, also for no feed."""
    body, number = body_at(url, pages), 0
    base = url if is_address(url) else ""
    try:
        for number, item in enumerate(elements(body, ("item", "entry")), 1):
            yield described(_said(item), f"item {number}", base)
    except UnreadableDocument as error:
        raise SourceError(f"{url}: {error}") from error
    if not number:
        raise SourceError(f"{url}: this feed has no items")


def _said(item: Element) -> dict[str, Any]:
    values = _values(item)

    def first(*names: str) -> str:
        return next((values[name][0] for name in names if name in values), "")

    said: dict[str, Any] = {field: first(*names) for field, names in _ATTRIBUTES.items()}
    sale = first("sale_price"), first("sale_price_effective_date")
    said["price"] = price_now(first("price"), *sale)
    said["image_urls"] = [address for name in _PICTURES for address in values.get(name, [])]
    return said


def _values(item: Element) -> dict[str, list[str]]:
    """What the item's parts say, by their names; Google's own before RSS's and Atom's."""
    values: dict[str, list[str]] = {}
    for child in sorted(item, key=lambda part: _GOOGLE not in part.tag):
        value = (child.text or child.get("href") or "").strip()
        if value:
            values.setdefault(local_name(child), []).append(value)
    return values
