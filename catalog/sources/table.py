"""A table of products, at an address or a path: CSV, TSV, JSON Lines or one JSON list.

Columns are known by their usual names, among them those of Google Merchant's TSV; others are
named in a mapping, {"title": "Bezeichnung"}. A column may hold an address of a picture, never a
path: `import_folder --csv` is for pictures on disk.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from catalog.reading.encodings import UnknownEncoding, encoding_of
from catalog.reading.json_text import load
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.sources.described import described
from catalog.sources.documents import UnreadableDocument, document_at, is_address, json_of, opened
from catalog.sources.exports import HANDLES, Row, rows_of_products
from catalog.sources.place import Place
from catalog.sources.rows import (
    MAX_BEFORE,
    bytes_out_of_place,
    delimiter_of,
    read_rows,
    text_lines,
)
from catalog.sources.sales import price_now
from catalog.visiting.pages import PageFetcher

# What a field's column is called in small letters, spaces as underscores; the first that is there
# counts. Google's names, and those of what Shopify, WooCommerce, Magento and PrestaShop export.
COLUMNS: dict[str, tuple[str, ...]] = {
    "item_id": ("item_id", "sku", "variant_sku", "product_id", "offer_id", "id"),
    "title": ("title", "name", "product_name"),
    "price": ("price", "variant_price", "regular_price"),
    "sale_price": ("sale_price", "special_price"),
    "sale_dates": ("sale_price_effective_date",),
    "sale_starts": (
        "date_sale_price_starts", "sale_price_dates_from", "special_price_from_date",
    ),
    "sale_ends": ("date_sale_price_ends", "sale_price_dates_to", "special_price_to_date"),
    "currency": ("currency", "price_currency", "currency_code"),
    "category": ("category", "product_type", "categories", "google_product_category"),
    "product_url": ("product_url", "link", "url"),
    "image_urls": (
        "image_urls", "image_url", "image_link", "image", "images", "image_src", "base_image",
    ),
    "more_images": ("additional_image_link", "additional_images", "additional_image_urls"),
    "in_stock": ("in_stock", "availability", "is_in_stock", "in_stock?", "available", "stock"),
    "group": ("group", "item_group_id", "group_id", "parent"),
    "brand": ("brand", "brands", "vendor", "manufacturer"),
}  # fmt: skip
_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
_KINDS = ("text/csv", "text/tab-separated-values", "application/x-ndjson", "application/jsonl")
LONGEST_HEADER = 20_000
# Rows after which a table is known to have no pictures.
MAX_WITHOUT_PICTURE = 200


def begins_at(place: Place) -> str:
    """The place itself, if it is called like a table, or begins with columns that are known."""
    header = place.name.endswith(_ENDINGS) or place.kind in _KINDS or _is_header(place.text)
    return place.asked if header else ""


def _is_header(text: str) -> bool:
    for line in text.lstrip("\ufeff").splitlines()[:MAX_BEFORE]:
        if "<" in line or len(line) > LONGEST_HEADER:  # a page in one line may name anything
            return False
        cells = {_plain(cell.strip(' "\r')) for cell in line.split(delimiter_of(line))}
        if cells & set(COLUMNS["item_id"]) and cells & set(COLUMNS["title"]):
            return True
    return False


def walk_table(
    at: str, pages: PageFetcher, columns: Mapping[str, str] | None = None
) -> Iterator[Record]:
    """Every row of a table at an address or in a file. Raises SourceError, also where the first
    rows name no picture."""
    found, base = document_at(at, pages), at if is_address(at) else ""
    records = read_table(found.body, at, columns, base, found.charset)
    first: list[Record] = []
    failure = ""
    try:
        first.extend(islice(records, MAX_WITHOUT_PICTURE))
    except SourceError as error:  # behind what could be read
        failure = str(error)  # alone: with its frames, all that was unpacked would stay
    products = [record for record in first if isinstance(record, ProductRecord)]
    if products and not any(record.image_url for record in products):
        raise SourceError(f"{at}: {_how_to_name_pictures(at)}")
    yield from first
    if failure:
        raise SourceError(failure)
    yield from records


def _how_to_name_pictures(at: str) -> str:
    problem = "no row names an address of a picture"
    if is_address(at):
        return f"{problem}; --column image_urls=NAME tells the column"
    return f"{problem}. Pictures on disk come with: manage.py import_folder DIR --csv {at}"


def read_table(
    body: bytes,
    name: str,
    columns: Mapping[str, str] | None = None,
    base: str = "",
    charset: str = "",
) -> Iterator[Record]:
    """Every row of a table; one that is wrong is yielded as Unreadable. Raises SourceError.

    `charset` is the encoding that came with it.
    """
    names = COLUMNS | {field: (_plain(column),) for field, column in (columns or {}).items()}
    try:
        content, cut, note = opened(body)
        if note:
            yield Unreadable("mended", note, left_out=True)
        if cut:
            content = content[: content.rfind(b"\n") + 1]
        for row in rows_of_products(_rows(content, name, names, charset)):
            if isinstance(row, Unreadable):
                yield row
            else:
                yield described(_by_field(row[1], names), f"line {row[0]}", base)
    except (UnreadableDocument, UnknownEncoding) as error:
        raise SourceError(f"{name}: {error}") from error
    if cut:
        raise SourceError(f"{name}: {cut}")


def _rows(
    content: bytes, name: str, names: Mapping[str, tuple[str, ...]], charset: str
) -> Iterator[Row | Unreadable]:
    """(line, what it says by column), or a line that says nothing."""
    encoding = encoding_of(content, charset)
    begin = content[:1000].decode(errors="ignore").strip("\ufeff\0 \t\r\n")[:1]
    if begin == "[":
        yield from _listed_rows(content)
    elif begin == "{":
        yield from _json_rows(text_lines(content, encoding))
    else:
        yield from _csv_rows(text_lines(content, encoding), name, names)
    yield from bytes_out_of_place(content, encoding)


def _csv_rows(
    lines: Iterator[str], name: str, names: Mapping[str, tuple[str, ...]]
) -> Iterator[Row | Unreadable]:
    known = {*names["item_id"], *names["product_url"], *HANDLES}
    lacks = "names no column of ids that is known; --column item_id=NAME tells it"

    def is_header(cells: list[str]) -> bool:
        return not known.isdisjoint(map(_plain, cells))

    for row in read_rows(lines, name, is_header, lacks):
        yield row if isinstance(row, Unreadable) else (row[0], _lowered(row[1]))


def _listed_rows(content: bytes) -> Iterator[Row | Unreadable]:
    """One JSON list of all, instead of a line each."""
    for number, value in enumerate(json_of(content), 1):
        yield _object(value, number)


def _json_rows(lines: Iterable[str]) -> Iterator[Row | Unreadable]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _object(load(line), number)
        except json.JSONDecodeError as error:
            yield _hidden(number, f"is no JSON: {error.msg}, at character {error.colno}")
        except (ValueError, RecursionError) as error:
            yield _hidden(number, f"is no JSON: {error}")


def _object(value: Any, number: int) -> Row | Unreadable:
    return (number, _lowered(value)) if isinstance(value, dict) else _hidden(number, "is no object")


def _hidden(line: int, why: str) -> Unreadable:
    return Unreadable(f"line {line}", f"line {line} {why}", hides=True)


def _lowered(row: Mapping[str, Any]) -> dict[str, Any]:
    return {_plain(str(key)): value for key, value in row.items()}


def _plain(column: str) -> str:
    """A column's name as COLUMNS has it."""
    return column.strip().lower().removeprefix("g:").replace(" ", "_")


