"""A Shopify shop's `products.json`: all of it, or one collection's.

One record for each picture that variants share: a shirt in three colours and five sizes is three
records of one group. The id is the variant's sku; its own number where it has none, or where
another product, or a variant with another picture, has the same sku.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from catalog.reading.values import text
from catalog.records import Record, SourceError, Unreadable
from catalog.sources.described import described
from catalog.sources.documents import json_at
from catalog.sources.failing import each
from catalog.sources.numbered import numbered
from catalog.sources.place import Place
from catalog.visiting.pages import PageFetcher

PAGE_SIZE = 250  # the most that Shopify gives
_COLLECTION = re.compile(r"(?:/[a-z-]{2,5})?/collections/[^/]+/?")
_SIGNS = ("cdn.shopify.com", "myshopify.com", "shopify.theme", "/cdn/shop/")
Node = dict[str, Any]


@dataclass(frozen=True)
class _Shop:
    """`skus` tells which product, and which of its pictures, has taken which sku."""

    address: str
    currency: str
    skus: dict[str, tuple[str, str]]

    @property
    def before(self) -> str:
        """What stands before `/products/…` in the address of a product."""
        return re.sub(r"(/collections/[^/]+)?/products\.json$", "", self.address)


def begins_at(place: Place) -> str:
    """The list of a shop or a collection, if its page is Shopify's and there is such a list."""
    if place.path or place.url_path.endswith("/products.json"):
        return "" if place.path else place.asked
    is_list = place.is_root or (_COLLECTION.fullmatch(place.url_path) and "?" not in place.asked)
    if not is_list or not place.mentions(*_SIGNS):
        return ""
    address = products_address(place.address)
    try:
        return address if _page(address, 1, place.pages) else ""
    except SourceError:
        return ""


def walk_shopify(url: str, pages: PageFetcher) -> Iterator[Record]:
    """Every product of the shop, or of the collection that the address names.

    Raises SourceError when a page of the list cannot be had.
    """
    address = products_address(url)
    shop = _Shop(address, _currency(address, pages), {})
    nodes = numbered(lambda number: _page(address, number, pages), _number)
    yield from each(nodes, lambda place, node: _records(node, place, shop))


def products_address(url: str) -> str:
    """Where the products of a shop or a collection are listed."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if path.endswith("/products.json"):
        return urlunsplit(parts._replace(query="", fragment=""))
    before, found, after = path.partition("/collections/")
    collection = f"{before}{found}{after.split('/')[0]}" if found and after else ""
    return urlunsplit((parts.scheme, parts.netloc, f"{collection}/products.json", "", ""))


def _page(address: str, number: int, pages: PageFetcher) -> list[Any]:
    url = f"{address}?limit={PAGE_SIZE}&page={number}"
    answer = json_at(url, pages)
    products = answer.get("products") if isinstance(answer, dict) else None
    if not isinstance(products, list):
        raise SourceError(f"{url}: it lists no products")
    return products


def _currency(address: str, pages: PageFetcher) -> str:
    """The shop's currency, which `products.json` does not tell; nothing where it is not told."""
    parts = urlsplit(address)
    try:
        answer = json_at(f"{parts.scheme}://{parts.netloc}/meta.json", pages)
    except SourceError:
        return ""
    return text(answer.get("currency")) if isinstance(answer, dict) else ""


def _number(node: Any) -> str:
    return text(node.get("id")) if isinstance(node, dict) else repr(node)[:100]


def records_of(
    node: Any, base: str, currency: str, skus: Mapping[str, tuple[str, str]] = MappingProxyType({})
) -> list[Record]:
    """The records of one product of a shop at `base`, as in its list; `skus` are taken already."""
    return list(_records(node, "it", _Shop(products_address(base), currency, dict(skus))))


def _records(node: Any, place: str, shop: _Shop) -> Iterator[Record]:
    if not isinstance(node, dict) or not _number(node):
        yield Unreadable(place, f"{place} has no id")
        return
    variants = _dicts(node.get("variants")) or [{}]
    by_picture: dict[str, list[Node]] = {}
    for variant in variants:
        by_picture.setdefault(_own_picture(variant, node), []).append(variant)
    group = _number(node) if len(variants) > 1 else ""
    for picture, alike in by_picture.items():
        others = by_picture.keys() - {picture}
        fields = _common_fields(node, picture, alike, shop) | {"group": group}
        fields["image_urls"] = [one for one in fields["image_urls"] if one not in others]
        if others:
            fields |= _own_fields(node, alike[0], fields["item_id"])
        fields["item_id"] = fields["item_id"] or _number(node)
        yield described(fields, place, shop.address)


def _common_fields(node: Node, picture: str, alike: list[Node], shop: _Shop) -> dict[str, Any]:
    """What variants with one picture have in common; the first speaks for them."""
    first, number = alike[0], _number(node)
    sku = text(first.get("sku"))
    if shop.skus.setdefault(sku, (number, picture)) != (number, picture):
        sku = ""
    stock = [v["available"] for v in alike if isinstance(v.get("available"), bool)]
    return {
        "item_id": sku,
        "number": number,
        "title": node.get("title"),
        "price": first.get("price"),
        "currency": shop.currency,
        "category": node.get("product_type"),
        "brand": node.get("vendor"),
        "product_url": f"{shop.before}/products/{text(node.get('handle'))}",
        "image_urls": [picture, *_pictures(node)],
        "in_stock": any(stock) if stock else None,
    }


def _own_fields(node: Node, variant: Node, sku: str) -> dict[str, Any]:
    """What tells a product's variants with pictures of their own from each other."""
    title = f"{text(node.get('title'))} – {text(variant.get('title'))}"
    return {"title": title, "item_id": sku or _number(variant)}


def _own_picture(variant: Node, node: Node) -> str:
    """The address of the variant's own picture; the product's first, where it has none."""
    own = variant.get("featured_image")
    address = text(own.get("src")) if isinstance(own, dict) else ""
    return address or next(iter(_pictures(node)), "")


def _pictures(node: Node) -> list[str]:
    return [address for image in _dicts(node.get("images")) if (address := text(image.get("src")))]


def _dicts(value: Any) -> list[Node]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
