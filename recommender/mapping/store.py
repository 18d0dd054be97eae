"""Which map is live: that of the embedder being served, taken up at once when it changes."""

import logging
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from recommender.live import selection
from recommender.live.paths import map_path, map_pictures
from recommender.live.worker_threads import Lane, beside
from recommender.mapping import sprites
from recommender.mapping.product_map import MapFileError, ProductMap, read_map
from recommender.search.errors import NotReady
from runs.files import error_text, open_regular

logger = logging.getLogger(__name__)


class NoMap(NotReady):
    """There is an index, and no map of it that can be read."""


_read: dict[Path, tuple[tuple[int, int, int], ProductMap]] = {}


def live_map() -> ProductMap:
    """The map that is live now; costs one `stat` unless the file has changed. Raises NoMap."""
    path = map_path(selection.name_served())
    try:
        status = path.stat()
        signature = (status.st_ino, status.st_mtime_ns, status.st_size)
        known = _read.get(path)
        if known is None or known[0] != signature:
            known = _read[path] = (signature, read_map(path))
        return known[1]
    except FileNotFoundError:
        raise NoMap("There is no map yet.", ["manage.py build_map"]) from None
    except (OSError, MapFileError) as error:
        reason = f"The map cannot be read: {error_text(error)}"
        raise NoMap(reason, ["manage.py build_map"]) from error


def read_picture(drawn: ProductMap, name: str) -> bytes:
    """A picture of the map, WebP. Raises OSError."""
    if name not in drawn.names:
        raise FileNotFoundError(name)
    path = map_pictures(drawn.manifest.embedder) / f"{name}.webp"
    with open_regular(path, follow=False) as file:
        return file.read()


@lru_cache(maxsize=32)
def picture_without(drawn: ProductMap, name: str, gone: tuple[int, ...]) -> bytes:
    """A picture of the map, WebP, without the products of these numbers. Raises OSError."""
    data = read_picture(drawn, name)
    level, corner = _place(drawn, name)
    across = sprites.TILE // level if name != drawn.overview else max(drawn.size)
    places = drawn.cells[list(gone)] - corner
    within = places[((places >= 0) & (places < across)).all(axis=1)]
    if not len(within):
        return data
    return beside(Lane.PICTURES, _without_squares, data, level * within, level)


def _without_squares(data: bytes, corners: np.ndarray, side: int) -> bytes:
    """The picture with nothing in the squares at these corners, (column, row)."""
    with Image.open(BytesIO(data), formats=("WEBP",)) as opened:
        picture = opened.convert("RGBA")
    for column, row in corners.tolist():
        picture.paste((0, 0, 0, 0), (column, row, column + side, row + side))
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=90, method=2)
    return buffer.getvalue()


def _place(drawn: ProductMap, name: str) -> tuple[int, np.ndarray]:
    """How many pixels a cell of a picture has, and its first cell, (column, row)."""
    for tile in drawn.tiles:
        if tile.name == name:
            return tile.level, np.array([tile.column, tile.row]) * (sprites.TILE // tile.level)
    return sprites.OVERVIEW, np.zeros(2, int)
