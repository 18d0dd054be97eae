"""A product's pictures: their name, their place and their address. No other module knows these.

They lie in the storage "pictures" of settings.STORAGES, below MEDIA_ROOT unless another backend
is set there: `thumbnails/104233.jpg` (250×250, as in the tutorial) and `pictures/104233.jpg` (at
most 500 pixels, without a frame: for the page and the networks). A product's further pictures are
`more/104233+5f3a….jpg`, named by what they show. What tiles show is made of the picture when it is
asked for first (tiles.py).
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.urls import get_script_prefix, reverse
from django.utils.functional import cached_property

from catalog import framing
from runs.files import clear_unfinished as clear_unfinished_files
from runs.files import open_regular, replace_file, replace_files

NO_FOLDER_HINT = (
    'Set MEDIA_ROOT, or STORAGES["pictures"] to {"BACKEND": "catalog.pictures.PictureFiles", '
    '"OPTIONS": {"location": BASE_DIR / "pictures"}}.'
)
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,119}")


class Kind(StrEnum):
    """What is kept of a product's picture; the value is the folder."""

    THUMBNAIL = "thumbnails"
    PICTURE = "pictures"
    MORE = "more"
    SMALL_TILE = "tiles-160"
    TILE = "tiles-320"
    LARGE_TILE = "tiles-500"
    MORE_THUMBNAIL = "more-thumbnails"


# What `ingest` writes of a product's first picture; tiles are made of it.
WRITTEN = (Kind.THUMBNAIL, Kind.PICTURE)
# What cannot be made anew without the shop.
KEPT = (*WRITTEN, Kind.MORE)
# Between a product's name and what tells its further pictures apart; no file name of an id has it.
APART = "+"
# The width of each tile, in pixels.
TILES = {Kind.SMALL_TILE: 160, Kind.TILE: 320, Kind.LARGE_TILE: 500}
# What is made of a picture when it is asked for first: tiles, and a further one's thumbnail.
MADE_LATER = (*TILES, Kind.MORE_THUMBNAIL)


class PictureFiles(FileSystemStorage):
    """Pictures as files below a folder; each is the old one or the new, never half of one.

    `location` is an option of STORAGES["pictures"]; without one it is MEDIA_ROOT, and without that
    there is no place for pictures: Django would put them beside manage.py.
    """

    def __init__(self, location: str | Path | None = None) -> None:
        super().__init__(location=location, allow_overwrite=True)

    @cached_property
    def location(self) -> str:
        """The folder, absolute. Raises ImproperlyConfigured where none is set."""
        if not self.base_location:
            raise ImproperlyConfigured(f"There is no folder for pictures. {NO_FOLDER_HINT}")
        return os.path.abspath(self.base_location)  # noqa: PTH100 – follows no link, as Django

    def _save(self, name: str, content: "File[bytes]") -> str:
        replace_file(Path(self.path(name)), content.read())
        return name

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """Only a file of its own: a link may lead anywhere, and a pipe would never end."""
        return File(open_regular(Path(self.path(name)), follow=False), name)

    def exists(self, name: str) -> bool:
        path = Path(self.path(name))
        return path.is_file() and not path.is_symlink()

    def size(self, name: str) -> int:
        if not self.exists(name):
            raise FileNotFoundError(name)
        return super().size(name)

    def url(self, name: str | None) -> str:
        return address_here(name or "")


def address_here(name: str) -> str:
    """The address at which the site serves it, below the prefix that it has at this moment."""
    return f"{_media(get_script_prefix())}{quote(name)}"


@lru_cache(maxsize=8)
def _media(prefix: str) -> str:
    """What the addresses of all pictures begin with, where the site lies below `prefix`."""
    return reverse("media", args=["kind", "name"]).removesuffix("kind/name")


def storage() -> Storage:
    """Where pictures are kept."""
    return storages["pictures"]


def folder() -> Path | None:
    """The folder of all pictures, where they are files on this machine's disk."""
    kept = storage()
    is_there = isinstance(kept, PictureFiles) and kept.base_location
    return Path(kept.path("")) if is_there else None


def file_name(item_id: str) -> str:
    """The file name of a product's pictures, safe whatever the id holds; one id, one name.

    A plain id is its own name. Other characters are percent-encoded; what would be too long is
    cut, and told apart by its SHA-256.
    """
    if _PLAIN_ID.fullmatch(item_id):
        return f"{item_id}.jpg"
    # A leading % keeps these apart from plain ids, and a name from starting with a dot.
    name = "%" + quote(item_id, safe="", errors="surrogatepass").replace(".", "%2E")
    if len(name) > 120:
        digest = hashlib.sha256(item_id.encode(errors="surrogatepass")).hexdigest()
        name = f"%%{name[:40]}{digest}"
    return f"{name}.jpg"


def item_id_in(name: str) -> str | None:
    """The item_id that a file name tells; None where it was too long for one."""
    stem = name.removesuffix(".jpg")
    item_id = unquote(stem[1:]) if stem.startswith("%") else stem
    return item_id if file_name(item_id) == name else None


