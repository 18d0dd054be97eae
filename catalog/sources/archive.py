"""A zip archive of pictures named `<ItemID>.jpg`, at an address or a path.

Nothing is unpacked under a name from the archive: each picture goes to a file of our own, which
the next one overwrites. Links, encrypted files and names that lead elsewhere are refused by name.
"""

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.sources.documents import fetched, is_address
from catalog.sources.place import Place
from catalog.sources.zip_names import ZipNames
from catalog.thumbnails import ENDINGS
from catalog.visiting.pages import PageFetcher
from runs.files import why

MAX_FILES = 500_000
MAX_PICTURE_BYTES = 50_000_000
# Pictures are packed already: all of them together unpack to little more than the archive's size.
MAX_RATIO, MAX_BYTES_MORE = 20, 200_000_000
CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
           ValueError, OverflowError)  # fmt: skip


class _Refused(Exception):
    """A file in the archive is not taken; the message says why."""


def begins_at(place: Place) -> str:
    """The place itself, if it is called like an archive or begins like one."""
    is_archive = place.name.endswith(".zip") or place.body.startswith(b"PK\x03\x04")
    return place.asked if is_archive else ""


def walk_archive(at: str, pages: PageFetcher) -> Iterator[Record]:
    """Every picture of an archive at an address or in a file. Raises SourceError."""
    if is_address(at):
        body = fetched(at, pages).body
        if body.count(b"PK\x01\x02") > MAX_FILES:  # each takes memory before one is looked at
            raise SourceError(f"{at} has more than {MAX_FILES} files")
        yield from _walk_members(BytesIO(body), at, len(body))
    else:
        yield from _walk_file(Path(at))


def _walk_file(path: Path) -> Iterator[Record]:
    if not path.is_file():
        raise SourceError(f"{path} is no file.")
    try:
        with path.open("rb") as file:
            yield from _walk_members(file, path.name, path.stat().st_size)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {why(error)}.") from error


def _walk_members(file: IO[bytes], name: str, size: int) -> Iterator[Record]:
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise SourceError(f"{name} is no zip archive: {error}") from error
    with archive, tempfile.TemporaryDirectory() as folder:
        if "[Content_Types].xml" in archive.namelist():
            raise SourceError(f"{name} is a document of Office; a table is read as CSV")
        names = ZipNames(archive.infolist())
        members = [m for m in archive.infolist() if _is_picture(_path(m, names))]
        if not members:
            raise SourceError(f"{name}: no pictures in this archive")
        left = MAX_RATIO * size + MAX_BYTES_MORE
        path = Path(folder) / "picture"
        for member in members[:MAX_FILES]:
            path.unlink(missing_ok=True)
            yield _record(archive, member, names, path)
            left -= path.stat().st_size if path.exists() else 0
            if left < 0:
                raise SourceError(f"{name} unpacks to far more than pictures do")
        if names.guessed:
            yield Unreadable("names", f"read as {names.guessed}, by their letters", left_out=True)
        if len(members) > MAX_FILES:
            raise SourceError(f"{name} has more than {MAX_FILES} pictures")


def _is_picture(path: PurePosixPath) -> bool:
    """Whether its name is a picture's; what systems add of their own is passed over."""
    hidden = any(part.startswith((".", "@", "__MACOSX")) for part in path.parts if part != "..")
    return not hidden and path.suffix.lower() in ENDINGS


def _path(member: zipfile.ZipInfo, names: ZipNames) -> PurePosixPath:
    name = names.of(member) or member.filename
    return PurePosixPath("" if member.is_dir() else name.replace("\\", "/"))


def _record(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, names: ZipNames, picture: Path
) -> Record:
    path = _path(member, names)
    if names.of(member) is None:
        told = "the encoding of its name cannot be told; pack it with names in UTF-8"
        return Unreadable(ascii(member.filename), told, hides=True)
    try:
        _require_plain(member, path)
        _unpack(archive, member, picture)
    except _Refused as error:
        return Unreadable(path.stem, f"{error} ({path})")
    except _BROKEN as error:
        return Unreadable(path.stem, f"it cannot be unpacked: {error} ({path})")
    category = "" if path.parent == PurePosixPath() else str(path.parent)
    return ProductRecord(item_id=path.stem, category=category, image_path=picture)


def _require_plain(member: zipfile.ZipInfo, path: PurePosixPath) -> None:
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise _Refused("its path leads out of the archive")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _Refused("it is a link or no plain file")
    if member.flag_bits & 1:
        raise _Refused("it is encrypted")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, picture: Path) -> None:
    """Writes it to `picture`, as long as it is no larger than a picture may be."""
    size = 0
    with archive.open(member) as packed, picture.open("wb") as file:
        while chunk := packed.read(CHUNK):
            size += len(chunk)
            if size > MAX_PICTURE_BYTES:
                raise _Refused(f"it is larger than {MAX_PICTURE_BYTES // 1_000_000} MB")
            file.write(chunk)
