"""Altered copies of a picture: what must still be found as the picture it was made of.

Each kind takes a picture's bytes and another's, and gives JPEG bytes; the same ones for the same
pictures, always. Shares are of the area. No Django.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Alteration = Callable[[Image.Image, Image.Image], Image.Image]

# The share of a picture that its product is taken to fill.
MIDDLE = 0.6
TEXT = "SALE −50 %"


@dataclass(frozen=True)
class Kind:
    """One way to alter a picture, and the quality of 1 to 95 at which the JPEG is saved."""

    name: str
    alter: Alteration
    quality: int = 90

    def copy(self, data: bytes, other: bytes) -> bytes:
        """A picture's bytes, and another's for a frame -> the altered JPEG.

        Raises OSError or ValueError for bytes that are no picture.
        """
        buffer = io.BytesIO()
        self.alter(_opened(data), _opened(other)).save(buffer, "JPEG", quality=self.quality)
        return buffer.getvalue()


def other_pictures(count: int, seed: int = 0) -> np.ndarray:
    """(count,) int64: for each picture the place of another one, every one of them used once.

    Of a single picture, its own place.
    """
    order = np.random.default_rng(seed).permutation(count)
    others = np.empty(count, np.int64)
    others[order] = np.roll(order, 1)
    return others


def _opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")


def _middle(picture: Image.Image, share: float = MIDDLE) -> Image.Image:
    """The part about the middle that is `share` of the area, of the picture's own shape."""
    width, height = picture.size
    side = share**0.5
    size = max(1, round(width * side)), max(1, round(height * side))
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    return picture.crop((left, top, left + size[0], top + size[1]))


def _on(frame: Image.Image, picture: Image.Image) -> Image.Image:
    middle = _middle(picture)
    place = (picture.width - middle.width) // 2, (picture.height - middle.height) // 2
    frame.paste(middle, place)
    return frame


def _mirrored_and_lit(share: float, light: float) -> Alteration:
    return lambda picture, _other: ImageEnhance.Brightness(
        ImageOps.mirror(_middle(picture, share))
    ).enhance(light)


def _on_another(picture: Image.Image, other: Image.Image) -> Image.Image:
    return _on(other.resize(picture.size), picture)


def _on_white(picture: Image.Image, _other: Image.Image) -> Image.Image:
    return _on(Image.new("RGB", picture.size, "white"), picture)


def _blurred(picture: Image.Image, _other: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(4))


def _turned(picture: Image.Image, _other: Image.Image) -> Image.Image:
    return picture.rotate(8, Image.Resampling.BILINEAR, fillcolor="white")


def _overlaid(picture: Image.Image, _other: Image.Image) -> Image.Image:
    """White letters on a red band over the lower third."""
    width, height = picture.size
    top, bottom = round(0.66 * height), round(0.8 * height)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, width, bottom), "#c8102e")
    font = ImageFont.load_default(max(6, 0.7 * (bottom - top)))
    draw.text((width / 2, (top + bottom) / 2), TEXT, "white", font, anchor="mm")
    return picture


def _grey(picture: Image.Image, _other: Image.Image) -> Image.Image:
    return ImageOps.grayscale(picture).convert("RGB")


def _as_it_is(picture: Image.Image, _other: Image.Image) -> Image.Image:
    return picture


def _smaller(picture: Image.Image, _other: Image.Image) -> Image.Image:
    return picture.resize((max(1, picture.width * 4 // 5), max(1, picture.height * 4 // 5)))


def _trimmed(picture: Image.Image, _other: Image.Image) -> Image.Image:
    width, height = picture.size
    edge = (0.04 * width, 0.04 * height, 0.96 * width, 0.96 * height)
    return picture.resize((width, height), box=edge)


def _lighter(picture: Image.Image, _other: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(1.12)


# What a projection learns from, and is measured by on other pictures.
LEARNT = (
    Kind("mild", _mirrored_and_lit(0.8, 1.15), quality=60),
    Kind("hard", _mirrored_and_lit(0.6, 0.7), quality=35),
    Kind("backdrop", _on_another),
    Kind("white", _on_white),
)
# Never learnt from: what shows whether the lesson holds for alterations in general.
HELD_OUT = (
    Kind("blurred", _blurred),
    Kind("turned", _turned),
    Kind("overlaid", _overlaid),
    Kind("grey", _grey),
)
# Two files of one picture, and one picture visibly altered: what tells how near duplicates are.
SAVED_AGAIN = (Kind("saved", _as_it_is, quality=60), Kind("smaller", _smaller, quality=85))
RETOUCHED = (Kind("trimmed", _trimmed), Kind("lighter", _lighter))

KINDS: dict[str, Kind] = {kind.name: kind for kind in (*LEARNT, *HELD_OUT)}
BY_NAME: dict[str, Kind] = KINDS | {kind.name: kind for kind in (*SAVED_AGAIN, *RETOUCHED)}
