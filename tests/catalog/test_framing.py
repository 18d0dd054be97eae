"""Pictures in the tile's shape: four wide, five high, and the product whole."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from catalog.framing import SHAPE, framed, tile, window
from demo.shop.drawing import draw_shirt
from demo.shop.specs import make_specs
from tests.conftest import picture_bytes
from tests.shirts import outline


def product(size, box, backdrop=(240, 240, 238), colour=(180, 20, 30)) -> Image.Image:
    picture = Image.new("RGB", size, backdrop)
    ImageDraw.Draw(picture).rectangle(box, colour)
    return picture


def reds(picture) -> int:
    """How many pixels the product takes."""
    pixels = np.asarray(picture).astype(int)
    return int((pixels[..., 0] - pixels[..., 1] > 80).sum())


@pytest.mark.parametrize("spec", make_specs(seed=11, count=40), ids=lambda spec: spec.item_id)
def test_every_drawn_shirt_is_whole_in_its_tile(spec):
    left, top, right, bottom = outline(spec, 200)
    part = window(draw_shirt(spec, 200))
    assert part is not None
    assert part[0] <= left
    assert part[1] <= top
    assert part[2] >= right
    assert part[3] >= bottom


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((400, 400), (10, 100, 390, 300)),  # as wide as its square
        ((500, 200), (20, 20, 480, 180)),  # far wider than a tile
        ((200, 500), (20, 10, 180, 490)),  # far higher than one
        ((400, 400), (10, 100, 120, 300)),  # at the side
        ((500, 333), (350, 50, 490, 300)),
    ],
)
def test_a_product_before_a_plain_backdrop_is_whole_and_of_the_tiles_shape(size, box):
    picture = product(size, box)
    seen = framed(picture)
    assert seen.width / seen.height == pytest.approx(SHAPE, abs=0.01)
    assert reds(seen) == reds(picture)


def test_the_backdrop_goes_on_without_a_seam():
    seen = np.asarray(framed(product((500, 250), (20, 20, 480, 230)))).astype(int)
    assert np.abs(seen[:, 0] - (240, 240, 238)).max() <= 2, "no bar of another colour"


def test_at_an_edge_that_the_product_touches_nothing_goes_on():
    picture = product((400, 400), (10, 100, 390, 399))
    assert window(picture) == (0, -100, 400, 400)


def test_what_stands_before_anything_but_a_plain_backdrop_is_left_as_it_is():
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    assert framed(Image.fromarray(noise)).size == (300, 200)
    assert framed(Image.new("RGB", (300, 200), "white")).size == (300, 200), "there is no product"


@pytest.mark.parametrize(("size", "expected"), [((500, 400), (250, 200)), ((300, 500), (160, 267))])
def test_a_tile_is_covered_with_no_more_pixels_than_it_needs(size, expected):
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    with Image.open(io.BytesIO(tile(buffer.getvalue(), 160))) as made:
        assert made.size == expected


def test_a_small_picture_is_not_enlarged():
    with Image.open(io.BytesIO(tile(picture_bytes("navy", size=(80, 60)), 500))) as made:
        assert made.size == (80, 60)
