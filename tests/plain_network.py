"""VGG-16 at any width in numpy and float64, written down from the paper."""

from collections.abc import Mapping

import numpy as np

BGR_MEANS = np.array([103.939, 116.779, 123.68])


def plain_forward(arrays: Mapping[str, np.ndarray], picture: np.ndarray) -> dict[str, np.ndarray]:
    """Arrays as Keras names them, (side, side, 3) uint8 RGB -> pool5's mean, fc1, fc2; float64."""
    x = picture[..., ::-1].astype(np.float64) - BGR_MEANS
    for block, convolutions in enumerate((2, 2, 3, 3, 3), 1):
        for number in range(1, convolutions + 1):
            name = f"block{block}_conv{number}"
            kernel = arrays[f"{name}/kernel"].astype(np.float64)
            padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
            height, width = x.shape[:2]
            y = np.zeros((height, width, kernel.shape[3]))
            for row in range(3):
                for column in range(3):
                    y += padded[row : row + height, column : column + width] @ kernel[row, column]
            x = np.maximum(y + arrays[f"{name}/bias"], 0)
        height, width, channels = x.shape[0] // 2 * 2, x.shape[1] // 2 * 2, x.shape[2]
        x = x[:height, :width].reshape(height // 2, 2, width // 2, 2, channels).max(axis=(1, 3))
    found = {"pool5": x.mean(axis=(0, 1))}
    x = x.ravel()
    for name in ("fc1", "fc2"):
        x = np.maximum(x @ arrays[f"{name}/kernel"].astype(np.float64) + arrays[f"{name}/bias"], 0)
        found[name] = x
    return found
