import io

import numpy as np
import pytest
from PIL import Image

from recommender.embedders.contract import UndecodablePicture
from recommender.embedders.pictures import Preprocessing, frame

VGG = Preprocessing(224, "bgr", (103.939, 116.779, 123.68))


def as_png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("side", [112, 224])
def test_a_picture_becomes_a_square_of_rgb(side):
    seen = Preprocessing(side, "rgb", (0, 0, 0))
    pixels = seen.decode(as_png(Image.new("RGB", (250, 250), (10, 20, 30))))
    assert pixels.shape == (side, side, 3)
    assert pixels.dtype == np.uint8
    assert (pixels == (10, 20, 30)).all()


def test_vgg16_gets_blue_green_red_less_the_imagenet_means():
    pixels = np.full((1, 224, 224, 3), (10, 20, 30), np.uint8)
    expected = np.array([30 - 103.939, 20 - 116.779, 10 - 123.68], np.float32)
    np.testing.assert_allclose(VGG.to_input(pixels)[0, 5, 7], expected, rtol=1e-6)


def test_a_deviation_scales_each_channel():
    seen = Preprocessing(2, "rgb", (127, 127, 127), (128, 64, 32))
    pixels = np.full((2, 2, 3), 255, np.uint8)
    np.testing.assert_array_equal(seen.to_input(pixels)[1, 1], np.array([1, 2, 4], np.float32))
    assert seen.to_input(pixels).dtype == np.float32


def test_recipes_that_differ_have_ids_that_differ():
    recipes = [
        VGG,
        Preprocessing(260, "bgr", (103.939, 116.779, 123.68)),
        Preprocessing(224, "rgb", (103.939, 116.779, 123.68)),
        Preprocessing(224, "bgr", (103.939, 116.779, 123)),
        Preprocessing(224, "bgr", (103.939, 116.779, 123.68), (1, 1, 2)),
    ]
    assert len({recipe.id for recipe in recipes}) == len(recipes)


@pytest.mark.parametrize("data", [b"", b"<html>", as_png(Image.new("RGB", (64, 64)))[:-30]])
def test_bytes_that_are_no_whole_picture_are_refused(data):
    with pytest.raises(UndecodablePicture):
        VGG.decode(data)


def test_a_square_picture_is_seen_whole():
    assert frame(250, 250) == (0, 0, 250, 250)


def test_a_little_too_long_is_cropped_to_the_square():
    assert frame(400, 360) == (20, 0, 380, 360)
    assert frame(360, 400) == (0, 20, 360, 380)


def test_at_most_fifteen_percent_are_cropped_and_the_rest_is_stretched():
    assert frame(400, 100) == (30, 0, 370, 100)
    assert frame(100, 400) == (0, 30, 100, 370)


def test_the_sides_of_a_wide_picture_are_cropped_before_it_is_stretched():
    picture = Image.new("RGB", (400, 100), "white")
    picture.paste("red", (0, 0, 30, 100))
    picture.paste("black", (30, 0, 200, 100))
    pixels = VGG.decode(as_png(picture))
    assert pixels[:, 2:110].max() == 0
    assert pixels[:, 114:].min() == 255
