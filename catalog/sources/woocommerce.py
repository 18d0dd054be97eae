"""A WooCommerce shop's Store API: `/wp-json/wc/store/v1/products`, all of it or one category's.

One record a product; its id is its sku, else its number. Prices come in the currency's smallest
unit: https://github.com/woocommerce/woocommerce/blob/trunk/docs/apis/store-api
"""

import html
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from catalog.reading.values import text
from catalog.records import Record, SourceError, Unreadable
from catalog.sources.described import described, web_address
from catalog.sources.documents import json_at
from catalog.sources.failing import each
from catalog.sources.numbered import numbered
from catalog.sources.place import Place
from catalog.visiting.pages import PageFetcher

PAGE_SIZE = 100  # the most that the API gives
PATH = "/wc/store/v1/products"
_CATEGORY = "/product-category/"
_LIST = re.compile(r"/product-category/|/shop/?$")
_API_LINK = re.compile(
    r"""<link[^>]{1,200}https://api\.w\.org/[^>]{1,200}?href=["']([^"']{1,500})"""
)
Node = dict[str, Any]


def begins_at(place: Place) -> str:
    """The API's list, if the page is WooCommerce's and the shop has such a list."""
    if place.path or "/wc/store" in place.asked:
        return "" if place.path else place.asked
    is_list = place.is_root or (_LIST.search(place.url_path) and "?" not in place.asked)
    if not is_list or not place.mentions("woocommerce"):
        return ""
    address = products_address(place.address, _api(place))
    try:
        return address if _page(_numbered(address, 1), place.pages) else ""
    except SourceError:
        return ""


def _api(place: Place) -> str:
    """Where the page says that the shop's API is."""
    link = _API_LINK.search(place.text)
    return web_address(html.unescape(link[1]), place.address) if link else ""


def walk_api(url: str, pages: PageFetcher) -> Iterator[Record]:
    """Every product of the shop, or of the category that the address names.

    Raises SourceError when a page of the list cannot be had.
    """
    address = products_address(url)

    def page(number: int) -> list[Any]:
        return _page(_numbered(address, number), pages)

    nodes = numbered(page, _key, full=PAGE_SIZE)
    yield from each(nodes, lambda place, node: [_record(node, place, address)])


def products_address(url: str, api: str = "") -> str:
    """Where the API lists the products of a shop, or of a category by its name in the address.

    `api` is where the API is, if it is known: "https://shop.example/wp-json/".
    """
    if "/wc/store" in url:
        return url
    parts = urlsplit(url)
    before, found, after = parts.path.partition(_CATEGORY)
    name = after.strip("/").rsplit("/", 1)[-1] if found else ""
    root = urlunsplit((parts.scheme, parts.netloc, before if found else "", "", ""))
    address = api.rstrip("/") + PATH if api else f"{root}/wp-json{PATH}"
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}{urlencode({'category': name})}" if name else address


def _numbered(address: str, number: int) -> str:
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | {"per_page": str(PAGE_SIZE), "page": str(number)}
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def _page(url: str, pages: PageFetcher) -> list[Any]:
    products = json_at(url, pages)
    if not isinstance(products, list):
        raise SourceError(f"{url}: it lists no products")
    return products


def _key(node: Any) -> str:
    return text(node.get("id")) if isinstance(node, dict) else repr(node)[:100]


def _record(node: Any, place: str, base: str) -> Record:
    if not isinstance(node, dict):
        return Unreadable(place, f"{place} is no object")
    prices = node.get("prices")
    prices = prices if isinstance(prices, dict) else {}
    parent = text(node.get("parent"))
    fields = {
        "item_id": text(node.get("sku")) or _key(node),
        "number": _key(node),
        "title": text(node.get("name")),
        "price": _amount(prices),
        "currency": prices.get("currency_code"),
        "category": _first_name(node.get("categories")),
        "brand": _first_name(node.get("brands")),
        "product_url": node.get("permalink"),
        "image_urls": _pictures(node.get("images")),
        "in_stock": node.get("is_in_stock"),
        "group": parent if parent != "0" else "",
    }
    return described(fields, place, base)


def record_of(node: Node, base: str, currency: str) -> Record:
    """The record of one product as the REST API, which webhooks speak, describes it.

    https://woocommerce.github.io/woocommerce-rest-api-docs/#product-properties
    """
    parent = text(node.get("parent_id"))
    fields = {
        "item_id": text(node.get("sku")) or _key(node),
        "number": _key(node),
        "title": node.get("name"),
        "price": node.get("price"),
        "currency": currency,
        "category": _first_name(node.get("categories")),
        "brand": _first_name(node.get("brands")),
        "product_url": node.get("permalink"),
        "image_urls": _pictures(node.get("images")),
        "in_stock": {"instock": True, "onbackorder": True, "outofstock": False}.get(
            text(node.get("stock_status"))
        ),
        "group": parent if parent != "0" else "",
    }
    return described(fields, "it", base)


def _amount(prices: Node) -> str:
    """The price as a number in whole units: "1990" with two decimals is "19.90"."""
    written, decimals = text(prices.get("price")), text(prices.get("currency_minor_unit"))
    try:
        amount = Decimal(written).scaleb(-min(int(decimals or "2"), 6))
        return f"{amount:.2f}"
    except (InvalidOperation, ValueError):
        return written


def _first_name(categories: Any) -> str:
    first = categories[0] if isinstance(categories, list) and categories else None
    return text(first.get("name")) if isinstance(first, dict) else ""


def _pictures(images: Any) -> list[str]:
    listed = images if isinstance(images, list) else []
    return [text(image.get("src")) for image in listed if isinstance(image, dict)]
