"""The map as a file: where each product lies, and what the pictures of it are called. No Django."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recommender.errors import SimilarityError
from recommender.index.similarity_index import Manifest
from runs.files import open_regular, replace_file

FORMAT, VERSION = "lookalike map", 1
# A name of a picture, made of what the picture shows.
NAME = r"[0-9a-f]{32}"


class MapFileError(SimilarityError):
    """The file holds no map of ours."""


@dataclass(frozen=True)
class Tile:
    """A picture of a part of the map: `level` pixels a cell, the `column`th from the left."""

    level: int
    column: int
    row: int
    name: str


@dataclass(frozen=True, eq=False)
class ProductMap:
    """n products, sorted by item_id, each in a cell of its own.

    cells (n, 2) int64, (column, row); manifest, that of the index whose vectors they are; drift,
    how many products have come beside their neighbours or have left since all were laid out;
    overview, the name of the picture of all; tiles, what is sharper; regions (n,) int64, the part
    of the map that each lies in, or none in older files.
    """

    manifest: Manifest
    item_ids: tuple[str, ...]
    content_hashes: tuple[str, ...]
    cells: np.ndarray
    drift: int
    overview: str
    tiles: tuple[Tile, ...]
    regions: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.item_ids)

    @property
    def size(self) -> tuple[int, int]:
        """How many columns and rows there are."""
        columns, rows = (self.cells.max(axis=0) + 1).tolist()
        return columns, rows

    @property
    def names(self) -> set[str]:
        """What its pictures are called."""
        return {self.overview, *(tile.name for tile in self.tiles)}


def write_map(drawn: ProductMap, path: Path) -> None:
    """Puts the map in its place, in one step. Raises OSError."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "manifest": drawn.manifest.to_json(),
        "drift": drawn.drift,
        "overview": drawn.overview,
        "tiles": [[tile.level, tile.column, tile.row, tile.name] for tile in drawn.tiles],
        "item_ids": drawn.item_ids,
        "content_hashes": drawn.content_hashes,
        "cells": drawn.cells.tolist(),
    }
    if drawn.regions is not None:
        content["regions"] = drawn.regions.tolist()
    replace_file(path, json.dumps(content, separators=(",", ":")).encode())


def read_map(path: Path) -> ProductMap:
    """The map in a file; raises OSError, and MapFileError for what `write_map` did not write."""
    with open_regular(path) as file:
        data = file.read()
    try:
        return _map(json.loads(data))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise MapFileError(f"{path} is no map: {error}.") from error


def _map(content: Any) -> ProductMap:
    if content["format"] != FORMAT or content["version"] != VERSION:
        raise ValueError("it is another kind of file")
    regions = content.get("regions")
    drawn = ProductMap(
        Manifest.from_json(content["manifest"]),
        tuple(map(str, content["item_ids"])),
        tuple(map(str, content["content_hashes"])),
        np.array(content["cells"], np.int64),
        int(content["drift"]),
        str(content["overview"]),
        tuple(
            Tile(int(level), int(x), int(y), str(name)) for level, x, y, name in content["tiles"]
        ),
        None if regions is None else np.array(regions, np.int64),
    )
    _require_whole(drawn)
    return drawn


def _require_whole(drawn: ProductMap) -> None:
    count = len(drawn)
    if not count or drawn.cells.shape != (count, 2) or len(drawn.content_hashes) != count:
        raise ValueError("its lists are of different lengths")
    if drawn.regions is not None and drawn.regions.shape != (count,):
        raise ValueError("its regions are not as many as its products")
    if drawn.cells.min() < 0 or drawn.cells.max() > 100 * count:
        raise ValueError("a cell lies outside")
    if not all(re.fullmatch(NAME, name) for name in drawn.names):
        raise ValueError("a picture has a name that is none")
