"""The table of colours named by eye, and the photos that it speaks of."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.thumbnails import make_picture

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
HERE, SHARED = ROOT / "tests" / "photos", ROOT.parent / "shared" / "photos"


def _rows() -> list[dict[str, str]]:
    with (FOLDER / "named_by_eye.csv").open(newline="") as file:
        return list(csv.DictReader(file))


TRUTH = {row["item_id"]: tuple(filter(None, (row["colour"], row["second"]))) for row in _rows()}
# Named after the borders between names had been set by the others.
CHECK = {row["item_id"] for row in _rows() if row["use"] == "check"}

Photo = tuple[tuple[str, ...], bytes]


def here() -> list[Photo]:
    """The photos in tests/photos: their colours, and the pictures as the catalogue keeps them."""
    return _photos(HERE, set(TRUTH))


def photos(*, of_check: bool = False) -> list[Photo]:
    """All the photos, or those of the check alone; skips where they are not."""
    if not SHARED.is_dir():
        pytest.skip("the 3,409 photos are not at ../shared/photos")
    return _photos(SHARED, CHECK if of_check else set(TRUTH))


def _photos(folder: Path, wanted: set[str]) -> list[Photo]:
    files = {path.stem: path for path in sorted(folder.glob("*/*.jpg"))}
    return [
        (colours, make_picture(files[item_id].read_bytes()))
        for item_id, colours in TRUTH.items()
        if item_id in files and item_id in wanted
    ]


def right(found: list[Photo], name: Callable[[bytes], tuple[str, ...]]) -> float:
    """The share of photos whose first name is one that a person would give."""
    return sum(name(data)[0] in colours for colours, data in found) / len(found)
