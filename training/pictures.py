"""Pictures with labels: photos of a folder, and shirts that the demo shop's code draws."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from catalog.demo_shop.colours import COLOURS
from catalog.demo_shop.drawing import VERSION, draw_shirt
from catalog.demo_shop.motifs import MOTIFS
from catalog.demo_shop.specs import ShirtSpec, make_specs
from catalog.demo_shop.textures import TEXTURES
from catalog.thumbnails import BadPicture, make_thumbnail
from recommender.embedders.preprocessing import decode

DESIGNS = (*MOTIFS, *TEXTURES, "lettering", "plain")
FABRICS = tuple(COLOURS)
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
# Half as long a side as the shop draws, and a fifth of the time; the thumbnails look the same.
DRAWN_SIDE = 300


@dataclass(frozen=True)
class Photos:
    """n photos: pixels (n, side, side, 3) uint8 RGB; category (n,) int; validation (n,) bool."""

    pixels: np.ndarray
    category: np.ndarray
    validation: np.ndarray
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Shirts:
    """n drawn shirts: pixels (n, side, side, 3) uint8 RGB; design and fabric (n,) int."""

    pixels: np.ndarray
    design: np.ndarray
    fabric: np.ndarray


def read_photos(folder: Path, side: int, cache: Path) -> Photos:
    """Photos with a category each, made smaller as the program makes its thumbnails.

    `folder` holds products.csv (item_id, category, split) beside folders named by category; or
    such folders alone, and then one photo in ten, by its name's hash, is for validation.
    """
    rows = list(listed_photos(folder))
    if not rows:
        raise SystemExit(f"{folder}: no pictures in folders named by their category.")
    paths = [path for path, _, _ in rows]
    categories = tuple(sorted({category for _, category, _ in rows}))
    key = "\n".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in paths)
    pixels = _cached(cache, f"photos {side} {key}", partial(_all, _photo, side, paths, "Photos"))
    sound = pixels.any(axis=(1, 2, 3))
    category = np.array([categories.index(category) for _, category, _ in rows])
    validation = np.array([split == "validation" for _, _, split in rows])
    return Photos(pixels[sound], category[sound], validation[sound], categories)


def draw_shirts(seed: int, count: int, side: int, cache: Path) -> Shirts:
    """`count` shirts of the demo shop's kind, the same for the same seed, as thumbnails."""
    specs = make_specs(seed, count)
    key = f"shirts {VERSION} {seed} {count} {side}"
    pixels = _cached(cache, key, partial(_all, _shirt, side, specs, "Shirts"))
    design = np.array([DESIGNS.index(spec.design) for spec in specs])
    fabric = np.array([FABRICS.index(spec.colour) for spec in specs])
    return Shirts(pixels, design, fabric)


def listed_photos(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Path, category and split ("train" or "validation") of every photo of a folder."""
    table = folder / "products.csv"
    if table.is_file():
        with table.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                path = folder / row["category"] / f"{row['item_id']}.jpg"
                yield path, row["category"], row["split"]
        return
    for path in sorted(folder.glob("*/*")):
        if path.suffix.lower() in ENDINGS:
            held_out = hashlib.sha256(path.name.encode()).digest()[0] % 10 == 0
            yield path, path.parent.name, "validation" if held_out else "train"


def _cached(cache: Path, key: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    path = cache / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.save(file, make())
        unfinished.replace(path)
    return np.asarray(np.load(path))


def _all(
    work: Callable[[int, Any], np.ndarray], side: int, items: Iterable[Any], title: str
) -> np.ndarray:
    todo = list(items)
    with ProcessPoolExecutor() as pool:
        done = pool.map(partial(work, side), todo, chunksize=16)
        return np.stack(list(tqdm(done, title, total=len(todo), unit=" pictures", disable=None)))


def _photo(side: int, path: Path) -> np.ndarray:
    """The photo's thumbnail; all zeros, which no photo is, when it cannot be read."""
    try:
        return decode(make_thumbnail(path.read_bytes()), side)
    except (BadPicture, OSError):
        return np.zeros((side, side, 3), np.uint8)


def _shirt(side: int, spec: ShirtSpec) -> np.ndarray:
    drawn = draw_shirt(spec, DRAWN_SIDE)
    return np.asarray(drawn.resize((side, side), Image.Resampling.BILINEAR))
