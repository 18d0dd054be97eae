"""The colours of a picture's middle by their names, as shoppers ask for them. No Django.

A pixel's name is read off its CIE L*C*h (1976): lightness 0 to 100, chroma, hue in degrees. The
borders were set by the colours of CSS of the same names, and by eye on photos of clothes.
"""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image

from runs.words import gettext_noop

# How much of width and height is looked at, and how many pixels a side.
MIDDLE, SIDE = 0.6, 48
# What a colour has to take of the product, so that it is named; the largest always is.
LEAST = 0.22
# A plain backdrop: so near to each other are its corners, and so near to them its pixels (ΔE 1976).
PLAIN, SAME = 8.0, 7.0
# Where the backdrop's colour takes more of the middle than this, it is the product's, too.
MAX_BACKDROP = 0.7
# Linear sRGB to CIE XYZ, relative to the white D65: IEC 61966-2-1.
_TO_XYZ = np.array(
    [
        [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
        [0.2126, 0.7152, 0.0722],
        [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
    ]
)
NAMES = (
    gettext_noop("black"), gettext_noop("white"), gettext_noop("grey"), gettext_noop("red"),
    gettext_noop("pink"), gettext_noop("orange"), gettext_noop("yellow"), gettext_noop("green"),
    gettext_noop("blue"), gettext_noop("purple"), gettext_noop("brown"), gettext_noop("beige"),
)  # fmt: skip


def middle_of(data: bytes) -> np.ndarray:
    """The bytes of a picture -> (48, 48, 3) sRGB of its middle.

    Raises OSError or ValueError when Pillow cannot read the bytes.
    """
    return _sampled(_opened(data), MIDDLE)


def _opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded smaller, which is quicker
        return picture.convert("RGB")


def _sampled(picture: Image.Image, share: float) -> np.ndarray:
    """(48, 48, 3): what lies within this share of width and height, about the middle."""
    width, height = picture.size
    left, top = (1 - share) / 2 * width, (1 - share) / 2 * height
    box = (left, top, width - left, height - top)
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX, box))


def lab(pixels: np.ndarray) -> np.ndarray:
    """(n, 3) sRGB of 0 to 255 -> (n, 3) CIE L*a*b*."""
    share = pixels.astype(np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def colour_names(data: bytes) -> tuple[str, ...]:
    """The names of the colours that take most of what a picture shows, the largest first.

    A plain backdrop does not count. Raises OSError or ValueError for what is no picture.
    """
    picture = _opened(data)
    middle, whole = (_sampled(picture, share) for share in (MIDDLE, 1.0))
    pixels = _without_backdrop(lab(middle.reshape(-1, 3)), whole)
    shares = np.bincount(_named(pixels), minlength=len(NAMES)) / len(pixels)
    order = np.argsort(-shares, kind="stable")
    return tuple(NAMES[n] for place, n in enumerate(order) if place == 0 or shares[n] >= LEAST)


def _without_backdrop(middle: np.ndarray, whole: np.ndarray) -> np.ndarray:
    corners = lab(whole[[0, 0, -1, -1], [0, -1, 0, -1]])
    backdrop = corners.mean(axis=0)
    if np.linalg.norm(corners - backdrop, axis=1).max() > PLAIN:
        return middle
    product = middle[np.linalg.norm(middle - backdrop, axis=1) > SAME]
    return product if len(product) >= (1 - MAX_BACKDROP) * len(middle) else middle


def _named(pixels: np.ndarray) -> np.ndarray:
    """(n, 3) L*a*b* -> (n,) places in NAMES."""
    light, a, b = pixels.T
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    names, rules = zip(*_rules(light, chroma, hue), strict=True)
    places = np.array([NAMES.index(name) for name in names])
    return np.asarray(np.select(rules, places, default=NAMES.index("red")))


def _rules(
    light: np.ndarray, chroma: np.ndarray, hue: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Each name with where it holds; the first that does counts, and what is left is red."""
    yield "black", (light < 8) | ((light < 22) & (chroma < 18)) | ((light < 32) & (chroma < 9))
    yield "white", (light > 82) & (chroma < 9)
    yield "grey", chroma < 9
    yield "pink", ((hue >= 335) | (hue < 38)) & (light > 62)
    yield "pink", (hue >= 318) & (hue < 350) & (light > 55)
    yield "brown", (hue >= 35) & (hue < 90) & (light < 55) & (chroma < 55)
    yield "beige", (hue >= 40) & (hue < 112) & (light >= 55) & (chroma < 32)
    yield "orange", (hue >= 46) & (hue < 76)
    yield "yellow", (hue >= 76) & (hue < 112) & (light >= 55)
    yield "green", (hue >= 76) & (hue < 205)
    yield "blue", (hue >= 205) & (hue < 309)
    yield "purple", (hue >= 309) & (hue < 350)
