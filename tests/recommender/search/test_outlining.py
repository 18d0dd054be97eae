"""How it is drawn what counts in a picture."""

import io

import numpy as np
import pytest
from PIL import Image

from recommender.search.outlining import RADIUS, outlined
from tests.conftest import picture_bytes


def drawn(data, shares, regions=()):
    with Image.open(io.BytesIO(outlined(data, np.array(shares, float), regions))) as picture:
        assert picture.format == "WEBP"
        return np.asarray(picture.convert("RGB")).astype(int)


def test_what_counts_keeps_its_colours_and_the_rest_is_dimmed():
    pixels = drawn(picture_bytes((200, 30, 30), (300, 300)), [[1, 0]] * 2)
    assert np.abs(pixels[150, 40] - (200, 30, 30)).max() < 12
    assert np.abs(pixels[150, 260] - (200, 30, 30)).max() > 60


def test_beside_what_is_bright_it_is_dark_and_beside_what_is_dark_it_is_light():
    bright = drawn(picture_bytes((240, 240, 240), (300, 300)), [[1, 0]] * 2)
    dark = drawn(picture_bytes((20, 20, 20), (300, 300)), [[1, 0]] * 2)
    assert bright[150, 260].max() < 120 < 150 < dark[150, 260].min()


def test_a_region_has_a_ring_of_black_and_white_and_a_number():
    plain = drawn(picture_bytes((120, 120, 120), (300, 300)), [[1, 1]] * 2)
    ringed = drawn(picture_bytes((120, 120, 120), (300, 300)), [[1, 1]] * 2, [(0.5, 0.5)])
    changed = np.abs(plain - ringed).max(axis=2) > 60
    below = ringed[150 + int(RADIUS * 300) - 4 : 150 + int(RADIUS * 300) + 6, 150]
    assert below.min() < 60
    assert below.max() > 200
    assert not changed[140:160, 140:160].any()  # what lies within stays to be seen
    assert changed[150 - int(RADIUS * 300), 150]


def test_of_a_long_picture_the_ring_lies_where_the_network_looked():
    """Of 600 × 200 the middle 510 are looked at: a quarter of them lies at 45 + 127.5."""
    pixels = drawn(picture_bytes((120, 120, 120), (600, 200)), [[1, 1]] * 2, [(0.5, 0.25)])
    ring = np.abs(pixels - 120).max(axis=2)[90:110, 100:250] > 60
    assert 100 + np.nonzero(ring)[1].mean() == pytest.approx(172.5, abs=3)


def test_what_is_no_picture_is_an_error():
    with pytest.raises(OSError):
        outlined(b"none", np.ones((2, 2)), [])
