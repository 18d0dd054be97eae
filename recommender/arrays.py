"""How arrays are handed to kernels."""

import numpy as np


def fixed(array: np.ndarray, dtype: type) -> np.ndarray:
    """A read-only view in C order, so that each kernel is compiled for one kind of array only."""
    view = np.ascontiguousarray(array, dtype).view(np.ndarray)
    view.flags.writeable = False
    return view
