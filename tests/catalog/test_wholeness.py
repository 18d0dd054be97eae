"""Files that lack their end, as browsers show them, and files that lack a part, which nobody wants."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from catalog.thumbnails import BadPicture, make_pictures

RED = (190, 30, 45)


def shirt(mode="RGB", ground="white"):
    """Something red that reaches down to the lower edge."""
    picture = Image.new("RGB", (300, 400), ground)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 60, 240, 400), fill=RED)
    for row in range(80, 400, 8):  # what keeps any part of the file from being empty
        draw.line((70, row, 230, row - 20), fill=(row % 256, 90, 200), width=3)
    return picture.convert(mode)


def file_of(kind, mode="RGB", picture=None, **options):
    file = io.BytesIO()
    (picture or shirt(mode)).save(file, kind, **options)
    return file.getvalue()


def difference(file, whole):
    """How far the two differ, 0 to 255, as pictures that we keep."""
    kept, original = (
        Image.open(io.BytesIO(make_pictures(data).picture)).convert("RGB") for data in (file, whole)
    )
    original = original.crop((0, 0, *kept.size))
    return np.abs(np.asarray(kept).astype(int) - np.asarray(original)).mean()


def zeroed(data, kept):
    return data[:kept] + bytes(len(data) - kept)


JPEGS = [{}, {"progressive": True}, {"optimize": True}, {"subsampling": 0},
         {"restart_marker_rows": 1}]  # fmt: skip


@pytest.mark.parametrize("options", JPEGS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_without_its_last_bytes_is_whole(mode, options):
    data = file_of("JPEG", mode, **options)
    for file in (
        data[:-2],
        data[:-1],
        data[:-4],
        zeroed(data, len(data) - 2),
        data + b"more" * 800,
    ):
        made = make_pictures(file)
        assert (made.width, made.height) == (300, 400)
        assert difference(file, data) < 2


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_jpeg_without_its_lower_part_is_refused_however_it_was_closed(mode, options, share):
    data = file_of("JPEG", mode, **options)
    kept = int(len(data) * share)
    for file in (data[:kept], zeroed(data, kept), data[:kept] + b"\xff\xd9"):
        with pytest.raises(BadPicture, match="is incomplete"):
            make_pictures(file)


def test_a_few_rows_that_never_came_are_cut_off():
    data = file_of("JPEG")
    file = data[: int(len(data) * 0.97)]
    made = make_pictures(file)
    assert made.width == 300
    assert 375 <= made.height < 400
    assert difference(file, data) < 6


def test_a_progressive_jpeg_without_its_last_scans_shows_all_of_its_picture():
    data = file_of("JPEG", progressive=True)
    file = data[: int(len(data) * 0.7)]
    assert make_pictures(file).height == 400
    assert difference(file, data) < 12


@pytest.mark.parametrize("options", JPEGS)
def test_a_picture_on_the_grey_of_missing_rows_is_whole(options):
    """Grey below is no sign by itself: only what further bits would change never came."""
    picture = Image.new("RGB", (300, 400), (128, 128, 128))
    picture.paste(RED, (60, 20, 240, 150))
    data = file_of("JPEG", picture=picture, **options)
    for file in (data, data[:-2], data + b"more" * 100):
        assert make_pictures(file).height == 400


@pytest.mark.parametrize("lost", [1, 2, 8, 12, 14])
@pytest.mark.parametrize("options", [{}, {"interlace": 1}])
def test_a_png_without_its_end_is_whole(lost, options):
    data = file_of("PNG", **options)
    assert difference(data[:-lost], data) < 1


def test_a_png_with_a_wrong_checksum_is_whole_where_its_pixels_are():
    data = bytearray(file_of("PNG"))
    at = data.rfind(b"IDAT")
    length = int.from_bytes(data[at - 4 : at], "big")
    data[at + 4 + length] ^= 0xFF
    assert difference(bytes(data), file_of("PNG")) == 0


def test_a_png_whose_pixels_were_overwritten_is_refused():
    data = file_of("PNG", compress_level=0)  # zeros are pixels here, and not even broken
    at = data.find(b"IDAT") + 4
    [length] = [int.from_bytes(data[at - 8 : at - 4], "big")]
    assert zlib.crc32(data[at - 4 : at + length])
    half = data[: at + length // 2] + bytes(length - length // 2) + data[at + length :]
    with pytest.raises(BadPicture, match="is incomplete"):
        make_pictures(half)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_half_a_file_of_any_kind_is_refused(kind, share):
    data = file_of(kind)
    with pytest.raises(BadPicture):
        make_pictures(data[: int(len(data) * share)])


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_a_file_that_a_broken_download_filled_with_zeros_is_refused(kind, share):
    data = file_of(kind)
    with pytest.raises(BadPicture):
        make_pictures(zeroed(data, int(len(data) * share)))


def test_a_gif_without_its_trailer_is_whole():
    data = file_of("GIF")
    assert difference(data[:-1], data) == 0


@pytest.mark.parametrize("off", [-2, -1, 1, 2, 40])
def test_a_webp_that_says_a_wrong_length_is_whole(off):
    data = file_of("WEBP")
    said = (len(data) - 8 + off).to_bytes(4, "little")
    assert difference(data[:4] + said + data[8:], data) == 0


@pytest.mark.parametrize("lost", [1, 2])
def test_a_webp_without_its_last_bytes_is_whole(lost):
    assert difference(file_of("WEBP")[:-lost], file_of("WEBP")) < 1


def test_a_png_whose_pixels_have_a_wrong_sum_is_whole():
    """The sum behind the pixels, of which browsers take no notice; the chunk's own is right."""
    whole = file_of("PNG")
    at = whole.rfind(b"IDAT")
    length = int.from_bytes(whole[at - 4 : at], "big")
    body = whole[at : at + length] + bytes(
        byte ^ 0xFF for byte in whole[at + length : at + length + 4]
    )
    data = whole[:at] + body + zlib.crc32(body).to_bytes(4, "big") + whole[at + length + 8 :]
    with pytest.raises(OSError, match="broken"):
        Image.open(io.BytesIO(data)).load()
    assert difference(data, whole) == 0


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("share", [0.1, 0.3])
def test_a_progressive_jpeg_that_holds_a_blur_only_is_refused(mode, share):
    data = file_of("JPEG", mode, progressive=True)
    for file in (data[: int(len(data) * share)], data[: int(len(data) * share)] + b"\xff\xd9"):
        with pytest.raises(BadPicture, match="is incomplete"):
            make_pictures(file)
