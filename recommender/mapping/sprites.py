"""The pictures of the map: thumbnails drawn small, side by side, at four sizes. No Django.

A tile of the sharpest level is drawn from thumbnails; one of another level, from the four below it
at half their size. Each is called by a hash of what it shows: what has not changed is drawn once.
"""

import hashlib
import io
import json
import logging
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

from PIL import Image

from recommender.mapping.product_map import Tile
from runs.files import replace_file

logger = logging.getLogger(__name__)

# Pixels of a cell; an eighth of it is the gap to the next one.
LEVELS = (64, 32, 16)
OVERVIEW = 8
TILE = 1024
QUALITY = 82
# Part of every name: another number draws all anew.
RECIPE = 1
# The least of a thumbnail's width that is shown, however narrow the picture within its frame.
NARROWEST = 150

Cell = tuple[int, int]
# The bytes of a product's thumbnail, and the side of the square in its middle that is shown.
Thumbnail = Callable[[str], tuple[bytes, int]]


def side_shown(width: int | None, height: int | None, side: int = 250) -> int:
    """The square in the middle of a thumbnail that lies within its picture, not its frame."""
    if not width or not height:
        return side
    return max(NARROWEST, side * min(width, height) // max(width, height))


class Sprites:
    """Draws the map's pictures into a folder.

    `cells` tells which product, and which picture of it (a hash), lies in a cell. `progress` is
    called with the tiles that are there and how many there are.
    """

    def __init__(
        self,
        folder: Path,
        cells: Mapping[Cell, tuple[str, str]],
        thumbnail: Thumbnail,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.folder, self.cells, self.thumbnail = folder, cells, thumbnail
        self.progress = progress or (lambda done, total: None)
        self.leaves: dict[Cell, dict[Cell, tuple[str, str]]] = {}
        for (column, row), shown in cells.items():
            leaf = (column // (TILE // LEVELS[0]), row // (TILE // LEVELS[0]))
            self.leaves.setdefault(leaf, {})[column, row] = shown
        self.done = 0

    def draw(self) -> tuple[str, tuple[Tile, ...]]:
        """Draws what is not there yet; the overview's name, and the tiles. Raises OSError."""
        names = self._names()
        for tile in names:
            self._ensure(tile, names)
        return self._overview(names), tuple(
            Tile(level, column, row, name) for (level, column, row), name in sorted(names.items())
        )

    def _names(self) -> dict[tuple[int, int, int], str]:
        """(level, column, row) -> name, the sharpest level first."""
        names = {}
        for place, shown in sorted(self.leaves.items()):
            names[LEVELS[0], *place] = _name(LEVELS[0], sorted(shown.items()))
        for finer, level in pairwise(LEVELS):
            below = [key for key in names if key[0] == finer]
            for place in sorted({(column // 2, row // 2) for _, column, row in below}):
                parts = [(at, names.get((finer, *at))) for at in _quarters(*place)]
                names[level, *place] = _name(level, parts)
        return names

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.webp"

    def _ensure(self, key: tuple[int, int, int], names: dict[tuple[int, int, int], str]) -> None:
        if not self._path(names[key]).is_file():
            level, column, row = key
            if level == LEVELS[0]:
                picture = self._leaf(column, row)
            else:
                picture = self._of_quarters(level, column, row, names)
            self._save(names[key], picture)
        self.done += 1
        self.progress(self.done, len(names))

    def _leaf(self, column: int, row: int) -> Image.Image:
        picture = Image.new("RGBA", (TILE, TILE))
        for (x, y), (item_id, _) in self.leaves[column, row].items():
            sprite = self._sprite(item_id)
            if sprite is not None:
                left, top = x * LEVELS[0] - column * TILE, y * LEVELS[0] - row * TILE
                picture.paste(sprite, (left + LEVELS[0] // 16, top + LEVELS[0] // 16))
        return picture

    def _sprite(self, item_id: str) -> Image.Image | None:
        side = LEVELS[0] * 7 // 8
        try:
            data, shown = self.thumbnail(item_id)
            with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
                edge = (picture.width - shown) / 2
                box = (edge, edge, picture.width - edge, picture.height - edge)
                return picture.convert("RGB").resize((side, side), Image.Resampling.LANCZOS, box)
        except (OSError, ValueError, SyntaxError) as error:
            logger.warning("%s has no place on the map: %s", item_id, error)
            return None

    def _of_quarters(
        self, level: int, column: int, row: int, names: dict[tuple[int, int, int], str]
    ) -> Image.Image:
        picture = Image.new("RGBA", (TILE, TILE))
        for x, y in _quarters(column, row):
            if name := names.get((2 * level, x, y)):
                place = (x % 2 * TILE // 2, y % 2 * TILE // 2)
                picture.paste(self._open(name).reduce(2), place)
        return picture

    def _overview(self, names: dict[tuple[int, int, int], str]) -> str:
        """One picture of all, at half the size of the last level."""
        last = [(key, name) for key, name in names.items() if key[0] == LEVELS[-1]]
        columns, rows = (max(cell[axis] for cell in self.cells) + 1 for axis in (0, 1))
        name = _name(OVERVIEW, [columns, rows, *last])
        if not self._path(name).is_file():
            picture = Image.new("RGBA", (columns * OVERVIEW, rows * OVERVIEW))
            for (_, column, row), part in last:
                picture.paste(self._open(part).reduce(2), (column * TILE // 2, row * TILE // 2))
            self._save(name, picture)
        return name

    def _open(self, name: str) -> Image.Image:
        with Image.open(self._path(name), formats=("WEBP",)) as picture:
            return picture.convert("RGBA")

    def _save(self, name: str, picture: Image.Image) -> None:
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=QUALITY, method=4)
        replace_file(self._path(name), buffer.getvalue())


def _quarters(column: int, row: int) -> list[Cell]:
    """The four tiles of the next sharper level that lie within one."""
    return [(2 * column + x, 2 * row + y) for y in (0, 1) for x in (0, 1)]


def _name(level: int, shows: object) -> str:
    content = json.dumps([RECIPE, level, TILE, QUALITY, shows])
    return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:32]
