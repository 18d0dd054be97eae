"""Pictures already on disk: named `<ItemID>.jpg`, or listed in a CSV file."""

import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from catalog.reading.money import currency_of, money, prices_in
from catalog.reading.values import in_stock as availability
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.sources.place import Place
from catalog.thumbnails import ENDINGS
from runs.files import why

FILE_COLUMNS = ("file", "path", "image", "source_file")
# Kinds of files left out that are named.
MOST_KINDS = 12
# Folders that programs make for themselves, often with small copies of pictures.
_NOT_FOR_PICTURES = {
    "#recycle", "#snapshot", "$recycle.bin", "system volume information", "lost+found", "__macosx",
    "node_modules", "__pycache__", "site-packages", "venv",
}  # fmt: skip
_YES, _NO = {"true", "yes", "y"}, {"false", "no", "n"}


@dataclass
class _Found:
    """What a folder holds: pictures, what was left out by kind, and what could not be entered."""

    pictures: list[Path] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    closed: list[OSError] = field(default_factory=list)

    def told(self) -> str:
        """As in "2 × .heic, 1 × @eaDir/"; the rarest of many kinds are counted together."""
        kinds = sorted(self.left_out.items(), key=lambda kind: (-kind[1], kind[0]))
        told = [f"{number} × {kind}" for kind, number in kinds[:MOST_KINDS]]
        rest = sum(number for _, number in kinds[MOST_KINDS:])
        return ", ".join([*told, f"{rest} of other kinds"] if rest else told)


def begins_at(place: Place) -> str:
    """The path asked for, if it is a folder."""
    return place.asked if place.path and place.path.is_dir() else ""


def read_folder(folder: Path, leave_out: tuple[Path, ...] = ()) -> Iterator[Record]:
    """Every picture below `folder`, sorted; its sub-folder's name is the category.

    What is left out (hidden files, kinds that are not read, links out of the folder, the folders
    `leave_out`) is counted by kind in a last record. Raises SourceError, also for no pictures.
    """
    found = _look_through(folder, leave_out)
    if not found.pictures:
        beside = f" (left out: {found.told()})" if found.left_out else ""
        raise SourceError(f"{folder} holds no picture that can be read{beside}.")
    for path in found.pictures:
        parent = path.parent.relative_to(folder)
        category = "" if parent == Path() else str(parent)
        yield ProductRecord(item_id=path.stem, category=category, image_path=path)
    yield from _told_apart(found)


def _told_apart(found: _Found) -> Iterator[Record]:
    for error in found.closed:
        yield Unreadable(str(error.filename), f"cannot be entered: {error.strerror}")
    if found.left_out:
        yield Unreadable("left out", found.told(), left_out=True)


def _look_through(folder: Path, leave_out: tuple[Path, ...] = ()) -> _Found:
    if not folder.is_dir():
        is_file = "is a file, not a folder" if folder.exists() else "does not exist"
        raise SourceError(f"{folder} {is_file}.")
    found, root = _Found(), folder.resolve()
    kept_away = {path.resolve() for path in leave_out}
    for place, folders, files in os.walk(folder, onerror=found.closed.append):
        for name in list(folders):
            path = Path(place) / name
            if path.is_symlink() or _is_no_place(name) or path.resolve() in kept_away:
                folders.remove(name)
                found.left_out["links to folders" if path.is_symlink() else f"{name}/"] += 1
        for name in files:
            path = Path(place) / name
            if why_not := _why_not(path, root):
                found.left_out[why_not] += 1
            else:
                found.pictures.append(path)
    found.pictures.sort()
    return found


def _is_no_place(name: str) -> bool:
    return name.startswith((".", "@")) or name.lower() in _NOT_FOR_PICTURES  # @eaDir, @Recycle …


def _why_not(path: Path, root: Path) -> str:
    """The kind of file that it is, if it is none to take."""
    if path.name.startswith("."):
        return "hidden files" if path.name.startswith("._") else path.name
    if path.suffix.lower() not in ENDINGS:
        return path.suffix.lower() or "files without an ending"
    try:
        inside = path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link that comes round to itself
        return "links to nowhere"
    if not path.is_file():  # not a pipe either, which would be waited for
        return "links to nowhere" if path.is_symlink() else "pipes or devices"
    return "" if inside else "links out of the folder"


