"""A picture with what counts in its colours, the rest dimmed, and numbered outlines. No Django."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from recommender.embedders.pictures import frame
from recommender.search.matching import Place

QUALITY = 86
# A place that counts less than the first of these shares is dimmed wholly, from the second on
# not at all; how much of its colour then goes.
DIMMED, CLEAR, DIMMING = 0.2, 0.55, 0.65
# The outline's half width, as a share of the shorter side; and its two strokes, so that one of
# them shows on any ground.
RADIUS, DARK, LIGHT = 0.13, 0.022, 0.009


def outlined(data: bytes, shares: np.ndarray, regions: Sequence[Place]) -> bytes:
    """WebP: the picture with what counts kept, the rest dimmed, and a numbered outline a region.

    `shares`, 0 to 1, and `regions` are of what the network looks at, which is less than the whole
    of a long picture. Raises OSError or ValueError for what is no picture.
    """
    with Image.open(io.BytesIO(data)) as picture:
        rgb = picture.convert("RGB")
    left, top, right, bottom = (round(edge) for edge in frame(*rgb.size))
    dimmed = _dimmed(rgb, shares, (left, top, right, bottom))
    pen = ImageDraw.Draw(dimmed)
    for number, (row, column) in enumerate(regions, 1):
        middle = left + column * (right - left), top + row * (bottom - top)
        _outline(pen, middle, min(rgb.size), str(number))
    buffer = io.BytesIO()
    dimmed.save(buffer, "WEBP", quality=QUALITY)
    return buffer.getvalue()


def _dimmed(rgb: Image.Image, shares: np.ndarray, box: tuple[int, int, int, int]) -> Image.Image:
    """Towards black or white, whichever is farther from what counts."""
    kept = np.clip((shares - DIMMED) / (CLEAR - DIMMED), 0, 1)
    inner = Image.fromarray((255 * kept).astype(np.uint8))
    mask = Image.new("L", rgb.size, 0)
    mask.paste(inner.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BICUBIC), box[:2])
    light, weights = np.asarray(rgb.convert("L"), float), np.asarray(mask, float)
    is_bright = (light * weights).sum() > 128 * weights.sum()
    ground = Image.new("RGB", rgb.size, "black" if is_bright else "white")
    return Image.composite(rgb, Image.blend(rgb, ground, DIMMING), mask)


def _outline(pen: ImageDraw.ImageDraw, middle: tuple[float, float], side: int, number: str) -> None:
    """A ring, and its number on a plate at its upper end: to be told by shape, not by colour."""
    x, y = middle
    radius = RADIUS * side
    for width, colour in ((DARK, "black"), (LIGHT, "white")):
        grown = radius + width * side / 2
        ring = (x - grown, y - grown, x + grown, y + grown)
        pen.ellipse(ring, outline=colour, width=max(1, round(width * side)))
    plate, above = 0.3 * radius, y - radius
    pen.ellipse(
        (x - plate, above - plate, x + plate, above + plate),
        fill="black", outline="white", width=max(1, round(LIGHT * side)),
    )  # fmt: skip
    pen.text((x, above), number, fill="white", font_size=1.6 * plate, anchor="mm")
