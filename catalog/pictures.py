"""A product's pictures: their name, their place and their address. No other module knows these.

They lie in the storage "pictures" of settings.STORAGES, below MEDIA_ROOT unless another backend
is set there: `thumbnails/104233.jpg` (250×250, as in the tutorial) and `pictures/104233.jpg` (at
most 500 pixels, without a frame: for the page and the networks).
"""

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.urls import get_script_prefix, reverse

from catalog.thumbnails import unpadded
from runs.files import clear_unfinished as clear_unfinished_files
from runs.files import open_regular, replace_file, replace_files

_PLAIN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,119}")


class Kind(StrEnum):
    """What is kept of a product's picture; the value is the folder."""

    THUMBNAIL = "thumbnails"
    PICTURE = "pictures"


class PictureFiles(FileSystemStorage):
    """Pictures as files below MEDIA_ROOT; each is the old one or the new, never half of one."""

    def __init__(self) -> None:
        super().__init__(allow_overwrite=True)

    def _save(self, name: str, content: File) -> str:
        replace_file(Path(self.path(name)), content.read())
        return name

    def _open(self, name: str, mode: str = "rb") -> File:
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
        """Its address, below the prefix that the site has at this moment."""
        return f"{_media(get_script_prefix())}{quote(name or '')}"


@lru_cache(maxsize=8)
def _media(prefix: str) -> str:
    """What the addresses of all pictures begin with, where the site lies below `prefix`."""
    return reverse("media", args=["kind", "name"]).removesuffix("kind/name")


def storage() -> Storage:
    """Where pictures are kept."""
    return storages["pictures"]


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
    told = unquote(stem[1:]) if stem.startswith("%") else stem
    return told if file_name(told) == name else None


def beginning_in(name: str) -> str:
    """How the item_id begins that was too long for a file name."""
    within = re.sub(r"%[0-9A-F]?$", "", name[3:42])  # an escape that was cut through
    return unquote(within, errors="ignore")


def place(kind: Kind, item_id: str) -> str:
    """The name that the storage knows it by, as in "thumbnails/104233.jpg"."""
    return f"{kind}/{file_name(item_id)}"


def address(kind: Kind, item_id: str, version: str) -> str:
    """Its URL; `version` changes with the picture, so that it may be cached for ever."""
    url = storage().url(place(kind, item_id))
    return f"{url}{'&' if '?' in url else '?'}v={version[:12]}"


def exists(kind: Kind, item_id: str) -> bool:
    """Whether it is there; an empty file is no picture."""
    try:
        return storage().size(place(kind, item_id)) > 0
    except FileNotFoundError:
        return False


def opened(kind: Kind, item_id: str) -> IO[bytes]:
    """The file, open for reading. Raises OSError."""
    return storage().open(place(kind, item_id))


def write(kind: Kind, item_id: str, data: bytes) -> None:
    """Puts it in its place, over what was there; among files, in one step. Raises OSError."""
    kept, name = storage(), place(kind, item_id)
    saved = kept.save(name, ContentFile(data))
    if saved != name:  # a storage that overwrites nothing has chosen another name
        kept.delete(saved)
        kept.delete(name)
        kept.save(name, ContentFile(data))


def write_all(files: Mapping[tuple[Kind, str], bytes]) -> None:
    """Puts several in their places, (kind, item_id) -> data, each in one step. Raises OSError."""
    kept = storage()
    if isinstance(kept, PictureFiles):
        replace_files({Path(kept.path(place(*key))): data for key, data in files.items()})
    else:
        for key, data in files.items():
            write(*key, data)


def clear_unfinished() -> None:
    """Takes away what killed runs have left half-written."""
    kept = storage()
    if isinstance(kept, PictureFiles):
        for kind in Kind:
            clear_unfinished_files(Path(kept.path(kind)))


def remove(item_id: str) -> None:
    """Takes all that is kept of a product's pictures away. Raises OSError."""
    for kind in Kind:
        storage().delete(place(kind, item_id))


def read_thumbnail(item_id: str) -> bytes:
    """The bytes of a product's thumbnail. Raises OSError."""
    with opened(Kind.THUMBNAIL, item_id) as file:
        return file.read()


def read_picture(item_id: str) -> bytes:
    """The bytes of the picture that networks look at, without a frame. Raises OSError.

    Where an older catalogue has a thumbnail only, that without its white bars.
    """
    try:
        with opened(Kind.PICTURE, item_id) as file:
            return file.read()
    except FileNotFoundError:
        return unpadded(read_thumbnail(item_id))
