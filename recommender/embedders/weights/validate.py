"""Whether arrays are what a network needs: names, shapes, numbers that can be weights."""

from collections.abc import Mapping

import numpy as np

from recommender.embedders.graph import Arrays
from recommender.embedders.weights.errors import WeightsRefused


def checked(
    arrays: Arrays, shapes: Mapping[str, tuple[int, ...]], file: str
) -> dict[str, np.ndarray]:
    """The arrays in the network's order, float32. Raises WeightsRefused, which names the array."""
    return {name: _checked(name, arrays.get(name), shape, file) for name, shape in shapes.items()}


def _checked(name: str, array: np.ndarray | None, shape: tuple[int, ...], file: str) -> np.ndarray:
    if array is None or array.shape != shape:
        found = "none" if array is None else f"{array.shape}"
        raise WeightsRefused(f"{file}: {name}: expected {shape}, found {found}.")
    if array.dtype.kind != "f":
        raise WeightsRefused(f"{file}: {name}: expected floats, found {array.dtype}.")
    array = np.ascontiguousarray(array, np.float32)
    if not np.isfinite(array).all():
        raise WeightsRefused(f"{file}: {name}: expected numbers, found some that are none.")
    if name.endswith("/kernel") and (array == array.flat[0]).all():
        raise WeightsRefused(
            f"{file}: {name}: expected weights, found {array.flat[0]:g} in every place."
        )
    return array
