"""All-over textures: six kinds, varied in scale, angle and colours.

A texture is a function of the cloth's coordinates, two fabric colours and a random generator.
"""

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image

from demo.shop.colours import Rgb, as_array, mix

Grid = tuple[np.ndarray, np.ndarray]
Texture = Callable[[Grid, Rgb, Rgb, random.Random], np.ndarray]


def draw_texture(name: str, side: int, base: Rgb, other: Rgb, rng: random.Random) -> np.ndarray:
    """A texture as (side, side, 3) float32, 0–255; coordinates run over the cloth from 0 to 1."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    return TEXTURES[name]((x, y), base, other, rng)


def _blend(share: np.ndarray, base: Rgb, other: Rgb) -> np.ndarray:
    """`share` (h, w) of the other colour in the base -> (h, w, 3) float32."""
    one, two = as_array(base), as_array(other)
    return np.asarray(one + (two - one) * share[..., None], np.float32)


def _soft(values: np.ndarray, sharpness: float = 60.0) -> np.ndarray:
    """A step at zero without jagged edges."""
    return np.asarray(np.clip(values * sharpness + 0.5, 0, 1))


def noise(side: int, cells: int, rng: random.Random) -> np.ndarray:
    """(side, side) float32 smooth noise of about -1 to 1, with `cells` bumps across."""
    values = np.random.default_rng(rng.getrandbits(32)).uniform(-1, 1, (cells + 3, cells + 3))
    image = Image.fromarray(values.astype(np.float32))
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC), np.float32)


def _turn(grid: Grid, degrees: float) -> Grid:
    x, y = grid
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return c * x - s * y, s * x + c * y


def stripes(grid: Grid, base: Rgb, other: Rgb, rng: random.Random) -> np.ndarray:
    _, y = _turn(grid, rng.choice((0, 0, 0, 90, 35)))
    count, share = rng.choice((9, 14, 20, 28)), rng.choice((0.22, 0.4, 0.5))
    wave = np.abs((y * count) % 1 - 0.5) - 0.5 + share / 2
    return _blend(_soft(wave, 12), base, other)


def checks(grid: Grid, base: Rgb, other: Rgb, rng: random.Random) -> np.ndarray:
    x, y = _turn(grid, rng.choice((0, 0, 45)))
    count = rng.choice((9, 13, 18))
    across = _soft(np.abs((x * count) % 1 - 0.5) - 0.25, 12)
    along = _soft(np.abs((y * count) % 1 - 0.5) - 0.25, 12)
    cloth = _blend((across + along) / 2, base, other)
    if rng.random() < 0.5:  # a thin line over it, as in a tartan
        line = np.maximum(
            _soft(0.03 - np.abs((x * count + 0.25) % 1 - 0.5), 30),
            _soft(0.03 - np.abs((y * count + 0.25) % 1 - 0.5), 30),
        )
        cloth += (as_array(mix(base, (255, 255, 255), 0.6)) - cloth) * line[..., None]
    return cloth


def dots(grid: Grid, base: Rgb, other: Rgb, rng: random.Random) -> np.ndarray:
    x, y = _turn(grid, rng.choice((0, 45)))
    count, radius = rng.choice((10, 14, 20)), rng.choice((0.2, 0.28, 0.36))
    row = np.floor(y * count)
    dx = (x * count + 0.5 * (row % 2)) % 1 - 0.5
    dy = (y * count) % 1 - 0.5
    return _blend(_soft(radius - np.hypot(dx, dy), 14), base, other)


def camouflage(grid: Grid, base: Rgb, other: Rgb, rng: random.Random) -> np.ndarray:
    side = grid[0].shape[0]
    cells = rng.choice((7, 10, 13))
    cloth = np.broadcast_to(as_array(base), (side, side, 3)).copy()
    shades = (mix(base, (20, 24, 20), 0.45), mix(base, (230, 222, 190), 0.4), mix(base, other, 0.5))
    for shade, level in zip(shades, (0.12, 0.2, 0.3), strict=True):
        patch = noise(side, cells, rng) + 0.35 * noise(side, 3 * cells, rng)
        cloth += (as_array(shade) - cloth) * _soft(patch - level, 25)[..., None]
    return cloth


def tie_dye(grid: Grid, base: Rgb, other: Rgb, rng: random.Random) -> np.ndarray:
    x, y = grid
    side = x.shape[0]
    dx, dy = x - rng.uniform(0.42, 0.58), y - rng.uniform(0.35, 0.55)
    radius, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    rough = 0.9 * noise(side, 14, rng) + 0.5 * noise(side, 40, rng)
    if rng.random() < 0.6:  # a spiral
        phase = rng.choice((3, 4, 5)) * angle + rng.choice((14, 20)) * radius
    else:  # rings
        phase = rng.choice((26, 36)) * radius
    share = 0.5 + 0.5 * np.sin(phase + rough)
    cloth = _blend(share**1.4, base, other)
    white = _soft(np.sin(phase * 0.5 + rough) - 0.55, 2.2)
    cloth += (as_array((246, 244, 240)) - cloth) * 0.75 * white[..., None]
    return cloth


def melange(grid: Grid, base: Rgb, other: Rgb, rng: random.Random) -> np.ndarray:
    side = grid[0].shape[0]
    values = np.random.default_rng(rng.getrandbits(32)).normal(0, 1, (side, side))
    fibres = Image.fromarray(values.astype(np.float32)).resize(
        (side, max(1, side // rng.choice((3, 5, 8)))), Image.Resampling.BOX
    )
    streaks = np.asarray(fibres.resize((side, side), Image.Resampling.BILINEAR), np.float32)
    paler = mix(base, (250, 250, 248) if sum(base) < 380 else (70, 74, 80), 0.6)
    return _blend(np.clip(0.32 + 0.55 * streaks, 0, 1), base, paler)


TEXTURES: dict[str, Texture] = {
    "stripes": stripes,
    "checks": checks,
    "dots": dots,
    "camouflage": camouflage,
    "tie-dye": tie_dye,
    "melange": melange,
}
