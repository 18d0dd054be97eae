"""schema.org's products, out of JSON-LD or microdata, as facts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from catalog.reading.facts import Facts
from catalog.reading.images import is_picture
from catalog.reading.money import currency_of, money, place_of, prices_in
from catalog.reading.page import Page
from catalog.reading.values import ID_KEYS, in_stock, text

MAX_DEPTH = 24
MAX_PRODUCTS = 20_000
MAX_PARTS = 5_000
MAX_OFFERS = 300
MAX_PICTURES = 50
Node = dict[str, Any]
_PRODUCTS = {"product", "productgroup", "productmodel", "individualproduct", "someproducts",
             "vehicle", "car", "motorcycle", "book"}  # fmt: skip
_LISTS = {"itemlist", "collectionpage", "offercatalog", "searchresultspage", "breadcrumblist"}
# What stands under these is another product.
_OTHERS = {"isrelatedto", "issimilarto", "isaccessoryorsparepartfor", "isconsumablefor",
           "review", "reviews", "breadcrumb"}  # fmt: skip
_NOT_NOW = (
    "listprice",
    "strikethroughprice",
    "msrp",
    "srp",
    "regularprice",
    "suggestedretailprice",
    "minimumadvertisedprice",
    "invoiceprice",
)
# What the price of a litre has, or one that is not everybody's.
_NOT_ALL = ("referencequantity", "validformembertier")
_WITH_PRICE = ("price", "lowprice", "pricespecification", "offers", "minprice")


@dataclass(frozen=True)
class MarkupProduct:
    """One product that a page's markup describes, and how: `listed` among others, or by itself."""

    facts: Facts
    listed: bool = False
    variants: tuple[Facts, ...] = ()
    place: int = -1  # the number of its tag, in microdata
    ranged: bool = False  # offers from … to …: it may be a whole category
    amounts: tuple[Decimal, ...] = ()  # of all its offers, from the lowest to the highest


def described(nodes: list[Any], page: Page) -> list[MarkupProduct]:
    """The products in a page's markup, in its order; other products' mentions are left out."""
    found: list[MarkupProduct] = []
    for node, listed in _walk(nodes):
        page.check_deadline()
        if len(found) >= MAX_PRODUCTS:
            break
        if _kinds(node) & _PRODUCTS:
            found.append(_markup_product(node, listed, page))
        else:
            found += [MarkupProduct(Facts(url=link), True) for link in _addresses(node, page)]
    return found


def _walk(nodes: list[Any]) -> Iterator[tuple[Node, bool]]:
    """(product or list of addresses, whether it is listed), depth first, in order."""
    todo: list[tuple[Any, bool, int]] = [(node, False, 0) for node in reversed(nodes)]
    seen: set[int] = set()
    while todo:
        value, listed, depth = todo.pop()
        if depth > MAX_DEPTH or id(value) in seen:
            continue
        if isinstance(value, list):
            todo += [(part, listed, depth + 1) for part in reversed(value)]
        elif isinstance(value, dict):
            seen.add(id(value))
            kinds = _kinds(value)
            if kinds & _PRODUCTS or "itemlist" in kinds:
                yield value, listed
            if kinds & _PRODUCTS or "breadcrumblist" in kinds:
                continue
            listed = listed or bool(kinds & _LISTS)
            if isinstance(value.get("itemoffered"), dict):
                value = _with_offer(value)
            todo += [
                (inner, listed, depth + 1)
                for key, inner in reversed(value.items())
                if key not in _OTHERS and isinstance(inner, list | dict)
            ]


def _with_offer(offer: Node) -> Node:
    """An offer that names its product, as that product with the offer."""
    inner = {key: value for key, value in offer.items() if key != "itemoffered"}
    product = offer["itemoffered"]
    return {"itemoffered": product if product.get("offers") else product | {"offers": inner}}


