"""Every depth and colour space comes out with the brightness that a viewer shows."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catalog import thumbnails
from catalog.thumbnails import BadPicture, make_pictures
from tests.catalog.hostile_pictures import header, png, saved

SIZE = (40, 30)


@pytest.fixture(autouse=True)
def of_one_colour(monkeypatch):
    """Small pictures of one colour hold a place, as a rule; here they show what is asked."""
    monkeypatch.setattr(thumbnails, "SMALL", thumbnails.PLACEHOLDER)


def middle(data: bytes) -> tuple[int, ...]:
    with Image.open(io.BytesIO(make_pictures(data).picture)) as picture:
        return tuple(np.asarray(picture)[15, 20].tolist())


def near(found, wanted, within=3) -> bool:
    return bool(np.abs(np.subtract(found, wanted)).max() <= within)


def grey(value, dtype) -> Image.Image:
    return Image.fromarray(np.full(SIZE[::-1], value, dtype))


COMPRESSIONS = [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (49152, "<u2"),
        (49152, ">u2"),
        (192, np.int32),  # 8 bits in 32
        (49152, np.int32),  # 16 bits in 32
        (3 * 2**29, np.int32),
        (0.75, np.float32),
        (191.5, np.float32),
        (49152.0, np.float32),
    ],
)
def test_three_quarters_are_as_bright_in_every_depth(value, dtype, compression):
    assert near(middle(saved(grey(value, dtype), "TIFF", compression=compression)), [192] * 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG2000", "PPM"])
def test_sixteen_bits_keep_their_brightness_in_every_kind(kind):
    assert near(middle(saved(grey(49152, "<u2"), kind)), [192] * 3)
    assert near(middle(saved(grey(200, "<u2"), kind)), [0] * 3)


def test_a_dark_corner_is_as_dark_beside_a_bright_one():
    values = np.zeros(SIZE[::-1], np.float32)
    values[:, 20:] = 0.5
    assert near(middle(saved(Image.fromarray(values), "TIFF")), [128] * 3, within=8)


def test_numbers_that_are_none_are_black_or_white_and_hurt_nobody():
    values = np.full(SIZE[::-1], 0.75, np.float32)
    values[:10] = np.nan
    values[20:, :5], values[20:, 35:] = np.inf, -np.inf
    assert near(middle(saved(Image.fromarray(values), "TIFF")), [192] * 3)
    assert near(middle(saved(grey(np.nan, np.float32), "TIFF")), [0] * 3)


def tiff_with(picture: Image.Image, **tags: int) -> bytes:
    numbers = {int(name[1:]): value for name, value in tags.items()}
    return saved(picture, "TIFF", tiffinfo=numbers)


def rewritten(data: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF with another value of a tag that is a SHORT."""
    entry = data.index(tag.to_bytes(2, "little") + b"\3\0\1\0\0\0")
    return data[: entry + 8] + value.to_bytes(4, "little") + data[entry + 12 :]


def test_where_zero_is_white_sixteen_bits_are_turned_round():
    data = rewritten(saved(grey(16384, "<u2"), "TIFF"), 262, 0)
    assert near(middle(data), [191] * 3)


def test_thirty_two_bits_without_a_sign_pass_what_has_one():
    data = rewritten(saved(grey(3 * 2**30 - 2**32, np.int32), "TIFF"), 339, 1)
    assert near(middle(data), [192] * 3)


def wide_png(colour: int, sample: bytes) -> bytes:
    """A PNG of 8×8 pixels of 16 bits a channel."""
    black = {0: b"\0\0", 2: bytes(6), 4: b"\0\0\xff\xff", 6: bytes(6) + b"\xff\xff"}[colour]
    rows = (b"\0" + sample * 8) * 7 + b"\0" + black * 8  # a line of it, or nothing would be seen
    return png(head=header(depth=16, colour=colour), pixels=zlib.compress(rows))


@pytest.mark.parametrize(
    ("colour", "sample", "wanted"),
    [
        (0, b"\xc0\x00", [192] * 3),
        (2, b"\xc0\x00\x40\x00\x20\x00", [192, 64, 32]),
        (4, b"\xc0\x00\xff\xff", [192] * 3),
        (4, b"\x00\x00\x00\x00", [255] * 3),
        (6, b"\xc0\x00\x40\x00\x20\x00\xff\xff", [192, 64, 32]),
        (6, b"\x00\x00\x00\x00\x00\x00\x00\x00", [255] * 3),
    ],
)
def test_png_of_sixteen_bits_of_every_colour_type(colour, sample, wanted):
    with Image.open(io.BytesIO(make_pictures(wide_png(colour, sample)).picture)) as picture:
        assert near(picture.getpixel((4, 4)), wanted, within=6)


def tiff_of(order: str, pixels: bytes, bits: int, channels: int = 1, form: int = 1) -> bytes:
    """A TIFF of 8×8 pixels in one strip, in the byte order `order`; Pillow does not write these."""
    tags = {256: 8, 257: 8, 258: bits, 259: 1, 262: 1 if channels == 1 else 2, 273: 200,
            277: channels, 278: 8, 279: len(pixels), 339: form}  # fmt: skip
    entries = b"".join(
        struct.pack(order + "HHIH2x", tag, 3, 1, value) for tag, value in tags.items()
    )
    start = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, len(tags))
    return (start + entries + bytes(4)).ljust(200, b"\0") + pixels


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("code", "value", "bits", "form"),
    [
        ("H", 0xC000, 16, 1),
        ("i", 0xC000, 32, 2),
        ("i", 0x60000000, 32, 2),
        ("h", 0x6000, 16, 2),
        ("f", 0.75, 32, 3),
    ],
)
def test_grey_of_every_depth_in_both_byte_orders(order, code, value, bits, form):
    data = tiff_of(order, struct.pack(order + code, value) * 64, bits, form=form)
    with Image.open(io.BytesIO(make_pictures(data).picture)) as picture:
        assert near(picture.getpixel((4, 4)), [192] * 3)


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_of_sixteen_bits_a_colour(order):
    pixels = struct.pack(order + "3H", 0xC000, 0x4000, 0x2000) * 64
    data = tiff_of(order, pixels, 16, channels=3)
    with Image.open(io.BytesIO(make_pictures(data).picture)) as picture:
        assert near(picture.getpixel((4, 4)), [192, 64, 32])