def beginning_in(name: str) -> str:
    """How the item_id begins that was too long for a file name."""
    within = re.sub(r"%[0-9A-F]?$", "", name[3:42])  # an escape that was cut through
    return unquote(within, errors="ignore")


def place(kind: Kind, item_id: str) -> str:
    """The name that the storage knows it by, as in "thumbnails/104233.jpg"."""
    return f"{kind}/{file_name(item_id)}"


def further_name(item_id: str, content_hash: str) -> str:
    """The file name of one of a product's further pictures, as in "104233+5f3a0b….jpg"."""
    return f"{file_name(item_id).removesuffix('.jpg')}{APART}{content_hash[:12]}.jpg"


def further_place(item_id: str, content_hash: str) -> str:
    """The storage's name of a further picture."""
    return f"{Kind.MORE}/{further_name(item_id, content_hash)}"


def tile_place(kind: Kind, name: str, version: str) -> str:
    """The storage's name of a tile of the picture `name`, as in "tiles-320/104233.5f3a….jpg"."""
    return f"{kind}/{name.removesuffix('.jpg')}.{version}.jpg"


def version_of(kind: Kind, content_hash: str) -> str:
    """What changes with the picture, and with how tiles are made of it."""
    return content_hash[:12] + (f"-{framing.RECIPE}" if kind in MADE_LATER else "")


def address(kind: Kind, item_id: str, content_hash: str) -> str:
    """Its URL; it changes with the picture, so that it may be cached for ever."""
    return _versioned(kind, place(kind, item_id), content_hash)


def further_address(kind: Kind, item_id: str, content_hash: str) -> str:
    """The URL of a further picture, or of a tile of it."""
    return _versioned(kind, f"{kind}/{further_name(item_id, content_hash)}", content_hash)


def _versioned(kind: Kind, name: str, content_hash: str) -> str:
    url = storage().url(name)
    return f"{url}{'&' if '?' in url else '?'}v={version_of(kind, content_hash)}"


def exists(kind: Kind, item_id: str) -> bool:
    """Whether it is there; an empty file is no picture."""
    try:
        return storage().size(place(kind, item_id)) > 0
    except FileNotFoundError:
        return False


def are_written(item_id: str) -> bool:
    """Whether all is there that `ingest` writes of a product's picture."""
    return all(exists(kind, item_id) for kind in WRITTEN)


def opened(kind: Kind, item_id: str) -> IO[bytes]:
    """The file, open for reading. Raises OSError."""
    return storage().open(place(kind, item_id))


def write(kind: Kind, item_id: str, data: bytes) -> None:
    """Puts it in its place, over what was there; among files, in one step. Raises OSError."""
    put(place(kind, item_id), data)


def put(name: str, data: bytes) -> None:
    """The same by the name that the storage knows it by."""
    kept = storage()
    saved = kept.save(name, ContentFile(data))
    if saved != name:  # a storage that overwrites nothing has chosen another name
        kept.delete(saved)
        kept.delete(name)
        kept.save(name, ContentFile(data))


def write_all(files: Mapping[str, bytes]) -> None:
    """Puts several in their places, by the storage's names, each in one step. Raises OSError."""
    kept = storage()
    if isinstance(kept, PictureFiles):
        replace_files({Path(kept.path(name)): data for name, data in files.items()})
    else:
        for name, data in files.items():
            put(name, data)


def clear_unfinished() -> None:
    """Takes away what killed runs have left half-written."""
    kept = storage()
    if isinstance(kept, PictureFiles):
        for kind in Kind:
            clear_unfinished_files(Path(kept.path(kind)))


def remove(item_id: str, content_hash: str = "", further: Iterable[str] = ()) -> None:
    """Takes all that is kept of a product's pictures away; `further` are the hashes of those
    beyond the first. Raises OSError."""
    remove_tiles(item_id, content_hash)
    for kind in WRITTEN:
        storage().delete(place(kind, item_id))
    for one in further:
        remove_further(item_id, one)


def remove_further(item_id: str, content_hash: str) -> None:
    """Takes one of its further pictures away, with its tiles and thumbnail. Raises OSError."""
    name = further_name(item_id, content_hash)
    for kind in MADE_LATER:
        storage().delete(tile_place(kind, name, version_of(kind, content_hash)))
    storage().delete(f"{Kind.MORE}/{name}")


def remove_tiles(item_id: str, content_hash: str) -> None:
    """Takes the tiles of a picture away that had this hash. Raises OSError."""
    for kind in MADE_LATER if content_hash else ():
        version = version_of(kind, content_hash)
        storage().delete(tile_place(kind, file_name(item_id), version))


def read_thumbnail(item_id: str) -> bytes:
    """The bytes of a product's thumbnail. Raises OSError."""
    with opened(Kind.THUMBNAIL, item_id) as file:
        return file.read()


def read_picture(item_id: str) -> bytes:
    """The bytes of the picture that networks look at, without a frame. Raises OSError."""
    with opened(Kind.PICTURE, item_id) as file:
        return file.read()


def read_further(item_id: str, content_hash: str) -> bytes:
    """The bytes of one of a product's further pictures. Raises OSError."""
    with storage().open(further_place(item_id, content_hash)) as file:
        return bytes(file.read())
