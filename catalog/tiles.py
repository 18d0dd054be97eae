"""What tiles show, and further pictures' thumbnails: made of the picture when they are asked for
first, and kept beside it.

A tile's name in the storage has the hash of its picture: it is never an old one's, and two workers
that make the same write the same.
"""

import re

from catalog import pictures
from catalog.framing import tile
from catalog.pictures import MADE_LATER, TILES, Kind, tile_place, version_of
from catalog.thumbnails import thumbnail
from runs.files import sha256_of

_VERSION = re.compile(r"[0-9a-f]{12}-\d+")


def place_of(kind: Kind, name: str, version: str = "") -> str:
    """The storage's name of what pages know as `kind` and `name`, made now if it is new.

    `version` is that of its address, which may be anything. Raises OSError or ValueError for what
    cannot be had.
    """
    if kind not in MADE_LATER:
        return f"{kind}/{name}"
    storage = pictures.storage()
    if _VERSION.fullmatch(version) and storage.exists(known := tile_place(kind, name, version)):
        return known
    source = Kind.MORE if pictures.APART in name else Kind.PICTURE
    with storage.open(f"{source}/{name}") as file:
        data = file.read()
    place = tile_place(kind, name, version_of(kind, sha256_of(data)))
    if not storage.exists(place):
        pictures.put(place, tile(data, TILES[kind]) if kind in TILES else thumbnail(data))
    return place
