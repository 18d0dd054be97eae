import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from catalog.thumbnails import BadPicture, make_pictures
from tests.conftest import picture_bytes


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(make_pictures(data).thumbnail)) as thumbnail:
        assert (thumbnail.format, thumbnail.size, thumbnail.mode) == ("JPEG", (250, 250), "RGB")
        return np.asarray(thumbnail).astype(int)


def near(pixel, colour) -> bool:
    return bool(np.abs(pixel - np.array(colour)).max() < 12)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_pictures_of_every_kind_become_thumbnails(kind):
    assert near(pixels(picture_bytes((200, 30, 40), kind=kind))[125, 125], (200, 30, 40))


def test_the_whole_picture_is_kept_and_centred_on_white():
    wide = pixels(picture_bytes("navy", size=(500, 250)))
    assert near(wide[20, 125], (255, 255, 255))
    assert near(wide[125, 3], (0, 0, 128))
    assert near(wide[230, 125], (255, 255, 255))


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.size


@pytest.mark.parametrize(
    ("original", "kept"),
    [((1000, 400), (500, 200)), ((300, 1200), (125, 500)), ((120, 80), (120, 80))],
)
def test_the_picture_has_no_frame_and_is_never_enlarged(original, kept):
    made = make_pictures(picture_bytes("navy", size=original))
    assert (made.width, made.height) == size_of(made.picture) == kept
    assert size_of(made.thumbnail) == (250, 250)


def test_a_turned_photo_is_put_upright():
    picture = Image.new("RGB", (100, 100), "white")
    picture.paste("black", (0, 0, 100, 50))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned = pixels(saved(picture, "JPEG", exif=exif))
    assert near(turned[40, 125], (255, 255, 255))
    assert near(turned[210, 125], (0, 0, 0))


def test_transparency_becomes_white():
    picture = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (0, 0, 9, 9))
    assert near(pixels(saved(picture, "PNG"))[125, 125], (255,) * 3)


def test_a_transparent_palette_becomes_white():
    picture = Image.new("P", (50, 50), 0)
    picture.putpalette([0, 0, 0] * 256)
    picture.paste(1, (0, 0, 9, 9))
    assert near(pixels(saved(picture, "PNG", transparency=0))[125, 125], (255,) * 3)


def test_cmyk_becomes_rgb():
    assert near(
        pixels(saved(Image.new("CMYK", (50, 50), (0, 255, 255, 0)), "JPEG"))[9, 9], (255, 0, 0)
    )


def test_sixteen_bit_grey_keeps_its_brightness():
    picture = Image.fromarray(np.full((50, 50), 40000, np.uint16))
    assert near(pixels(saved(picture, "PNG"))[125, 125], (156, 156, 156))


def test_a_colour_profile_is_applied_and_a_broken_one_ignored():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new("RGB", (50, 50), (200, 30, 40))
    for icc in (profile, b"rubbish"):
        assert near(pixels(saved(picture, "PNG", icc_profile=icc))[125, 125], (200, 30, 40))


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert near(pixels(data)[125, 125], (255, 0, 0))


def test_metadata_does_not_survive():
    exif = Image.Exif()
    exif[0x010E] = "where the photographer lives"
    made = make_pictures(saved(Image.new("RGB", (50, 50)), "JPEG", exif=exif))
    assert b"photographer" not in made.thumbnail + made.picture


def test_the_same_picture_gives_the_same_bytes():
    data = picture_bytes("teal")
    assert make_pictures(data) == make_pictures(data)


def png_of_claimed_size(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


@pytest.mark.parametrize("size", [(40_000, 3), (3, 40_000), (3, 3), (2, 9)])
def test_odd_shapes_are_pictures_too(size):
    picture = Image.new("RGB", size, "navy")
    picture.putpixel((0, 0), (255, 255, 255))
    made = make_pictures(saved(picture, "PNG"))
    assert max(made.width, made.height) == min(500, max(size))
    assert size_of(made.thumbnail) == (250, 250)


BAD = {
    "a dot": picture_bytes("white", size=(1, 1), kind="GIF"),
    "a transparent dot": saved(Image.new("RGBA", (2, 2)), "PNG"),
    "nothing": b"",
    "a page": b"<html><body>404</body></html>",
    "a drawing": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "half a jpeg": picture_bytes("red", size=(300, 300))[:400],
    "half a png": picture_bytes("red", size=(300, 300), kind="PNG")[:-40],
    "a bomb": png_of_claimed_size(30_000, 30_000),
    "a large bomb": png_of_claimed_size(2_000_000, 2_000_000),
    "a pdf": b"%PDF-1.7 rubbish",
    "an eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_sound_picture_is_refused_with_a_reason(name):
    with pytest.raises(BadPicture, match=r"\w"):
        make_pictures(BAD[name])


@given(st.binary(max_size=200), st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]))
def test_damaged_pictures_are_refused_or_made_but_never_crash(noise, kind):
    data = picture_bytes("red", kind=kind)
    for damaged in (
        noise,
        data[: len(data) // 2] + noise,
        data[:30] + noise + data[30 + len(noise) :],
    ):
        try:
            assert make_pictures(damaged)
        except BadPicture:
            pass


def crossed_profile() -> bytes:
    """sRGB's profile with red and green exchanged: what says red looks green."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_colour_profile_counts_in_every_mode(mode):
    picture = Image.new("RGB", (50, 50), (200, 30, 40)).convert(mode)
    seen = pixels(saved(picture, "PNG", icc_profile=crossed_profile()))[125, 125]
    assert seen[1] > seen[0] + 100