def _by_field(row: Mapping[str, Any], names: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The row's values by the fields of a record."""
    values = {field: _first(row, columns) for field, columns in names.items()}
    values["price"], unread = price_now(values)
    values["unread"] = [unread]
    more = _addresses(values.pop("more_images"))
    values["image_urls"] = [*_addresses(values["image_urls"]), *more]
    return values


def _first(row: Mapping[str, Any], columns: Iterable[str]) -> Any:
    found = (_value(row, column) for column in columns)
    return next((value for value in found if value not in (None, "", [])), "")


def _value(row: Mapping[str, Any], column: str) -> Any:
    """What stands in a column; `price.amount` is within the object `price`, where there is one."""
    if column in row or "." not in column:
        return row.get(column)
    outer, _, inner = column.partition(".")
    value = row.get(outer)
    return _value(_lowered(value), inner) if isinstance(value, dict) else None


def _addresses(value: Any) -> list[Any]:
    """Several addresses in one cell: a JSON list, or each begins anew behind a mark or a space."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str) or not value.strip():
        return []
    if value.lstrip().startswith("["):
        with suppress(ValueError, RecursionError):
            return list(load(value))
    parts = re.sub(r"[|]|[,;](?=\s|https?:|//)", " ", value).split()
    whole = all("://" in part or part.startswith("//") for part in parts)
    return parts if whole else [value.strip()]
