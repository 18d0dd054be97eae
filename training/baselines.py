"""What there was before networks: edges and colours. (Dalal and Triggs, 2005, for HOG.)"""

from concurrent.futures import ProcessPoolExecutor

import numpy as np
from skimage.color import rgb2gray, rgb2lab
from skimage.feature import hog

# Bins of lightness, green–red and blue–yellow.
BINS, RANGES = (4, 6, 6), ((0, 100), (-80, 80), (-80, 80))
GRID = 3


def hog_and_lab(pixels: np.ndarray) -> np.ndarray:
    """(n, 112, 112, 3) uint8 RGB -> (n, 2596) float32: HOG beside a 3×3 grid of Lab histograms.

    Each of the two is made of length 1, so that they weigh alike in the cosine.
    """
    with ProcessPoolExecutor() as pool:
        return np.stack(list(pool.map(_described, pixels, chunksize=32)))


def _described(picture: np.ndarray) -> np.ndarray:
    edges = hog(rgb2gray(picture), 9, (16, 16), (2, 2), feature_vector=True)
    lab = rgb2lab(picture)
    side = len(picture) // GRID
    cells = [
        np.histogramdd(lab[row : row + side, column : column + side].reshape(-1, 3), BINS, RANGES)[
            0
        ].ravel()
        for row in range(0, side * GRID, side)
        for column in range(0, side * GRID, side)
    ]
    colours = np.sqrt(np.concatenate(cells))
    parts = [part / max(float(np.linalg.norm(part)), 1e-12) for part in (edges, colours)]
    return np.concatenate(parts).astype(np.float32)
