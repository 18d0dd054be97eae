"""The colours of a picture's middle, as few numbers; and distances that mind them.

A histogram over CIE L*a*b* (1976), in which equal steps look about equally large. Each pixel is
shared out among the nearest bins, so that a small change of colour is a small change of numbers.
"""

import io

import numpy as np
from PIL import Image

from recommender.index.metrics import Metric, distances, fixed

# Bins of lightness, green to red, blue to yellow: the middles of the first and last, and how many.
BINS = ((15.0, 85.0, 3), (-45.0, 45.0, 4), (-45.0, 45.0, 4))
COLOURS = 48
# How much of width and height is looked at, and how many pixels a side.
MIDDLE, SIDE = 0.6, 48
# Linear sRGB to CIE XYZ, relative to the white D65: IEC 61966-2-1.
_TO_XYZ = np.array(
    [
        [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
        [0.2126, 0.7152, 0.0722],
        [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
    ]
)


def colours_of(data: bytes) -> np.ndarray:
    """The bytes of a picture -> (48,) float32: the roots of the shares of its middle's colours.

    Their squares add up to 1, so that the euclidean distance of two is Hellinger's, times √2.
    Raises OSError or ValueError when Pillow cannot read the bytes.
    """
    with Image.open(io.BytesIO(data)) as picture:
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded smaller, which is quicker
        rgb = picture.convert("RGB")
        width, height = rgb.size
        left, top = (1 - MIDDLE) / 2 * width, (1 - MIDDLE) / 2 * height
        box = (left, top, width - left, height - top)
        pixels = np.asarray(rgb.resize((SIDE, SIDE), Image.Resampling.BOX, box))
    return np.sqrt(histogram(lab(pixels.reshape(-1, 3)))).astype(np.float32)


def lab(pixels: np.ndarray) -> np.ndarray:
    """(n, 3) sRGB of 0 to 255 -> (n, 3) CIE L*a*b*."""
    share = pixels.astype(np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


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


def fused(
    metric: Metric,
    share: float,
    vector: np.ndarray,
    colours: np.ndarray,
    others: tuple[np.ndarray, np.ndarray],
    scales: tuple[float, float],
) -> np.ndarray:
    """Distances that mind colour by `share`, 0 to 1, of a query to each of n rows: (n,) float64.

    (1 − share) · d(vectors) / s(vectors) + share · d(colours) / s(colours), where d is the metric's
    distance, and s that of a random pair of the catalogue: so both blocks weigh alike. `others`
    are the rows' (n, d) vectors and (n, 48) colours, `scales` the two s.
    """
    total = np.zeros(len(others[0]))
    blocks = ((1 - share, vector, others[0], scales[0]), (share, colours, others[1], scales[1]))
    for weight, one, rows, scale in blocks:
        if weight > 0 and scale > 0:
            total += weight / scale * distances(metric, fixed(one, np.float32), rows)
    return total
