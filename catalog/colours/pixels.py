"""From a picture's bytes to its pixels, and from these to CIE L*a*b*. No Django."""

import io

import numpy as np
from PIL import Image

# How much of width and height is looked at, and how many pixels a side.
MIDDLE, SIDE = 0.6, 48
# Linear sRGB to CIE XYZ, relative to the white D65: IEC 61966-2-1.
_TO_XYZ = np.array(
    [
        [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
        [0.2126, 0.7152, 0.0722],
        [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
    ]
)


def middle_of(data: bytes) -> np.ndarray:
    """The bytes of a picture -> (48, 48, 3) sRGB of its middle.

    Raises OSError or ValueError when Pillow cannot read the bytes.
    """
    return sampled(opened(data), MIDDLE)


def opened(data: bytes) -> Image.Image:
    """The picture in RGB, not much larger than what is sampled of it. Raises as `middle_of`."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded smaller, which is quicker
        return picture.convert("RGB")


def sampled(picture: Image.Image, share: float) -> np.ndarray:
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
