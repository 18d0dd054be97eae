"""Which map is live: that of the embedder being served, taken up at once when it changes."""

import logging
from collections.abc import Collection
from io import BytesIO
from pathlib import Path

from PIL import Image

from recommender import configured
from recommender.mapping.product_map import MapFileError, ProductMap, read_map
from recommender.mapping.sprites import OVERVIEW
from recommender.places import map_path, map_pictures
from recommender.search.errors import NotReady
from runs.files import open_regular

logger = logging.getLogger(__name__)

_read: dict[Path, tuple[tuple[int, int, int], ProductMap]] = {}


def live_map() -> ProductMap:
    """The map that is live now; costs one `stat` unless the file has changed. Raises NotReady."""
    path = map_path(configured.name_served())
    try:
        status = path.stat()
        signature = (status.st_ino, status.st_mtime_ns, status.st_size)
        known = _read.get(path)
        if known is None or known[0] != signature:
            known = _read[path] = (signature, read_map(path))
        return known[1]
    except FileNotFoundError:
        raise NotReady("There is no map yet.", ["manage.py build_map"]) from None
    except (OSError, MapFileError) as error:
        raise NotReady(f"The map cannot be read: {error}", ["manage.py build_map"]) from error


def read_picture(drawn: ProductMap, name: str) -> bytes:
    """A picture of the map, WebP. Raises OSError."""
    path = map_pictures(drawn.manifest.embedder) / f"{name}.webp"
    with open_regular(path, follow=False) as file:
        return file.read()


def overview_without(drawn: ProductMap, gone: Collection[int]) -> bytes:
    """The picture of the whole map, WebP, without the products of these numbers. Raises OSError."""
    data = read_picture(drawn, drawn.overview)
    if not gone:
        return data
    with Image.open(BytesIO(data), formats=("WEBP",)) as opened:
        picture = opened.convert("RGBA")
    for column, row in (OVERVIEW * drawn.cells[sorted(gone)]).tolist():
        picture.paste((0, 0, 0, 0), (column, row, column + OVERVIEW, row + OVERVIEW))
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=90)
    return buffer.getvalue()
