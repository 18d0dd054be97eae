"""The mean colour of what a picture shows in its middle."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from catalog.colours.pixels import lab, middle_of
from catalog.pictures import read_thumbnail

Progress = Callable[[int, int], None]

AT_ONCE = 256


def mean_colours(item_ids: Sequence[str], progress: Progress | None = None) -> np.ndarray:
    """(n, 3) CIE L*a*b*, the means over the pictures' middles; nan where one cannot be read."""
    found: list[np.ndarray] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for start in range(0, len(item_ids), AT_ONCE):
            found += pool.map(_mean_colour, item_ids[start : start + AT_ONCE])
            if progress:
                progress(len(found), len(item_ids))
    return np.array(found).reshape(len(item_ids), 3)


def _mean_colour(item_id: str) -> np.ndarray:
    try:
        pixels = middle_of(read_thumbnail(item_id))
    except (OSError, ValueError):
        return np.full(3, np.nan)
    return np.asarray(lab(pixels.reshape(-1, 3)).mean(axis=0))
