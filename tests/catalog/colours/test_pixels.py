"""Colours by the numbers of the standard."""

import numpy as np
import pytest

from catalog.colours.pixels import lab


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [((255, 255, 255), (100, 0, 0)), ((0, 0, 0), (0, 0, 0)), ((255, 0, 0), (53.24, 80.09, 67.2)),
     ((0, 0, 255), (32.3, 79.19, -107.86)), ((119, 119, 119), (50.03, 0, 0))],
)  # fmt: skip
def test_lab_is_what_the_standard_says(rgb, expected):
    """The values of published tables for sRGB under D65."""
    assert lab(np.array([rgb]))[0] == pytest.approx(expected, abs=0.05)
