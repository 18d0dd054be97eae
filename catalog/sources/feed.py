"""A Google Merchant feed in XML, RSS or Atom. Its form as TSV is a table: sources.table.

https://support.google.com/merchants/answer/7052112 lists the attributes.
"""

from collections.abc import Iterator
from typing import Any

from lxml.etree import _Element

from catalog.records import Record, SourceError, Unreadable
from catalog.sources.described import described
from catalog.sources.documents import UnreadableDocument, document_at, is_address, opened
from catalog.sources.place import Place
from catalog.sources.sales import price_now
from catalog.sources.xml import Document, local_name
from catalog.visiting.pages import PageFetcher

# The attribute, or the first of several, for each field of a record.
_ATTRIBUTES = {
    "item_id": ("id", "guid"),
    "title": ("title",),
    "category": ("product_type", "google_product_category"),
    "product_url": ("link",),
    "in_stock": ("availability",),
    "group": ("item_group_id",),
    "brand": ("brand",),
}
_GOOGLE = "base.google.com"
_PICTURES = ("image_link", "additional_image_link")
MAX_LINES = 65535


def begins_at(place: Place) -> str:
    """The place itself, if it is such a document."""
    return place.asked if place.root in ("rss", "feed", "rdf") else ""


def walk_feed(url: str, pages: PageFetcher) -> Iterator[Record]:
    """Every item of a feed at an address or in a file. Raises SourceError, also for no feed."""
    found, number = document_at(url, pages), 0
    base = url if is_address(url) else ""
    try:
        body, cut, note = opened(found.body)
        document = Document(body, found.charset)
        for number, item in enumerate(document.elements(("item", "entry")), 1):
            yield described(_fields(item), _place(item, number), base)
        for sentence in filter(None, (document.mended, note)):
            yield Unreadable("mended", sentence, left_out=True)
    except UnreadableDocument as error:
        raise SourceError(f"{url}: {error}") from error
    if cut:
        raise SourceError(f"{url}: {cut}")
    if not number:
        raise SourceError(f"{url}: this feed has no items")


def _place(item: _Element, number: int) -> str:
    """Where it stands; libxml2 counts no further than so many lines."""
    line = item.sourceline or 0
    return f"line {line}" if 0 < line < MAX_LINES else f"item {number}"


def _fields(item: _Element) -> dict[str, Any]:
    values = _values(item)

    def first(*names: str) -> str:
        return next((values[name][0] for name in names if name in values), "")

    fields: dict[str, Any] = {field: first(*names) for field, names in _ATTRIBUTES.items()}
    sale = {"sale_price": first("sale_price"), "sale_dates": first("sale_price_effective_date")}
    fields["price"], unread = price_now({"price": first("price"), **sale})
    fields["unread"] = [unread]
    fields["image_urls"] = [address for name in _PICTURES for address in values.get(name, [])]
    return fields


def _values(item: _Element) -> dict[str, list[str]]:
    """What the item's parts say, by their names; Google's own before RSS's and Atom's."""
    values: dict[str, list[str]] = {}
    for child in sorted(item, key=lambda part: _GOOGLE not in part.tag):
        value = "".join(child.itertext()).strip() or child.get("href", "").strip()
        if value and child.get("rel", "alternate") == "alternate":  # not Atom's "self"
            values.setdefault(local_name(child), []).append(value)
    return values
