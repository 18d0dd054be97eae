"""Pictures on disk that a CSV file lists, with what it says of the products."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from catalog.reading.encodings import UnknownEncoding, encoding_of
from catalog.reading.money import currency_of, money, prices_in
from catalog.reading.values import in_stock as availability
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.sources.documents import UnreadableDocument, bytes_of, opened
from catalog.sources.folder import look_through
from catalog.sources.rows import bytes_out_of_place, read_rows, text_lines
from runs.files import why

FILE_COLUMNS = ("file", "path", "image", "source_file")
_YES, _NO = {"true", "yes", "y"}, {"false", "no", "n"}
_OF_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


def read_csv(table: Path, folder: Path) -> Iterator[Record]:
    """Every row of a CSV file with a header; a row that is wrong is yielded as `Unreadable`.

    The column item_id is needed; file, title, price, currency, category, product_url, group, brand
    and in_stock are read where they are there. A file's path starts at `folder` or where the CSV
    file is, and may be written as on Windows; a row that names none gets the picture named by its
    item_id. Commas, semicolons and tabs are told apart, and so are encodings. Raises SourceError.
    """
    pictures = _Pictures(folder, table.parent)
    try:
        body, cut, note = opened(bytes_of(table))
        encoding = encoding_of(body)
    except (UnreadableDocument, UnknownEncoding) as error:
        raise SourceError(f"{table}: {error}") from error
    if note:
        yield Unreadable("mended", note, left_out=True)
    lines = text_lines(body, encoding)
    for row in read_rows(
        lines, str(table), lambda cells: "item_id" in cells, "has no column item_id"
    ):
        yield row if isinstance(row, Unreadable) else _record(row[1], row[0], table, pictures)
    yield from bytes_out_of_place(body, encoding)
    if cut:
        raise SourceError(f"{table}: {cut}")


def _record(row: dict[str, str], line: int, table: Path, pictures: "_Pictures") -> Record:
    row = defaultdict(str, row)
    item_id = row["item_id"].strip()
    where = f"{table.name}, line {line}"
    if not item_id:
        return Unreadable(f"line {line}", f"{where}: no item_id")
    try:
        path = _picture_of(row, item_id, pictures)
    except SourceError as error:
        return Unreadable(item_id, f"{where}: {error}")
    written = row["price"].strip()
    currency, currency_unread = _currency(row["currency"].strip(), written)
    price, price_unread = _price(written, currency)
    in_stock, stock_unread = _stock(row["in_stock"].strip())
    return ProductRecord(
        item_id=item_id,
        title=row["title"].strip(),
        price=price,
        currency=currency,
        category=row["category"].strip(),
        product_url=row["product_url"].strip(),
        image_path=path,
        in_stock=in_stock,
        group=row["group"].strip(),
        brand=row["brand"].strip(),
        unread=tuple(filter(None, (price_unread, currency_unread, stock_unread))),
        place=f"line {line}",
    )


class _Pictures:
    """The pictures of a folder by their names; and files by their paths from some places on."""

    def __init__(self, folder: Path, *beside: Path) -> None:
        self.places = (folder, *beside)
        self.named: dict[str, list[Path]] = {}
        for path in look_through(folder).pictures:
            self.named.setdefault(_spelt(path.stem), []).append(path)
        self._names = cache(_names)

    def at(self, place: Path, parts: list[str]) -> Path | None:
        """The file at a path from a place on, however its letters are composed, in either case."""
        path = place
        for part in parts:
            if not (path / part).exists():
                alike = self._names(path).get(_spelt(part).casefold(), [])
                if len(alike) != 1:
                    return None
                part = alike[0]
            path = path / part
        return path if path.is_file() else None


def _names(folder: Path) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        names.setdefault(_spelt(path.name).casefold(), []).append(path.name)
    return names


def _spelt(name: str) -> str:
    """A name in one spelling: a Mac keeps "ü" as a letter and a mark."""
    return unicodedata.normalize("NFC", name)


def _picture_of(row: dict[str, str], item_id: str, pictures: _Pictures) -> Path:
    """The file that a row names, or else the one picture named by its item_id; never another.

    Raises SourceError.
    """
    named = next((row[column].strip() for column in FILE_COLUMNS if row[column]), "")
    if named.startswith(("https://", "http://")):
        raise SourceError("its picture is at an address; manage.py scrape reads such tables")
    if named:
        return _named_file(named, pictures)
    found = pictures.named.get(_spelt(item_id), [])
    if not found:
        raise SourceError("no picture of it")
    if len(found) > 1:
        raise SourceError(f"which of {' and '.join(map(str, found))}? A column file can say it")
    return found[0]


def _named_file(named: str, pictures: _Pictures) -> Path:
    shown, is_outside = ascii(named[:80]), False
    for place in pictures.places:
        try:
            for written in dict.fromkeys((named, named.replace("\\", "/"))):
                inside = (place / written).resolve().is_relative_to(place.resolve())
                is_outside = is_outside or not inside
                found = pictures.at(place, [*Path(written).parts]) if inside else None
                if found and found.resolve().is_relative_to(place.resolve()):
                    return found.resolve()
            if found := _by_its_end(named, place, pictures):
                return found
        except (OSError, ValueError, RuntimeError) as error:  # overlong, with a NUL, a loop
            raise SourceError(f"the file {shown} cannot be opened: {why(error)}") from error
    raise SourceError(f"the file {shown} is {'out of the folder' if is_outside else 'not there'}")


def _by_its_end(named: str, place: Path, pictures: _Pictures) -> Path | None:
    """What a path from a drive of Windows on names by its last parts, as many as are there."""
    parts = re.split(r"[\\/]+", named)
    if not _OF_WINDOWS.match(named) or ".." in parts:
        return None
    ends = (pictures.at(place, parts[start:]) for start in range(1, len(parts)))
    found = next((path.resolve() for path in ends if path), None)
    return found if found and found.is_relative_to(place.resolve()) else None


def _price(written: str, currency: str) -> tuple[Decimal | None, str]:
    """The price, and what to say if one is written and cannot be read."""
    price = money(written, currency) if written else None
    return price, f"price {written!r}" if written and price is None else ""


def _currency(written: str, price: str) -> tuple[str, str]:
    """The code of a currency, or of the one beside the price where none is written."""
    if not written:
        return next((found.currency for found in prices_in(price)), ""), ""
    code = currency_of(written)
    return code, "" if code else f"currency {written!r} (as in EUR)"


def _stock(written: str) -> tuple[bool | None, str]:
    word = written.lower()
    if word.isdecimal():  # how many there are
        return any(int(digit) for digit in word), ""
    if word in _YES or word in _NO:
        return word in _YES, ""
    found = availability(written)
    return found, f"in_stock {written!r}" if written and found is None else ""
