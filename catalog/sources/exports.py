"""What shop programs' own exports mean beyond the names of their columns.

Shopify's product export names a product once, by its handle; rows below add variants and pictures.
WooCommerce's lists variations below their product, which lend them its name and pictures. What is
a draft, archived or private there is left out.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import Any

from catalog.records import Unreadable

Row = tuple[int, dict[str, Any]]
HANDLES = ("handle", "url_handle")
_WOOCOMMERCE = {"type", "sku", "name", "regular_price", "published"}
_NO = {"false", "no", "0", "-1"}


def rows_of_products(rows: Iterator[Row | Unreadable]) -> Iterator[Row | Unreadable]:
    """The rows of a table by what they sell: as they are, unless it is an export that is known.

    Columns are named in small letters, with underscores for spaces.
    """
    before: list[Row | Unreadable] = []
    for row in rows:
        before.append(row)
        if not isinstance(row, Unreadable):
            break
    columns = set() if not before or isinstance(before[-1], Unreadable) else set(before[-1][1])
    rows = chain(before, rows)
    if (
        columns & set(HANDLES)
        and "title" in columns
        and columns & {"variant_price", "option1_value"}
    ):
        yield from _of_shopify(rows)
    elif columns >= _WOOCOMMERCE:
        yield from _of_woocommerce(rows)
    else:
        yield from rows


def _note_on_drafts(left_out: int) -> Iterator[Unreadable]:
    if left_out:
        sentence = f"{left_out} × not published (drafts, archived, private)"
        yield Unreadable("left out", sentence, left_out=True)


# Shopify ---------------------------------------------------------------------------------------


def _of_shopify(rows: Iterable[Row | Unreadable]) -> Iterator[Row | Unreadable]:
    taken: dict[str, str] = {}  # sku -> the handle that has it
    left_out = 0
    for handle, together in groupby(rows, _handle):
        if handle is None:
            yield from together
            continue
        alike = [row for row in together if not isinstance(row, Unreadable)]
        head = alike[0][1]
        if _first(head, "status").lower() in ("draft", "archived") or _is_unpublished(head):
            left_out += 1
        else:
            yield from _variants(handle, alike, taken)
    yield from _note_on_drafts(left_out)


def _handle(row: Row | Unreadable) -> str | None:
    return None if isinstance(row, Unreadable) else _first(row[1], *HANDLES)


def _is_unpublished(head: dict[str, Any]) -> bool:
    return _first(head, "published", "published_on_online_store").lower() in _NO


def _first(row: dict[str, Any], *columns: str) -> str:
    return next((str(row[column]).strip() for column in columns if row.get(column)), "")


def _variants(handle: str, alike: list[Row], taken: dict[str, str]) -> Iterator[Row]:
    """A row for each sku of a product, which has what only the product's first row says; one for
    the product, where some or all of its variants have none."""
    sold = [row for row in alike if _first(row[1], "variant_price", "price", "option1_value")]
    sold = sold or alike[:1]
    with_sku = [row for row in sold if _sku(row[1])]
    without = [row for row in sold if not _sku(row[1])]
    group = handle if len(sold) > 1 else ""
    if without:
        yield _product(handle, without, alike, group)
    names = {handle} if without else set()
    for row in with_sku:
        sku = _sku(row[1])
        name = sku if taken.setdefault(sku, handle) == handle else handle
        if name not in names:
            yield _product(name, [row], alike, group)
        names.add(name)


def _sku(row: dict[str, Any]) -> str:
    """A sku, without the apostrophe that keeps spreadsheets from taking it for a number."""
    return re.sub(r"^'(?=\S)", "", _first(row, "variant_sku", "sku"))


def _product(item_id: str, sold: list[Row], alike: list[Row], group: str) -> Row:
    line, head = sold[0][0], alike[0][1]
    own = [_first(row, "variant_image", "variant_image_url") for _, row in sold]
    pictures = [_first(row, "image_src", "product_image_url") for _, row in alike]
    images = own + pictures if _sku(sold[0][1]) else pictures + own
    return line, {
        "item_id": item_id,
        "title": head.get("title", ""),
        "price": _first(sold[0][1], "variant_price", "price") or _first(head, "variant_price"),
        "category": _first(head, "type", "product_category"),
        "brand": _first(head, "vendor"),
        "image_urls": list(dict.fromkeys(filter(None, images))),
        "in_stock": _in_stock([row for _, row in sold]),
        "group": group,
    }


def _in_stock(sold: list[dict[str, Any]]) -> str:
    """Whether one of the variants can be had; nothing, where the shop does not count them."""
    answers = [answer for row in sold if (answer := _variant_in_stock(row))]
    return "yes" if "yes" in answers else "no" if answers else ""


def _variant_in_stock(row: dict[str, Any]) -> str:
    number = _first(row, "variant_inventory_qty", "inventory_quantity")
    if not re.fullmatch(r"[+-]?\d{1,18}", number):
        return ""
    goes_on = _first(row, "variant_inventory_policy", "continue_selling_when_out_of_stock")
    is_counted = _first(row, "variant_inventory_tracker", "inventory_tracker")
    if not is_counted or goes_on.lower() in ("continue", "true"):
        return "yes"
    return "yes" if int(number) > 0 else "no"


# WooCommerce -----------------------------------------------------------------------------------


def _of_woocommerce(rows: Iterable[Row | Unreadable]) -> Iterator[Row | Unreadable]:
    parents: dict[str, dict[str, Any]] = {}
    left_out = 0
    for row in rows:
        if isinstance(row, Unreadable):
            yield row
        elif _first(row[1], "published") in _NO:
            left_out += 1
        else:
            yield row[0], _sold_by_woocommerce(row[1], parents)
    yield from _note_on_drafts(left_out)


def _sold_by_woocommerce(row: dict[str, Any], parents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    name, parent = f"id:{_first(row, 'id')}", _first(row, "parent")
    if _first(row, "type").lower().startswith("variable"):
        parents[name] = parents[_first(row, "sku") or name] = row
        row = row | {"group": _first(row, "sku") or name}
    lent = parents.get(parent, {})
    inherited = {column: row.get(column) or lent.get(column, "")
                 for column in ("name", "images", "categories", "brands")}  # fmt: skip
    first, *_ = re.split(r"(?<!\\), ?", str(inherited["categories"]))
    return row | inherited | {"categories": first.replace("\\,", ",")}
