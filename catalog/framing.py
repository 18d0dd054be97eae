"""A picture as tiles show it: four wide and five high, and nothing of the product cut off.

Tiles have one shape, so most pictures are cut for them. Before a plain backdrop one can tell where
the product is: there the picture is cut around it here, and where it does not fit, the backdrop
goes on beyond the picture's edge. Any other picture keeps its shape, and pages cut it where the
network looks (`cut_along`). No Django.
"""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from catalog.colours.pixels import lab

# What changes the pixels of a tile changes this.
RECIPE = 1
SHAPE = 4 / 5
QUALITY = 84
# The longer side, in pixels, at which a product is looked for.
LOOKED_AT = 128
# A plain backdrop: so near to each other are its corners, so near to it is most of the edge, and
# so much of the edge that it goes on beyond (ΔE 1976; shares).
PLAIN, MOSTLY, WHOLLY = 9.0, 0.6, 0.97
# What differs so much from the backdrop is the product; more, where the backdrop is restless.
LEAST_DIFFERENT, RESTLESSNESS = 3.0, 5.0
# What stays free around it, as a share of its longer side; and the share of a row that is a speck.
FREE, SPECK = 0.025, 0.015
# A backdrop goes on from so many rows of pixels, softened over such a part of their length.
EDGE, SOFTENED = 3, 24


@dataclass(frozen=True)
class Backdrop:
    """What is plain behind a product: which sides of the picture, and the product's box in it.

    `sides` are left, top, right, bottom; `box` is (left, top, right, bottom) as shares.
    """

    sides: tuple[bool, bool, bool, bool]
    box: tuple[float, float, float, float]


def tile(data: bytes, width: int) -> bytes:
    """The JPEG for a tile so many pixels wide, out of that of the picture; never enlarged.

    It covers the tile; it is of the tile's shape where the picture's backdrop is plain. Raises
    OSError or ValueError for what is no picture.
    """
    with Image.open(io.BytesIO(data)) as picture:
        seen = framed(picture.convert("RGB"))
    factor = min(1.0, max(width / seen.width, width / SHAPE / seen.height))
    size = max(1, round(factor * seen.width)), max(1, round(factor * seen.height))
    buffer = io.BytesIO()
    made = seen if factor == 1 else seen.resize(size, Image.Resampling.LANCZOS)
    made.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return buffer.getvalue()


def framed(picture: Image.Image) -> Image.Image:
    """The picture in the tile's shape, about its product; as it is, where that cannot be told."""
    part = window(picture)
    if part is None:
        return picture
    left, top, right, bottom = part
    beyond = (
        max(0, -left), max(0, -top), max(0, right - picture.width), max(0, bottom - picture.height)
    )  # fmt: skip
    if any(beyond):
        picture = _continued(picture, *beyond)
    left, top, right, bottom = (edge + beyond[n % 2] for n, edge in enumerate(part))
    return picture.crop((left, top, right, bottom))


def window(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """The part that a tile shows, in pixels: it may reach beyond the picture, where that is plain.

    None where the product cannot be told from what is behind it, or the picture cannot go on.
    """
    width, height = picture.size
    found = backdrop(picture)
    if found is None:
        return None
    box, plain = _with_air(found.box, width, height), found.sides
    wide = max(min(width, SHAPE * height), box[2] - box[0], SHAPE * (box[3] - box[1]))
    high = wide / SHAPE
    left = _begin((box[0] + box[2]) / 2, wide, width, plain[0], plain[2])
    top = _begin((box[1] + box[3]) / 2, high, height, plain[1], plain[3])
    if left is None or top is None:
        return None
    return round(left), round(top), round(left + wide), round(top + high)


def backdrop(picture: Image.Image) -> Backdrop | None:
    """What is plain behind the product; None where nothing is, or nothing stands before it."""
    share = min(1.0, LOOKED_AT / max(picture.size))
    size = max(8, round(share * picture.width)), max(8, round(share * picture.height))
    pixels = np.asarray(picture.resize(size, Image.Resampling.BOX))
    colours = lab(pixels.reshape(-1, 3)).reshape(*pixels.shape)
    edges = [colours[:, :2], colours[:2], colours[:, -2:], colours[-2:]]
    corners = colours[[0, 0, -1, -1], [0, -1, 0, -1]]
    ground = np.median(np.concatenate([edge.reshape(-1, 3) for edge in edges]), axis=0)
    away = [np.linalg.norm(edge - ground, axis=-1).ravel() for edge in edges]
    around = np.concatenate(away)
    if np.linalg.norm(corners - ground, axis=1).max() > PLAIN or (around < PLAIN).mean() < MOSTLY:
        return None
    restless = float(np.median(around))
    differs = np.linalg.norm(colours - ground, axis=-1)
    box = _box(differs > max(LEAST_DIFFERENT, RESTLESSNESS * restless))
    left, top, right, bottom = (bool((side < PLAIN).mean() >= WHOLLY) for side in away)
    return Backdrop((left, top, right, bottom), box) if box else None


def _box(product: np.ndarray) -> tuple[float, float, float, float] | None:
    """Where most of it lies, as shares; a few pixels of a row or a column are none of it."""
    rows = np.flatnonzero(product.mean(axis=1) > SPECK)
    columns = np.flatnonzero(product.mean(axis=0) > SPECK)
    if not len(rows) or not len(columns):
        return None
    high, wide = product.shape
    return columns[0] / wide, rows[0] / high, (columns[-1] + 1) / wide, (rows[-1] + 1) / high


def _with_air(
    box: tuple[float, float, float, float], width: int, height: int
) -> tuple[float, float, float, float]:
    """In pixels, with a little room about it, as far as the picture has some."""
    left, top, right, bottom = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    air = FREE * max(right - left, bottom - top)
    return max(0, left - air), max(0, top - air), min(width, right + air), min(height, bottom + air)


def _begin(middle: float, length: float, whole: float, before: bool, behind: bool) -> float | None:
    """Where a part begins that has its middle there, as far as the whole allows.

    A part longer than the whole reaches beyond its plain ends; None where neither is plain.
    """
    least, most = sorted((0.0, whole - length))
    if length > whole + 1 and not (before and behind):
        return least if before else most if behind else None
    return min(max(middle - length / 2, least), most)


def _continued(picture: Image.Image, left: int, top: int, right: int, bottom: int) -> Image.Image:
    """The picture with so many more pixels a side: its backdrop, which goes on."""
    pixels = _upwards(np.asarray(picture, np.float32), top)
    pixels = _upwards(pixels[::-1], bottom)[::-1]
    pixels = _upwards(pixels.swapaxes(0, 1), left)
    pixels = _upwards(pixels[::-1], right)[::-1].swapaxes(0, 1)
    grown = Image.fromarray(np.rint(pixels).astype(np.uint8))
    grown.paste(picture, (left, top))
    return grown


def _upwards(pixels: np.ndarray, rows: int) -> np.ndarray:
    """(h, w, 3) with so many more rows above: the first ones, ever nearer to their usual colour."""
    if not rows:
        return pixels
    first = pixels[:EDGE].mean(axis=0)
    reach = max(1, len(first) // SOFTENED)
    around = np.pad(first, ((reach, reach), (0, 0)), mode="edge")
    sums = np.cumsum(np.pad(around, ((1, 0), (0, 0))), axis=0)
    soft = (sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)
    there = (np.arange(rows, 0, -1, dtype=np.float32) / rows)[:, None, None]
    away = there * there * (3 - 2 * there)
    return np.concatenate([soft + away * (np.median(first, axis=0) - soft), pixels])
