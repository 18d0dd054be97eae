"""The colours of a picture's middle, as few numbers. No Django.

A histogram over CIE L*a*b* (1976), in which equal steps look about equally large. Each pixel is
shared out among the nearest bins, so that a small change of colour is a small change of numbers.
"""

import numpy as np

from catalog.colours.pixels import lab, middle_of

# Bins of lightness, green to red, blue to yellow: the middles of the first and last, and how many.
BINS = ((15.0, 85.0, 3), (-45.0, 45.0, 4), (-45.0, 45.0, 4))
COLOURS = 48


def colours_of(data: bytes) -> np.ndarray:
    """The bytes of a picture -> (48,) float32: the roots of the shares of its middle's colours.

    Their squares add up to 1, so that the euclidean distance of two is Hellinger's, times √2.
    Raises OSError or ValueError when Pillow cannot read the bytes.
    """
    pixels = middle_of(data)
    roots: np.ndarray = np.sqrt(histogram(lab(pixels.reshape(-1, 3))))
    return roots.astype(np.float32)


def histogram(colours: np.ndarray) -> np.ndarray:
    """(n, 3) L*a*b* -> (48,) shares that add up to 1; each pixel lies between two bins a way."""
    weights, places = np.ones((len(colours), 1)), np.zeros((len(colours), 1), np.int64)
    for values, (first, last, count) in zip(colours.T, BINS, strict=True):
        at = np.clip((values - first) / (last - first) * (count - 1), 0, count - 1)
        low = np.minimum(at.astype(np.int64), count - 2)
        high_share = (at - low)[:, None]
        weights = np.hstack([weights * (1 - high_share), weights * high_share])
        places = np.hstack([places * count + low[:, None], places * count + low[:, None] + 1])
    found = np.bincount(places.ravel(), weights.ravel(), minlength=COLOURS)
    return np.asarray(found / len(colours))
