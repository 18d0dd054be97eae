"""VGG-16 at any width, to fc2, in numpy and float64, written down from the paper."""

from collections.abc import Sequence

import numpy as np

from recommender.embedders.networks.preprocessing import to_network_input


def plain_forward(weights: Sequence[np.ndarray], picture: np.ndarray) -> np.ndarray:
    """Kernels and biases in order, (side, side, 3) uint8 RGB -> (d,) float64."""
    x = to_network_input(picture[None])[0].astype(np.float64)
    arrays = iter(weights)
    for convolutions in (2, 2, 3, 3, 3):
        for _ in range(convolutions):
            kernel, bias = next(arrays).astype(np.float64), next(arrays)
            padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
            height, width = x.shape[:2]
            y = np.zeros((height, width, kernel.shape[3]))
            for row in range(3):
                for column in range(3):
                    y += padded[row : row + height, column : column + width] @ kernel[row, column]
            x = np.maximum(y + bias, 0)
        height, width, channels = x.shape[0] // 2 * 2, x.shape[1] // 2 * 2, x.shape[2]
        x = x[:height, :width].reshape(height // 2, 2, width // 2, 2, channels).max(axis=(1, 3))
    x = x.ravel()
    for _ in range(2):
        x = np.maximum(x @ next(arrays).astype(np.float64) + next(arrays), 0)
    return x
