"""One picture, however it was saved, and two that are not."""

import io

import pytest
from PIL import ImageDraw

from catalog.colours.cells import are_one, cells_of
from demo.shop.drawing import draw_shirt
from demo.shop.specs import make_specs


def saved(picture, kind="JPEG", **how):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def shirts():
    """Three drawn shirts, as their shop serves them."""
    return [draw_shirt(spec, side=500) for spec in make_specs(count=3)]


@pytest.mark.parametrize("how", [{"quality": 30}, {"kind": "WEBP", "quality": 50}, {"kind": "PNG"}])
def test_a_picture_saved_anew_is_one_with_it(shirts, how):
    for shirt in shirts:
        assert are_one(cells_of(saved(shirt, quality=90)), cells_of(saved(shirt, **how)))


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_so_is_a_smaller_one(shirts, share):
    for shirt in shirts:
        smaller = shirt.resize((round(share * shirt.width), round(share * shirt.height)))
        assert are_one(cells_of(saved(shirt)), cells_of(saved(smaller)))


def test_different_shirts_are_two(shirts):
    one, other, third = (cells_of(saved(shirt)) for shirt in shirts)
    assert not are_one(one, other)
    assert not are_one(other, third)
    assert not are_one(one, third)


def test_a_small_print_on_the_same_shirt_makes_it_another(shirts):
    printed = shirts[0].copy()
    ImageDraw.Draw(printed).rectangle((225, 190, 275, 240), "#c8102e")
    assert not are_one(cells_of(saved(shirts[0])), cells_of(saved(printed)))


def test_what_is_no_picture_is_refused():
    with pytest.raises(OSError, match="cannot identify"):
        cells_of(b"no picture")