def _kinds(node: Node) -> set[str]:
    kinds = node.get("@type", [])
    names = kinds if isinstance(kinds, list) else [kinds]
    return {
        str(name).lower().removesuffix(".html").replace(":", "/").rstrip("/").rsplit("/", 1)[-1]
        for name in names[:10]
    }


def _addresses(node: Node, page: Page) -> list[str]:
    """The addresses in an ItemList that names products without describing them."""
    found = []
    for element in _objects_in(node.get("itemlistelement")):
        item = element.get("item")
        if (isinstance(item, dict) and _kinds(item) & _PRODUCTS) or _kinds(element) & _PRODUCTS:
            continue
        inner = text(item.get("url") or item.get("@id")) if isinstance(item, dict) else text(item)
        if link := page.link(text(element.get("url")) or inner):
            found.append(link)
    return found


def _objects_in(value: Any, depth: int = 0) -> list[Node]:
    """The objects in what may be a list, lists in a list, an object or nothing."""
    if isinstance(value, list):
        parts = value[:MAX_PARTS] if depth < 4 else []
        return [node for part in parts for node in _objects_in(part, depth + 1)][:MAX_PARTS]
    return [value] if isinstance(value, dict) else []


def _markup_product(node: Node, listed: bool, page: Page) -> MarkupProduct:
    facts = facts_of(node, page)
    variants = []
    for variant in _objects_in(node.get("hasvariant"))[:500]:
        page.check_deadline()
        variants.append(facts_of(variant, page))
    if "productgroup" in _kinds(node) or variants:
        group = text(node.get("productgroupid")) or facts.item_id
        facts = replace(facts, group=group)
        inherited = replace(facts, ids={})
        variants = [replace(v, group=group).completed(inherited) for v in variants]
    ranged = any("aggregateoffer" in _kinds(offer) for offer in _objects_in(node.get("offers")))
    place, amounts = node.get("@number", -1), _amounts(node, variants)
    return MarkupProduct(facts, listed, tuple(variants), place, ranged and not facts.ids, amounts)


def _amounts(node: Node, variants: list[Facts]) -> tuple[Decimal, ...]:
    amounts = [
        money(text_or_number(offer.get(key)))
        for offer in _offers(node.get("offers"))
        for key in ("price", "lowprice", "highprice")
    ]
    return tuple(sorted({amount for amount in [*amounts, *(v.price for v in variants)] if amount}))


def facts_of(node: Node, page: Page) -> Facts:
    offers = _offers(node.get("offers") or (_bare(node) if "price" in node else None))
    offer = _best(offers)
    address = text(node.get("url")) or text(node.get("@id")) or text(offer.get("url"))
    main = node.get("mainentityofpage")
    address = address or text(main.get("@id") if isinstance(main, dict) else main)
    code = _currency_of(offer, page)
    return Facts(
        title=text(node.get("name")),
        price=money(text_or_number(offer.get("price")), code),
        currency=code,
        in_stock=_stock([*offers, node]),
        url="" if address.startswith("#") else page.link(address) if address else "",
        images=tuple(_images(node.get("image"), page) or _images(node.get("thumbnailurl"), page)),
        category=text(node.get("category")),
        group=text(node.get("inproductgroupwithid")),
        brand=text(node.get("brand")),
        ids=_ids(node, offer),
    )


def _currency_of(offer: Node, page: Page) -> str:
    """The currency that an offer names, or that stands beside its price."""
    place = place_of(page.url, page.language)
    named = currency_of(text(offer.get("pricecurrency")), place)
    written = prices_in(text(offer.get("price")), "", place)
    return named or next((one.currency for one in written), "")


def _bare(node: Node) -> Node:
    """What belongs into an offer, where a product has it itself."""
    keys = ("price", "pricecurrency", "availability", "sku")
    return {key: node[key] for key in keys if key in node}


def text_or_number(value: Any) -> Any:
    """A number as it is, anything else as text: "1.299" may be grouped, 1.299 may not."""
    while isinstance(value, list) and value:
        value = value[0]
    return text(value) if isinstance(value, list | dict | str) else value


