"""A picture's colours as few numbers."""

import numpy as np
import pytest

from catalog.colours.mixture import colours_of, histogram
from tests.conftest import picture_bytes


def test_a_histogram_adds_up_and_moves_little_with_the_colour():
    one, near, far = (histogram(np.array([[50.0, a, 0.0]])) for a in (0.0, 1.0, 40.0))
    assert one.sum() == pytest.approx(1)
    assert np.abs(one - near).sum() < 0.1 < np.abs(one - far).sum()


def test_the_middle_of_a_picture_counts_whatever_its_kind_or_size():
    red = colours_of(picture_bytes((200, 10, 10), size=(80, 60)))
    again = colours_of(picture_bytes((200, 10, 10), size=(500, 400), kind="PNG"))
    blue = colours_of(picture_bytes((10, 10, 200)))
    assert red.shape == (48,)
    assert np.linalg.norm(red) == pytest.approx(1, abs=1e-5)
    assert np.abs(red - again).max() < 0.05
    assert np.linalg.norm(red - blue) > 1
