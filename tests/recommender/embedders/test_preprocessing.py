import io

import numpy as np
import pytest
from PIL import Image

from recommender.embedders.contract import UndecodablePicture
from recommender.embedders.networks.preprocessing import decode, to_network_input


def as_png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("side", [112, 224])
def test_a_picture_becomes_a_square_of_rgb(side):
    pixels = decode(as_png(Image.new("RGB", (250, 250), (10, 20, 30))), side)
    assert pixels.shape == (side, side, 3)
    assert pixels.dtype == np.uint8
    assert (pixels == (10, 20, 30)).all()


def test_the_network_gets_blue_green_red_less_the_imagenet_means():
    pixels = np.full((1, 224, 224, 3), (10, 20, 30), np.uint8)
    expected = np.array([30 - 103.939, 20 - 116.779, 10 - 123.68], np.float32)
    np.testing.assert_allclose(to_network_input(pixels)[0, 5, 7], expected, rtol=1e-6)


def test_a_wide_picture_is_stretched_not_cropped():
    picture = Image.new("RGB", (400, 100), "white")
    picture.paste("black", (0, 0, 200, 100))
    pixels = decode(as_png(picture), 224)
    assert pixels[:, :100].max() == 0
    assert pixels[:, 124:].min() == 255


@pytest.mark.parametrize("data", [b"", b"<html>", as_png(Image.new("RGB", (64, 64)))[:-30]])
def test_bytes_that_are_no_whole_picture_are_refused(data):
    with pytest.raises(UndecodablePicture):
        decode(data, 224)
