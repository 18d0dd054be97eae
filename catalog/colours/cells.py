"""Whether two pictures are one, by their pixels: the same photo, however it was saved. No Django.

A network gives two shirts of one design vectors as near as those of a picture and its copy saved
with little quality. Their colours, place by place, differ at once.
"""

import io

import numpy as np
from PIL import Image

from catalog.colours.pixels import lab

# Cells a side, and how far two may be apart in CIE L*a*b* (1976). Of a picture saved anew (JPEG at
# 30, WebP at 50, half the size) all stay within 4.6; of different shirts one is 24 apart or more.
SIDE, FARTHEST = 16, 6.0


def cells_of(data: bytes) -> np.ndarray:
    """The bytes of a picture -> (256, 3) float16: the mean L*a*b* of its parts, row by row.

    Raises OSError or ValueError when Pillow cannot read the bytes.
    """
    with Image.open(io.BytesIO(data)) as picture:  # in full: decoded smaller, copies would differ
        pixels = np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))
    return lab(pixels.reshape(-1, 3)).astype(np.float16)


def are_one(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether no cell of the one is farther from that of the other than copies are."""
    apart = np.linalg.norm(one.astype(np.float32) - other.astype(np.float32), axis=1)
    return bool(apart.max() <= FARTHEST)
