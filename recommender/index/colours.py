"""The colours of a picture's middle, as few numbers; and distances that mind them.

A histogram over CIE L*a*b* (1976), in which equal steps look about equally large. Each pixel is
shared out among the nearest bins, so that a small change of colour is a small change of numbers.
"""

import numpy as np

from catalog.colours import lab, middle_of
from recommender.index.distances import distances, fixed
from recommender.index.metrics import Metric

# Bins of lightness, green to red, blue to yellow: the middles of the first and last, and how many.
BINS = ((15.0, 85.0, 3), (-45.0, 45.0, 4), (-45.0, 45.0, 4))
COLOURS = 48


def colours_of(data: bytes) -> np.ndarray:
    """The bytes of a picture -> (48,) float32: the roots of the shares of its middle's colours.

    Their squares add up to 1, so that the euclidean distance of two is Hellinger's, times √2.
    Raises OSError or ValueError when Pillow cannot read the bytes.
    """
    pixels = middle_of(data)
    return np.sqrt(histogram(lab(pixels.reshape(-1, 3)))).astype(np.float32)


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