def _ids(node: Node, offer: Node) -> dict[str, str]:
    found = {key: value for key in ID_KEYS if (value := text(node.get(key)))}
    if "sku" not in found and (sku := text(offer.get("sku"))):
        found["sku"] = sku
    return {key: value for key, value in found.items() if len(value) <= 200}


def _offers(value: Any) -> list[Node]:
    """Every offer in an object or a list; those within an AggregateOffer after it."""
    found: list[Node] = []
    todo, seen = list(reversed(_objects_in(value))), set[int]()
    while todo and len(found) < MAX_OFFERS:
        offer = todo.pop()
        if id(offer) not in seen:
            seen.add(id(offer))
            found.append(_priced(offer))
            todo += reversed(_objects_in(offer.get("offers")))
    return found


def _priced(offer: Node) -> Node:
    """The offer with its price and currency, wherever in it they stand."""
    specification = _specification(offer.get("pricespecification"))
    price = next(
        (
            value
            for value in (offer.get("price"), specification.get("price"), offer.get("lowprice"),
                          specification.get("minprice"))
            if money(text_or_number(value)) is not None
        ),
        None,
    )  # fmt: skip
    currency = text(offer.get("pricecurrency")) or text(specification.get("pricecurrency"))
    return offer | {"price": price, "pricecurrency": currency}


def _specification(value: Any) -> Node:
    """The price of now among several: not the list price, not the price of a litre."""
    specifications = _objects_in(value)

    def is_now(node: Node) -> bool:
        kind = text(node.get("pricetype")).rsplit("/", 1)[-1].lower()
        several = _least(node.get("eligiblequantity")) > 1
        return kind not in _NOT_NOW and not several and not any(node.get(key) for key in _NOT_ALL)

    return next(filter(is_now, specifications), specifications[0] if specifications else {})


def _least(quantity: Any) -> Decimal:
    """The lowest number in a QuantitativeValue; 0 where it tells none."""
    node = quantity[0] if isinstance(quantity, list) and quantity else quantity
    least = (node.get("minvalue") or node.get("value")) if isinstance(node, dict) else None
    return money(text_or_number(least)) or Decimal(0)


def _best(offers: list[Node]) -> Node:
    """The offer that counts: the first with a price above nothing, one that can be had first."""
    priced = [offer for offer in offers if money(text_or_number(offer["price"]))]
    inner = [offer for offer in priced if "aggregateoffer" not in _kinds(offer)]
    there = [offer for offer in inner if in_stock(text(offer.get("availability"))) is not False]
    return next(iter(there or inner or priced or offers), {})


def _stock(offers: list[Node]) -> bool | None:
    """In stock if any offer is; out if all that speak are out."""
    words = [_named(offer.get("availability")) for offer in offers]
    answers = [answer for word in words if word and (answer := in_stock(word)) is not None]
    return any(answers) if answers else None


def _named(value: Any) -> str:
    """The text of a value of schema.org's own lists, which may be a reference."""
    first = value[0] if isinstance(value, list) and value else value
    reference = text(first.get("@id")) if isinstance(first, dict) else ""
    return text(value) or reference


def _images(value: Any, page: Page) -> list[str]:
    """The addresses of pictures in text, an ImageObject, or a list of either; each once."""
    found: dict[str, None] = {}
    todo, seen, steps = [value], set[int](), 0
    while todo and steps < MAX_OFFERS:
        value = todo.pop()
        steps += 1
        if isinstance(value, list):
            todo += reversed(value[:MAX_OFFERS])
        elif isinstance(value, dict) and id(value) not in seen:
            seen.add(id(value))
            keys = ("contenturl", "url", "image", "@id")
            todo.append(next((value[key] for key in keys if value.get(key)), ""))
        elif isinstance(value, str) and (link := _picture(value, page)):
            found[link] = None
    return list(found)[:MAX_PICTURES]


def _picture(address: str, page: Page) -> str:
    address = text(address)
    return page.link(address) if is_picture(address) and not address.startswith("#") else ""
