"""Whether two products show one picture, as their kept pictures tell pixel by pixel."""

import logging
from collections.abc import Sequence

import numpy as np

from catalog.colours.cells import are_one, cells_of
from catalog.pictures import read_further, read_picture

logger = logging.getLogger(__name__)

# A product, and the hashes of its further pictures.
Shown = tuple[str, Sequence[str]]


class Seen:
    """Products' pictures, each read once, and kept as 1.5 KB."""

    def __init__(self) -> None:
        self._cells: dict[str, list[np.ndarray]] = {}

    def show_one(self, one: Shown, other: Shown) -> bool:
        """Whether any picture of the one is any of the other's; what cannot be read is none."""
        theirs = self._of(other)
        return any(are_one(mine, cells) for mine in self._of(one) for cells in theirs)

    def _of(self, shown: Shown) -> list[np.ndarray]:
        item_id = shown[0]
        if item_id not in self._cells:
            found = (_cells(item_id, content_hash) for content_hash in ("", *shown[1]))
            self._cells[item_id] = [cells for cells in found if cells is not None]
        return self._cells[item_id]


def _cells(item_id: str, further: str) -> np.ndarray | None:
    try:
        return cells_of(read_further(item_id, further) if further else read_picture(item_id))
    except (OSError, ValueError) as error:
        logger.info("%s: a picture cannot be compared: %s", item_id, error)
        return None