# CSV -------------------------------------------------------------------------------------------


def read_csv(table: Path, folder: Path) -> Iterator[Record]:
    """Every row of a CSV file with a header; a row that is wrong is yielded as `Unreadable`.

    The column item_id is needed; file, title, price, currency, category, product_url, group and
    in_stock are read where they are there. A file's path starts at `folder` or where the CSV file
    is; a row that names none gets the picture named by its item_id. Commas, semicolons and tabs
    are told apart. Raises SourceError.
    """
    pictures: dict[str, list[Path]] = {}
    for path in _look_through(folder).pictures:
        pictures.setdefault(path.stem, []).append(path)
    try:
        with table.open(encoding=_encoding(table), newline="") as file:
            rows = csv.DictReader(file, dialect=_dialect(file.readline()), restval="")
            file.seek(0)
            rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or []]
            if "item_id" not in rows.fieldnames:
                raise SourceError(f"{table}: its first line has no column item_id.")
            for row in rows:
                yield _record(row, rows.line_num, table, folder, pictures)
    except UnicodeDecodeError as error:
        raise SourceError(f"{table} is not in UTF-8; save it as UTF-8 ({error}).") from error
    except (OSError, csv.Error) as error:
        raise SourceError(f"{table} cannot be read: {why(error)}.") from error


def _encoding(table: Path) -> str:
    with table.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _dialect(header: str) -> type[csv.Dialect]:
    class Dialect(csv.excel):
        delimiter = max(",;\t", key=header.count)

    return Dialect


def _record(
    row: dict[str, str], line: int, table: Path, folder: Path, pictures: dict[str, list[Path]]
) -> Record:
    item_id = row["item_id"].strip()
    where = f"{table.name}, line {line}"
    if not item_id:
        return Unreadable(f"line {line}", f"{where}: no item_id")
    try:
        path = _picture_of(row, item_id, (folder, table.parent), pictures)
    except SourceError as error:
        return Unreadable(item_id, f"{where}: {error}")
    written = row.get("price", "").strip()
    currency, currency_unread = _currency(row.get("currency", "").strip(), written)
    price, price_unread = _price(written, currency)
    in_stock, stock_unread = _stock(row.get("in_stock", "").strip())
    return ProductRecord(
        item_id=item_id,
        title=row.get("title", "").strip(),
        price=price,
        currency=currency,
        category=row.get("category", "").strip(),
        product_url=row.get("product_url", "").strip(),
        image_path=path,
        in_stock=in_stock,
        group=row.get("group", "").strip(),
        unread=tuple(filter(None, (price_unread, currency_unread, stock_unread))),
    )


def _picture_of(
    row: dict[str, str], item_id: str, places: tuple[Path, ...], pictures: dict[str, list[Path]]
) -> Path:
    """The file that a row names, or else the one picture named by its item_id; never another.

    Raises SourceError.
    """
    named = next((row[column].strip() for column in FILE_COLUMNS if row.get(column)), "")
    if named.startswith(("https://", "http://")):
        raise SourceError("its picture is at an address; manage.py scrape reads such tables")
    if named:
        return _named_file(named, places)
    found = pictures.get(item_id, [])
    if not found:
        raise SourceError("no picture of it")
    if len(found) > 1:
        raise SourceError(f"which of {' and '.join(map(str, found))}? A column file can say it")
    return found[0]


def _named_file(named: str, places: tuple[Path, ...]) -> Path:
    shown, is_outside = ascii(named[:80]), False
    for place in places:
        try:
            path = (place / named).resolve()
            inside = path.is_relative_to(place.resolve())
            if inside and path.is_file():
                return path
        except (OSError, ValueError, RuntimeError) as error:  # overlong, with a NUL, a loop
            raise SourceError(f"the file {shown} cannot be opened: {error}") from error
        is_outside = is_outside or not inside
    raise SourceError(f"the file {shown} is {'out of the folder' if is_outside else 'not there'}")


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
        return int(word) > 0, ""
    if word in _YES or word in _NO:
        return word in _YES, ""
    found = availability(written)
    return found, f"in_stock {written!r}" if written and found is None else ""
