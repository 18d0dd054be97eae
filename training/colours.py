"""Which colours a picture's middle shows, in words that people use."""

import numpy as np
from skimage.color import rgb2lab

# The eleven basic colour terms of English (Berlin and Kay, 1969), each by an sRGB colour of cloth.
FAMILIES = {
    "black": (25, 25, 28),
    "white": (240, 240, 238),
    "grey": (140, 140, 142),
    "red": (185, 35, 40),
    "orange": (230, 120, 45),
    "yellow": (240, 205, 70),
    "green": (55, 125, 70),
    "blue": (45, 85, 165),
    "purple": (110, 65, 145),
    "pink": (235, 150, 180),
    "brown": (105, 70, 45),
}


def colour_shares(pixels: np.ndarray) -> np.ndarray:
    """(n, side, side, 3) uint8 RGB -> (n, 11) float32: how much of the central half is of each.

    Every pixel counts for the family that is nearest in CIELAB.
    """
    side = pixels.shape[1]
    middle = slice(side // 4, side - side // 4)
    families = rgb2lab(np.array(list(FAMILIES.values()), np.uint8)[None])[0]
    shares = np.zeros((len(pixels), len(families)), np.float32)
    for picture, share in zip(pixels[:, middle, middle], shares, strict=True):
        lab = rgb2lab(picture[::2, ::2]).reshape(-1, 1, 3)
        nearest = ((lab - families) ** 2).sum(axis=-1).argmin(axis=1)
        share[:] = np.bincount(nearest, minlength=len(families)) / len(nearest)
    return shares
