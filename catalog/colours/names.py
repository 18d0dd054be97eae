"""The names of a picture's colours, as shoppers ask for them. No Django.

A pixel's name is read off its CIE L*C*h (1976): lightness 0 to 100, chroma, hue in degrees. The
borders were set by the colours of CSS of the same names, and by photos of clothes whose colours
were named by eye (tests/catalog/colours/named_by_eye.csv). What counts as white depends on the
light: lightness is taken relative to the brightest that the picture shows (E. Land, J. McCann,
"Lightness and Retinex Theory", 1971).
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from catalog.colours.pixels import MIDDLE, lab, opened, sampled
from runs.words import gettext_noop

# What a colour has to take of the product, so that it is named; the largest always is.
LEAST = 0.25
# A plain backdrop: so near to each other are its corners, and so near to them its pixels (ΔE 1976).
PLAIN, SAME = 8.0, 7.0
# Where the backdrop's colour takes more of the middle than this, it is the product's, too.
MAX_BACKDROP = 0.7
# The pixels a side that are looked at of a picture that a network has seen.
LOOKED_AT = 65
# The lightness that the brightest pixels are taken to have, and how much is made of dim light.
BRIGHT, MAX_BRIGHTENING = 90.0, 1.25
NAMES = (
    gettext_noop("black"), gettext_noop("white"), gettext_noop("grey"), gettext_noop("red"),
    gettext_noop("pink"), gettext_noop("orange"), gettext_noop("yellow"), gettext_noop("green"),
    gettext_noop("blue"), gettext_noop("purple"), gettext_noop("brown"), gettext_noop("beige"),
)  # fmt: skip


def colour_names(data: bytes) -> tuple[str, ...]:
    """The names of the colours that take most of a picture's middle, the largest first.

    A plain backdrop does not count. Raises OSError or ValueError for what is no picture.
    """
    picture = opened(data)
    middle, whole = (sampled(picture, share) for share in (MIDDLE, 1.0))
    pixels = _without_backdrop(lab(middle.reshape(-1, 3)), whole)
    return _largest(pixels, np.ones(len(pixels)), _brightest(lab(whole.reshape(-1, 3))))


def colour_names_where(pixels: np.ndarray, attention: np.ndarray) -> tuple[str, ...]:
    """The names of the colours that a network looked at most, the largest first.

    (side, side, 3) sRGB as the network saw it, and (places, places) weights, not negative: how
    much it makes of each place.
    """
    step = max(1, len(pixels) // LOOKED_AT)
    looked_at = pixels[::step, ::step]
    size = looked_at.shape[1], looked_at.shape[0]
    spread = Image.fromarray(attention.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    weights = np.maximum(np.asarray(spread), 0).ravel()
    if not weights.any():
        weights = np.ones_like(weights)
    colours = lab(looked_at.reshape(-1, 3))
    return _largest(colours, weights, _brightest(colours))


def _largest(pixels: np.ndarray, weights: np.ndarray, brightest: float) -> tuple[str, ...]:
    names = _name_numbers(pixels, brightest)
    shares = np.bincount(names, weights, minlength=len(NAMES)) / weights.sum()
    order = np.argsort(-shares, kind="stable")
    return tuple(NAMES[n] for place, n in enumerate(order) if place == 0 or shares[n] >= LEAST)


def _brightest(colours: np.ndarray) -> float:
    """The lightness that few pixels exceed, since some are mere glints."""
    return float(np.percentile(colours[:, 0], 98))


def _without_backdrop(middle: np.ndarray, whole: np.ndarray) -> np.ndarray:
    corners = lab(whole[[0, 0, -1, -1], [0, -1, 0, -1]])
    backdrop = corners.mean(axis=0)
    if np.linalg.norm(corners - backdrop, axis=1).max() > PLAIN:
        return middle
    product = middle[np.linalg.norm(middle - backdrop, axis=1) > SAME]
    return product if len(product) >= (1 - MAX_BACKDROP) * len(middle) else middle


def _name_numbers(pixels: np.ndarray, brightest: float) -> np.ndarray:
    """(n, 3) L*a*b* -> (n,) places in NAMES."""
    light, a, b = pixels.T
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    relative = light * min(MAX_BRIGHTENING, BRIGHT / max(brightest, 1.0))
    rules = [*_without_much_colour(light, chroma, hue, relative), *_by_hue(light, chroma, hue)]
    names, holds = zip(*rules, strict=True)
    places = np.array([NAMES.index(name) for name in names])
    return np.asarray(np.select(holds, places, default=NAMES.index("red")))


Rules = Iterator[tuple[str, np.ndarray]]


def _without_much_colour(
    light: np.ndarray, chroma: np.ndarray, hue: np.ndarray, relative: np.ndarray
) -> Rules:
    """Black, white, grey, and the blues that are nearly so; the first that holds counts."""
    blue = (
        (hue >= 225) & (hue < 312) & ((hue < 301) | (chroma < 14) | ((hue < 309) & (chroma > 55)))
    )
    strong = chroma / np.maximum(light, 1)
    navy = (strong >= 0.25) & ((chroma >= 9) | ((light >= 19) & (chroma >= 5.5)))
    jeans = (strong >= 0.1) & (chroma >= np.where(light < 30, 6, 5))
    yield "black", (light < 9) | ((light < 31) & (chroma < 3))
    yield "blue", blue & (hue >= 245) & (light < 26) & navy
    yield "black", (light < 26) & (chroma < 9)
    yield "white", (relative >= 72) & (chroma < np.where((hue >= 225) & (hue < 312), 7, 10.5))
    yield "blue", blue & jeans
    yield "grey", (chroma < 6) | ((chroma < 9) & (light >= 50)) | ((chroma < 9.5) & (hue >= 76))


def _by_hue(light: np.ndarray, chroma: np.ndarray, hue: np.ndarray) -> Rules:
    """What has a colour; the first that holds counts, and what is left is red."""
    yield "pink", ((hue >= 325) | (hue < 22)) & (light >= 50)
    yield (
        "pink",
        (hue < 53) & (light >= 57) & (chroma >= 16) & (chroma < np.where(hue < 40, 50, 32)),
    )
    yield "purple", (hue >= 301) & ((hue < 325) | ((hue < 350) & (light < 52)))
    yield "purple", (hue >= 350) & (chroma < 18) & (light >= 30)
    yield "pink", (hue >= 350) & (chroma >= 40)
    yield "brown", (hue < 76) & (light < 50) & (chroma < 17)
    yield "brown", (hue >= 25) & (hue < 76) & (light < 32) & (chroma < 25)
    yield "brown", (hue >= 40) & (hue < 76) & (light < 55) & (chroma < 55)
    strong = (chroma >= 32) | ((hue >= 84) & (chroma >= 26)) | ((hue >= 100) & (chroma >= 16))
    yield "yellow", (hue >= 76) & (hue < 110) & (light >= np.where(chroma < 32, 45, 55)) & strong
    yield "beige", (hue >= 30) & (hue < 112) & (light >= 50) & (chroma < 32)
    yield "orange", (hue >= 46) & (hue < 76)
    yield "green", (hue >= 76) & (hue < 205)
    yield "blue", (hue >= 205) & (hue < 312)
