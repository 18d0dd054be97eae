"""A table of products, at an address or a path: CSV, TSV, JSON Lines or one JSON list.

Columns are known by their usual names, among them those of Google Merchant's TSV; others are
named in a mapping, {"title": "Bezeichnung"}. A column may hold an address of a picture, never a
path: `import_folder --csv` is for pictures on disk.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO, TextIOWrapper
from itertools import chain
from typing import Any

from catalog.records import Record, SourceError, Unreadable
from catalog.sources.described import described, price_now
from catalog.sources.documents import UnreadableDocument, body_at, is_address, json_of, unpacked
from catalog.sources.place import Place
from catalog.visiting.pages import Pages

# What a field's column is called in small letters, spaces as underscores; the first that is there
# counts. Google's names, and those of what Shopify, WooCommerce, Magento and PrestaShop export.
COLUMNS: dict[str, tuple[str, ...]] = {
    "item_id": ("item_id", "sku", "variant_sku", "product_id", "offer_id", "id"),
    "title": ("title", "name", "product_name"),
    "price": ("price", "variant_price", "regular_price"),
    "sale_price": ("sale_price",),
    "sale_dates": ("sale_price_effective_date",),
    "currency": ("currency", "price_currency", "currency_code"),
    "category": ("category", "product_type", "categories", "google_product_category"),
    "product_url": ("product_url", "link", "url"),
    "image_urls": (
        "image_urls", "image_url", "image_link", "image", "images", "image_src", "base_image",
    ),
    "more_images": ("additional_image_link", "additional_images", "additional_image_urls"),
    "in_stock": ("in_stock", "availability", "is_in_stock", "in_stock?", "available"),
    "group": ("group", "item_group_id", "group_id", "parent"),
}  # fmt: skip
_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
_KINDS = ("text/csv", "text/tab-separated-values", "application/x-ndjson", "application/jsonl")
LONGEST_HEADER = 20_000
LONGEST_LINE = 1_000_000
Row = Mapping[str, Any]


def begins_at(place: Place) -> str:
    """The place itself, if it is called like a table, or begins with columns that are known."""
    header = place.name.endswith(_ENDINGS) or place.kind in _KINDS or _is_header(place.text)
    return place.asked if header else ""


def _is_header(text: str) -> bool:
    line = text.partition("\n")[0].lstrip("\ufeff")
    if "<" in line or len(line) > LONGEST_HEADER:  # a page in one line may name anything
        return False
    cells = {_plain(cell.strip(' "\r')) for cell in line.split(delimiter_of(line))}
    return bool(cells & set(COLUMNS["item_id"])) and bool(cells & set(COLUMNS["title"]))


def walk_table(at: str, pages: Pages, columns: Mapping[str, str] | None = None) -> Iterator[Record]:
    """Every row of a table at an address or in a file. Raises SourceError."""
    base = at if is_address(at) else ""
    yield from read_table(body_at(at, pages), at, columns, base)


def read_table(
    body: bytes, name: str, columns: Mapping[str, str] | None = None, base: str = ""
) -> Iterator[Record]:
    """Every row of a table; one that is wrong is yielded as Unreadable. Raises SourceError."""
    names = COLUMNS | {field: (_plain(column),) for field, column in (columns or {}).items()}
    try:
        for number, row in _rows(unpacked(body), name):
            place = f"line {number}"
            if isinstance(row, str):
                yield Unreadable(place, f"{place} {row}")
            else:
                yield described(_named(row, names), place, base)
    except UnreadableDocument as error:
        raise SourceError(f"{name}: {error}") from error


def _rows(content: bytes, name: str) -> Iterator[tuple[int, Row | str]]:
    """(line, row) or (line, what is wrong with it)."""
    lines = _lines(content)
    begin = content[:1000].decode(errors="ignore").strip("\ufeff\0 \t\r\n")[:1]
    if begin == "[":
        return _listed_rows(content)
    return _json_rows(lines) if begin == "{" else _csv_rows(lines, name)


def _lines(content: bytes) -> Iterator[str]:
    """The lines as text, up to a length each. Nothing but a line break ends one."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"  # what spreadsheets write
    text = TextIOWrapper(BytesIO(content), encoding, errors="replace", newline="")
    while line := text.readline(LONGEST_LINE):
        yield line


def _listed_rows(content: bytes) -> Iterator[tuple[int, Row | str]]:
    """One JSON list of all, instead of a line each."""
    for number, value in enumerate(json_of(content), 1):
        yield number, _lowered(value) if isinstance(value, dict) else "is no object"


def _json_rows(lines: Iterable[str]) -> Iterator[tuple[int, Row | str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"is no JSON: {error}"
            continue
        yield number, _lowered(value) if isinstance(value, dict) else "is no object"


def _csv_rows(lines: Iterator[str], name: str) -> Iterator[tuple[int, Row | str]]:
    first = next(lines, "")
    reader = csv.reader(chain([first], lines), delimiter=delimiter_of(first))
    header: list[str] | None = None
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield reader.line_num, f"cannot be read: {error}"
            continue
        if header is None:
            header = [_plain(cell) for cell in cells] or None
        elif any(cell.strip() for cell in cells):
            yield reader.line_num, dict(zip(header, cells, strict=False))
    if header is None:
        raise SourceError(f"{name} is empty.")


def delimiter_of(header: str) -> str:
    """Comma, semicolon, tab or bar: what the header has most of."""
    return max(",;\t|", key=header.count)


def _lowered(row: dict[str, Any]) -> Row:
    return {_plain(str(key)): value for key, value in row.items()}


def _plain(column: str) -> str:
    """A column's name as COLUMNS has it."""
    return column.strip().lower().removeprefix("g:").replace(" ", "_")


def _named(row: Row, names: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The row's values by the fields of a record."""
    said = {field: _first(row, columns) for field, columns in names.items()}
    said["price"] = price_now(said["price"], said["sale_price"], said["sale_dates"])
    said["image_urls"] = [*_split(said["image_urls"]), *_split(said.pop("more_images"))]
    return said


def _first(row: Row, columns: Iterable[str]) -> Any:
    found = (_value(row, column) for column in columns)
    return next((value for value in found if value not in (None, "", [])), "")


def _value(row: Row, column: str) -> Any:
    """What stands in a column; `price.amount` is within the object `price`, where there is one."""
    if column in row or "." not in column:
        return row.get(column)
    outer, _, inner = column.partition(".")
    value = row.get(outer)
    return _value(_lowered(value), inner) if isinstance(value, dict) else None


def _split(value: Any) -> list[Any]:
    """Several addresses in one cell stand between commas, bars or spaces, and begin anew."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str) or not value.strip():
        return []
    parts = value.replace("|", " ").replace(", ", " ").replace(",http", " http").split()
    return parts if all("://" in part for part in parts) else [value.strip()]
