"""What is known of a drawn shirt: where its outline lies."""

import random

import numpy as np

from demo.shop import drawing
from demo.shop.colours import fabric
from demo.shop.specs import ShirtSpec


def outline(spec: ShirtSpec, side: int) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the garment in its picture, in pixels."""
    rng = random.Random(spec.seed)
    fabric(spec.colour, rng)
    garment = drawing._masks(drawing._pose(rng), rng, side)["all"] > 0.5
    rows, columns = np.flatnonzero(garment.any(axis=1)), np.flatnonzero(garment.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