def test_a_tiff_of_a_layout_that_is_not_read_is_called_so():
    with pytest.raises(BadPicture, match="TIFF"):
        make_pictures(tiff_of("<", struct.pack("<3d", 1, 1, 1) * 64, 64, channels=3, form=3))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "GIF", "PPM", "MSP", "XBM"])
def test_one_bit_is_black_or_white(kind):
    picture = Image.new("1", SIZE, 1)
    picture.paste(0, (0, 0, 10, 30))
    assert near(middle(saved(picture, kind)), [255] * 3)
    with Image.open(io.BytesIO(make_pictures(saved(picture, kind)).picture)) as seen:
        assert near(seen.getpixel((3, 15)), [0] * 3, within=8)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_become_colours(kind):
    assert near(middle(saved(Image.new("CMYK", SIZE, (0, 255, 255, 0)), kind)), [255, 0, 0], 4)
    assert near(middle(saved(Image.new("CMYK", SIZE, (0, 0, 0, 64)), kind)), [191] * 3, 4)


def test_adobes_turned_inks_become_colours_whether_coded_as_ycck_or_not():
    plain = saved(Image.new("CMYK", SIZE, (0, 255, 255, 0)), "JPEG")
    assert b"Adobe" in plain
    assert near(middle(plain), [255, 0, 0], 4)
    at = plain.index(b"Adobe") + 11
    coded = plain[:at] + b"\2" + plain[at + 1 :]  # the same numbers, said to be YCCK
    with Image.open(io.BytesIO(coded)) as shown:
        assert near(middle(coded), shown.convert("RGB").getpixel((20, 15)), 4)


def test_lab_becomes_rgb():
    assert near(middle(saved(Image.new("LAB", SIZE, (137, 128, 128)), "TIFF")), [128] * 3)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_a_palette_with_transparency_is_laid_on_white(kind):
    picture = Image.new("P", SIZE, 1)
    picture.putpalette([0, 0, 0, 200, 30, 40] + [0] * 750)
    picture.paste(0, (0, 0, 10, 30))
    data = saved(picture if kind != "WEBP" else picture.convert("RGBA"), kind, transparency=0)
    assert near(middle(data), [200, 30, 40], within=12)


def test_a_palette_of_half_transparent_colours_is_mixed_with_white():
    picture = Image.new("P", SIZE, 1)
    picture.putpalette([0, 0, 0] * 256)
    assert near(middle(saved(picture, "PNG", transparency=bytes([255, 128]))), [127] * 3)


def test_a_transparent_shade_of_deep_grey_is_white():
    assert near(middle(saved(grey(49152, "<u2"), "PNG", transparency=49152)), [255] * 3)


@pytest.mark.parametrize(
    "kind",
    ["JPEG", "MPO", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF", "JPEG2000", "ICO", "ICNS", "DIB",
     "DDS", "PPM", "QOI", "TGA", "SGI", "PCX"],
)  # fmt: skip
def test_every_kind_that_is_read_safely_is_taken(kind):
    picture = Image.new("RGB", (128, 128), (200, 30, 40))
    with Image.open(io.BytesIO(make_pictures(saved(picture, kind)).picture)) as seen:
        assert near(seen.getpixel((64, 64)), (200, 30, 40), within=12)


LARGE = """
import io, resource, sys
import numpy as np
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
side, kind, options = 7000, sys.argv[1], {}
if kind in ("I;16", "I", "F"):
    dtype, value = {"I;16": ("<u2", 49152), "I": ("i4", 49152), "F": ("f4", 0.75)}[kind]
    picture = Image.fromarray(np.full((side, side), value, dtype))
else:
    picture = Image.new(kind, (side, side), (192,) * 3 + (255,) if kind == "RGBA" else 192)
picture.paste(0, (0, 0, 3500, 7000))
buffer = io.BytesIO()
picture.save(buffer, "TIFF", compression="tiff_adobe_deflate")
open(sys.argv[2], "wb").write(buffer.getvalue())
"""
READ = """
import resource, sys
from catalog.thumbnails import BadPicture, make_pictures
data = open(sys.argv[1], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
open(sys.argv[2], "wb").write(make_pictures(data).picture)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "I;16", "I", "F"])
def test_the_largest_pictures_take_less_than_half_a_gigabyte_and_look_right(mode, tmp_path):
    large, small = tmp_path / "large.tif", tmp_path / "small.jpg"
    root = Path(__file__).resolve().parents[2]

    def run(*program):
        return subprocess.run(
            [sys.executable, "-c", *program], cwd=root, capture_output=True, text=True, check=True
        )

    run(LARGE, mode, str(large))
    assert int(run(READ, str(large), str(small)).stdout) < 500
    with Image.open(small) as picture:
        left, right = picture.getpixel((100, 250)), picture.getpixel((400, 250))
    if mode in ("L", "I;16", "I", "F"):
        assert near(left, [0] * 3)
        assert near(right, [192] * 3)
