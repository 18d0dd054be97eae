"""Pictures already on disk: named `<ItemID>.jpg`, or listed in a CSV file."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from catalog.reading.structured import money
from catalog.records import ProductRecord, Record, SourceError, Unreadable

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")
FILE_COLUMNS = ("file", "path", "image", "source_file")
_YES, _NO = {"1", "true", "yes", "y", "in stock"}, {"0", "false", "no", "n", "out of stock"}


def read_folder(folder: Path) -> Iterator[Record]:
    """Every picture below `folder`, sorted; its sub-folder's name is the category.

    Hidden files, and links that lead out of the folder, are left out. Raises SourceError.
    """
    for path in sorted(_pictures(folder)):
        parent = path.parent.relative_to(folder)
        category = "" if parent == Path() else str(parent)
        yield ProductRecord(item_id=path.stem, category=category, image_path=path)


def _pictures(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise SourceError(f"{folder} is not a folder.")
    root = folder.resolve()
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(place) / name
            if name.startswith(".") or path.suffix.lower() not in ENDINGS:
                continue
            # Not a pipe either, which would be waited for.
            if path.resolve().is_relative_to(root) and path.is_file():
                yield path


def read_csv(table: Path, folder: Path) -> Iterator[Record]:
    """Every row of a CSV file with a header; a row that is wrong is yielded as `Unreadable`.

    The column item_id is needed; file, title, price, currency, category, product_url and in_stock
    are read where they are there. A file's path starts at `folder` or where the CSV file is; a row
    without one gets the picture named by its item_id. Commas, semicolons and tabs are told apart.
    Raises SourceError.
    """
    pictures = {path.stem: path for path in sorted(_pictures(folder))}
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, dialect=_dialect(file.readline()), restval="")
            file.seek(0)
            rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or []]
            if "item_id" not in rows.fieldnames:
                raise SourceError(f"{table}: its first line has no column item_id.")
            for row in rows:
                yield _record(row, rows.line_num, table, folder, pictures)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{table} cannot be read: {error}") from error


def _dialect(header: str) -> type[csv.Dialect]:
    class Dialect(csv.excel):
        delimiter = max(",;\t", key=header.count)

    return Dialect


def _record(
    row: dict[str, str], line: int, table: Path, folder: Path, pictures: dict[str, Path]
) -> Record:
    item_id = row["item_id"].strip()
    if not item_id:
        return Unreadable(f"line {line}", f"{table.name}: line {line} has no item_id")
    path = _named_file(row, folder, table.parent) or pictures.get(item_id)
    if path is None:
        return Unreadable(item_id, f"{table.name}, line {line}: no picture of it")
    stock = row.get("in_stock", "").strip().lower()
    return ProductRecord(
        item_id=item_id,
        title=row.get("title", "").strip(),
        price=money(row.get("price", "")),
        currency=row.get("currency", "").strip()[:3].upper(),
        category=row.get("category", "").strip(),
        product_url=row.get("product_url", "").strip(),
        image_path=path,
        in_stock=True if stock in _YES else False if stock in _NO else None,
    )


def _named_file(row: dict[str, str], *places: Path) -> Path | None:
    """The file that a row names, if it is within one of the places."""
    named = next((row[column].strip() for column in FILE_COLUMNS if row.get(column)), "")
    for place in places if named else ():
        path = (place / named).resolve()
        if path.is_relative_to(place.resolve()) and path.is_file():
            return path
    return None
