"""Where a tile cuts a picture: there where the least is lost of what the network looks at.

Pure: no Django, no files.
"""

import numpy as np

from catalog.framing import SHAPE
from recommender.embedders.pictures import frame

# Parts that hold nearly as much as the best; of these the middle one is taken.
NEARLY = 0.995
# Places that are tried: each a twentieth of the way, as pages have a class for each.
STEP = 5


def focus_of(attention: np.ndarray, width: int, height: int) -> int:
    """CSS's object-position for a picture of so many pixels in a tile: 0 to 100, by fives.

    `attention`: (side, side), not negative, how much the network makes of each place of what it
    looks at.
    """
    left, top, right, bottom = frame(width, height)
    is_wide = width > SHAPE * height
    begin, end, whole = (left, right, width) if is_wide else (top, bottom, height)
    shown = SHAPE * height if is_wide else width / SHAPE
    sums = np.cumsum((attention - attention.min()).sum(axis=0 if is_wide else 1))
    edges = np.linspace(begin, end, len(sums) + 1)
    places = np.arange(0, 101, STEP)
    starts = (whole - shown) * places / 100
    before, behind = (np.interp(at, edges, [0, *sums]) for at in (starts, starts + shown))
    held = behind - before
    best = places[held >= NEARLY * held.max()]
    return int(best[len(best) // 2])
