"""What a page says of its products in a form made for machines.

JSON-LD first, then microdata, then OpenGraph: the order of how much shops put into each.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import extruct
from price_parser import Price

from catalog.records import ProductRecord

SYNTAXES = ["json-ld", "microdata", "opengraph"]
# Tried in this order; the last resort is the end of the product's own address.
ID_KEYS = ("sku", "productID", "productId", "mpn", "identifier", "gtin13", "gtin")
_IN_STOCK = {"instock", "limitedavailability", "onlineonly", "instoreonly", "preorder"}
_OUT_OF_STOCK = {"outofstock", "soldout", "discontinued", "backorder"}


def products_in(html: str, url: str) -> list[ProductRecord]:
    """All products that the page describes, in its order, each once; addresses are absolute.

    Those that an ItemList names by address only have that address and no item_id.
    """
    data = _extracted(html, url)
    for syntax in ("json-ld", "microdata"):
        found = [_product(node, url) for item in data.get(syntax, []) for node in _nodes(item)]
        if found:
            return list({record.item_id or record.product_url: record for record in found}.values())
    addresses = [address for item in data.get("json-ld", []) for address in _listed(item)]
    if addresses:
        links = [link for address in addresses if (link := absolute(url, address))]
        return [ProductRecord("", product_url=link) for link in links]
    return [record for item in data.get("opengraph", []) if (record := _opengraph(item, url))]


def _extracted(html: str, url: str) -> dict[str, Any]:
    """What the page says in each syntax; nothing in one where it is too broken to read."""
    data: dict[str, Any] = {}
    for syntax in SYNTAXES:
        # One by one: extruct reads none of them where one fails.
        with suppress(Exception):
            data |= extruct.extract(html, base_url=url, syntaxes=[syntax], uniform=True)
    return data


def absolute(page: str, link: str) -> str:
    """A link on a page as a whole address; nothing if it cannot be one, as `http://[`."""
    try:
        return urljoin(page, link)
    except ValueError:
        return ""


def _listed(item: Any) -> Iterator[str]:
    """The addresses in an ItemList that names products without describing them."""
    for part in item if isinstance(item, list) else [item]:
        if isinstance(part, dict) and "ItemList" in _types(part):
            elements = part.get("itemListElement")
            for element in elements if isinstance(elements, list) else [elements]:
                if isinstance(element, dict) and (address := _address(element)):
                    yield address
        elif isinstance(part, dict) and "@graph" in part:
            yield from _listed(part["@graph"])


def _address(element: dict[str, Any]) -> str:
    item = element.get("item")
    inner = text(item.get("url") or item.get("@id")) if isinstance(item, dict) else text(item)
    return text(element.get("url")) or inner


def _nodes(item: Any) -> Iterator[dict[str, Any]]:
    """Every Product within lists, graphs and item lists."""
    if isinstance(item, list):
        for part in item:
            yield from _nodes(part)
    elif isinstance(item, dict):
        if "Product" in _types(item):
            yield item
            return
        for key in ("@graph", "itemListElement", "item", "mainEntity", "hasVariant"):
            yield from _nodes(item.get(key))


def _types(item: dict[str, Any]) -> list[str]:
    kind = item.get("@type", [])
    kinds = kind if isinstance(kind, list) else [kind]
    return [str(name).rsplit("/", 1)[-1] for name in kinds]


def _product(node: dict[str, Any], page: str) -> ProductRecord:
    offer = _offer(node.get("offers"))
    link = text(node.get("url")) or text(node.get("@id")) or text(offer.get("url"))
    product_url = absolute(page, link) if link and not link.startswith("#") else page
    image = image_of(node.get("image"))
    price = offer.get("price", offer.get("lowPrice"))
    return ProductRecord(
        item_id=_item_id(node, product_url),
        title=text(node.get("name")),
        price=money(price),
        currency=text(offer.get("priceCurrency"))[:3].upper(),
        category=text(node.get("category")),
        product_url=product_url,
        image_url=absolute(page, image) if image else "",
        in_stock=in_stock(text(offer.get("availability"))),
    )


def _item_id(node: dict[str, Any], product_url: str) -> str:
    for key in ID_KEYS:
        if value := text(node.get(key)):
            return value
    return id_from_url(product_url)


def _offer(offers: Any) -> dict[str, Any]:
    """The first offer; inside an AggregateOffer its own price will do."""
    if isinstance(offers, list):
        offers = next((offer for offer in offers if isinstance(offer, dict)), {})
    if not isinstance(offers, dict):
        return {}
    inner = offers.get("offers")
    if "price" not in offers and "lowPrice" not in offers and inner:
        return _offer(inner)
    specification = offers.get("priceSpecification")
    if "price" not in offers and isinstance(specification, dict):
        return specification | offers
    return offers


def _opengraph(item: dict[str, Any], page: str) -> ProductRecord | None:
    """A product page's OpenGraph; other pages' is not about a product."""
    kind = str(item.get("@type", item.get("og:type", "")))
    if "product" not in kind.lower():
        return None
    url = absolute(page, text(item.get("og:url")) or page) or page
    image = text(item.get("og:image"))
    amount = item.get("product:price:amount", item.get("og:price:amount"))
    currency = item.get("product:price:currency", item.get("og:price:currency"))
    return ProductRecord(
        item_id=text(item.get("product:retailer_item_id")) or id_from_url(url),
        title=text(item.get("og:title")),
        price=money(amount),
        currency=text(currency)[:3].upper(),
        product_url=url,
        image_url=absolute(page, image) if image else "",
        in_stock=in_stock(text(item.get("product:availability"))),
    )


def text(value: Any) -> str:
    """The text of a value that may be a list, a nested thing or a number; spaces made single."""
    if isinstance(value, list):
        value = next((part for part in value if text(part)), "")
    if isinstance(value, dict):
        value = value.get("@value") or value.get("value") or value.get("name") or ""
        return text(value) if not isinstance(value, dict) else ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(str(value).split())


def image_of(value: Any) -> str:
    """The first picture's address, out of text, an ImageObject, or a list of either."""
    if isinstance(value, list):
        return next((found for part in value if (found := image_of(part))), "")
    if isinstance(value, dict):
        return image_of(value.get("contentUrl") or value.get("url") or value.get("@id"))
    return value.strip() if isinstance(value, str) else ""


def money(value: Any) -> Decimal | None:
    """A price as a number with two decimals, whatever it is written like; None if it is none."""
    written = text(value)
    amount: Decimal | None
    try:
        amount = Decimal(written)
    except InvalidOperation:
        amount = Price.fromstring(written).amount
    if amount is None or not amount.is_finite() or not 0 <= amount < 10**12:
        return None
    return amount.quantize(Decimal("0.01"))


def in_stock(availability: str) -> bool | None:
    """schema.org's availability as yes, no or unknown."""
    word = re.sub(r"[^a-z]", "", availability.rsplit("/", 1)[-1].lower())
    if word in _IN_STOCK:
        return True
    return False if word in _OUT_OF_STOCK else None


def id_from_url(url: str) -> str:
    """The last part of an address, without its ending: "…/p/blue-tee-104233.html" and the like."""
    part = unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"\.(html?|php|aspx?)$", "", part)
