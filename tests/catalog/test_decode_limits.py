"""What decoding a picture would cost, asked before any of it is decoded."""

import io
import struct
import threading

import pytest
from PIL import Image

from catalog import decode_limits
from catalog.decode_limits import (
    MAX_PIXELS,
    MAX_SCANS,
    PixelLimit,
    TooCostly,
    refuse_costly,
    refuse_large_inside,
    shrink_while_decoding,
)
from tests.conftest import picture_bytes


def opened(data):
    return Image.open(io.BytesIO(data))


def png_header(width, height):
    """A PNG that says how large it is, and holds nothing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + b"\0\0\0\0"


class Claim(Image.Image):
    """A picture that was opened and claims a size."""

    def __init__(self, width, height, kind="PNG", **info):
        super().__init__()
        self._size, self.format = (width, height), kind
        self.info.update(info)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_a_shop_s_picture_costs_little(kind):
    data = picture_bytes("red", (800, 600), kind)
    refuse_costly(opened(data), data)
    refuse_large_inside(data)


def test_a_picture_may_have_so_many_pixels_and_not_one_row_more():
    refuse_costly(Claim(MAX_PIXELS // 1000, 1000), b"")
    with pytest.raises(TooCostly, match="51 million pixels are too many; the limit is 50"):
        refuse_costly(Claim(51_000, 1000), b"")


def test_formats_that_are_decoded_with_more_memory_may_be_less_large():
    for kind, info in (("WEBP", {}), ("AVIF", {}), ("JPEG2000", {}), ("JPEG", {"progressive": 1})):
        with pytest.raises(TooCostly):
            refuse_costly(Claim(49_000, 1000, kind, **info), b"")
        refuse_costly(Claim(19_000, 1000, kind, **info), b"")


def test_a_jpeg_in_many_steps_is_refused():
    few = b"\xff\xd8" + b"\xff\xda" * MAX_SCANS
    refuse_costly(Claim(100, 100, "JPEG"), few)
    with pytest.raises(TooCostly, match="in 201 scans"):
        refuse_costly(Claim(100, 100, "JPEG"), few + b"\xff\xda")
    with pytest.raises(TooCostly, match="40 million pixels in 30 scans"):
        refuse_costly(Claim(40_000, 1000, "JPEG"), b"\xff\xd8" + b"\xff\xda" * 30)
    refuse_costly(Claim(100, 100), b"\x89PNG" + b"\xff\xda" * 999)  # no JPEG has these


def test_a_file_that_holds_a_larger_picture_than_it_says_is_refused():
    icon = b"\0\0\1\0\1\0\x10\x10\0\0" + png_header(30_000, 30_000)
    with pytest.raises(TooCostly, match="900 million pixels inside"):
        refuse_large_inside(icon)
    refuse_large_inside(b"\0\0\1\0\1\0\x10\x10\0\0" + png_header(256, 256))
    refuse_large_inside(png_header(30_000, 30_000))  # judged when it is opened
    for data in (b"", b"\0\0\1\0", b"icns", b"icnsIHDR\0\0"):
        refuse_large_inside(data)


def test_a_jpeg_is_decoded_at_a_fraction_of_its_size():
    data = picture_bytes("red", (1600, 1600))
    picture = opened(data)
    shrink_while_decoding(picture, data, 400)
    assert picture.size == (400, 400)
    other = opened(picture_bytes("red", (1600, 1200), "PNG"))
    shrink_while_decoding(other, b"", 400)
    assert other.size == (1600, 1200)  # a PNG cannot


def test_slow_decoders_may_decode_little(monkeypatch):
    data = picture_bytes("red", (300, 300), "PPM")
    picture = opened(data)
    picture.tile = [("slow", (0, 0, 300, 300), 0, ())]
    monkeypatch.setitem(Image.DECODERS, "slow", object)
    refuse_costly(picture, data)
    monkeypatch.setattr(decode_limits, "MAX_PIXELS_IN_PYTHON", 300 * 300 - 1)
    with pytest.raises(TooCostly, match="slow to decode"):
        refuse_costly(picture, data)


@pytest.fixture
def limit_of_the_program(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 123)


def test_pillows_limit_is_ours_within_and_the_programs_afterwards(limit_of_the_program):
    def fail():
        with PixelLimit():
            assert Image.MAX_IMAGE_PIXELS == MAX_PIXELS
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert Image.MAX_IMAGE_PIXELS == 123


def test_the_last_of_several_readers_puts_the_programs_back(limit_of_the_program):
    limit, inside, may_go = PixelLimit(), threading.Event(), threading.Event()

    def read():
        with limit:
            inside.set()
            may_go.wait(10)

    reader = threading.Thread(target=read)
    reader.start()
    assert inside.wait(10)
    with limit:
        pass
    assert Image.MAX_IMAGE_PIXELS == MAX_PIXELS
    may_go.set()
    reader.join()
    assert Image.MAX_IMAGE_PIXELS == 123
