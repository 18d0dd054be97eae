"""What Shopify and WooCommerce send of their own accord when a product is made, changed or removed.

https://shopify.dev/docs/api/webhooks · https://woocommerce.github.io/woocommerce-rest-api-docs
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.utils.dateparse import parse_datetime

from catalog.changes import API, NotTaken, Said, usual_shop
from catalog.hosts import host_of
from catalog.models import Change, Product
from catalog.reading.values import text
from catalog.records import ProductRecord, Record, Unreadable
from catalog.sources import shopify, woocommerce

Node = dict[str, Any]
# What a queue keeps of a record.
FIELDS = (
    "title", "price", "currency", "category", "product_url", "image_urls", "in_stock", "group",
    "number", "brand",
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """What a webhook says: products as they are now, and products that are gone."""

    said: list[Said]
    gone: list[tuple[str, str]]  # each by its shop and the shop's own id
    as_of: datetime | None = None

    @property
    def addresses(self) -> list[str]:
        """Those of all pictures."""
        return [address for one in self.said for address in one.record["image_urls"]]


def of_shopify(topic: str, node: Any, domain: str) -> Sent:
    """`topic` as in "products/update", `domain` of the shop. Raises NotTaken."""
    if topic not in ("products/create", "products/update", "products/delete"):
        raise NotTaken("This address takes webhooks of products alone: created, updated, deleted.")
    number = _number(node)
    shop = _shop(number, domain)
    active = node.get("status", "active") == "active" and node.get("published_at", "") is not None
    if topic.endswith("delete") or not active:
        return Sent([], _names_of(shop, number), _moment(text(node.get("updated_at"))))
    told = {**node, "variants": list(_variants(node))}
    base = f"https://{_host(shop, domain)}"
    records = shopify.records_of(told, base, _currency(shop), _taken(shop, number, node))
    return _sent(shop, number, records, text(node.get("updated_at")))


def of_woocommerce(topic: str, node: Any, domain: str) -> Sent:
    """`topic` as in "product.updated", `domain` of the shop. Raises NotTaken."""
    actions = ("created", "updated", "deleted", "restored")
    if topic not in [f"product.{action}" for action in actions]:
        raise NotTaken("This address takes webhooks of products alone: created, updated, deleted.")
    number = _number(node)
    shop = _shop(number, domain)
    if topic.endswith("deleted") or node.get("status", "publish") != "publish":
        as_of = _moment(text(node.get("date_modified_gmt")))
        return Sent([], _names_of(shop, number), as_of)
    record = woocommerce.record_of(node, f"https://{_host(shop, domain)}", _currency(shop))
    return _sent(shop, number, [record], text(node.get("date_modified_gmt")))


def _sent(shop: str, number: str, records: Iterable[Record], as_of: str) -> Sent:
    """Those with a picture; what the shop has of the product no more is gone."""
    said = []
    for record in records:
        if isinstance(record, Unreadable):
            raise NotTaken(f"{record.reason}.")
        if record.image_urls:
            said.append(Said(shop, record.item_id, _fields(record), as_of=_moment(as_of)))
    names = {one.shop_item_id for one in said}
    gone = [one for one in _names_of(shop, number) if said and one[1] not in names]
    return Sent(said, gone, _moment(as_of))


def _fields(record: ProductRecord) -> Node:
    known = asdict(replace(record, place=""))
    return {name: known[name] for name in FIELDS}


def _moment(written: str) -> datetime | None:
    try:
        found = parse_datetime(written)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _number(node: Any) -> str:
    number = text(node.get("id")) if isinstance(node, dict) else ""
    if not number:
        raise NotTaken("The webhook does not say which product it is about: it has no id.")
    return number


def _names_of(shop: str, number: str) -> list[tuple[str, str]]:
    """What the shop has of a product, and what waits to become one of it."""
    there = Product.objects.filter(shop=shop, number=number, gone_since=None)
    waiting = Change.objects.filter(shop=shop, due_at__isnull=False, record__number=number)
    names = (found.values_list("shop", "shop_item_id") for found in (there, waiting))
    return sorted(set(chain.from_iterable(names)))


def _taken(shop: str, number: str, node: Node) -> dict[str, tuple[str, str]]:
    """The skus that another product of the shop has, as `records_of` takes them."""
    skus = {text(variant.get("sku")) for variant in _variants(node)} - {""}
    others = Product.objects.filter(shop=shop, shop_item_id__in=skus, gone_since=None)
    others = others.exclude(number__in=("", number))
    return {sku: (other, "") for sku, other in others.values_list("shop_item_id", "number")}


def _shop(number: str, domain: str) -> str:
    """The shop that has a product of that number, or that domain; else the only one there is."""
    host = host_of(f"https://{domain}") if domain else ""
    shops = set(Product.objects.filter(number=number).values_list("shop", flat=True))
    if host in shops or (host and Product.objects.filter(shop=host).exists()):
        return host
    usual = usual_shop()
    if len(shops) == 1:
        return shops.pop()
    return host if usual == API and host else usual


def _host(shop: str, domain: str) -> str:
    return shop if "." in shop else domain or shop


def _currency(shop: str) -> str:
    """The shop's currency, which webhooks do not tell."""
    known = Product.objects.filter(shop=shop).exclude(currency="")
    return known.values_list("currency", flat=True).first() or ""


def _variants(node: Node) -> Iterable[Node]:
    """Shopify's variants as its public list has them: with their picture, and whether they are
    to be had."""
    images = node.get("images")
    listed = [image for image in images if isinstance(image, dict)] if images else []
    sources = {text(image.get("id")): image.get("src") for image in listed}
    variants = node.get("variants")
    for variant in variants if isinstance(variants, list) else ():
        if isinstance(variant, dict):
            own = sources.get(text(variant.get("image_id")))
            picture = {"featured_image": {"src": own}} if own else {}
            yield {"available": _is_available(variant), **variant, **picture}


def _is_available(variant: Node) -> bool | None:
    quantity = variant.get("inventory_quantity")
    if not isinstance(quantity, int):
        return None
    unlimited = not variant.get("inventory_management", True)
    return unlimited or variant.get("inventory_policy") == "continue" or quantity > 0
