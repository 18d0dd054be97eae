"""Fabric colours, by family, and inks that show on them."""

import random

import numpy as np

Rgb = tuple[int, int, int]

COLOURS: dict[str, Rgb] = {
    "white": (242, 240, 235),
    "black": (38, 38, 42),
    "grey": (150, 152, 155),
    "navy": (36, 48, 84),
    "blue": (45, 98, 175),
    "sky": (150, 195, 225),
    "red": (190, 40, 45),
    "burgundy": (105, 30, 50),
    "pink": (236, 170, 185),
    "orange": (228, 120, 48),
    "yellow": (240, 200, 70),
    "green": (48, 120, 76),
    "olive": (110, 112, 66),
    "teal": (36, 128, 132),
    "purple": (104, 72, 142),
    "sand": (214, 194, 160),
}
_DARK_INKS: list[Rgb] = [(28, 30, 38), (130, 34, 40), (30, 62, 110), (38, 84, 60), (92, 52, 30)]
_LIGHT_INKS: list[Rgb] = [(246, 242, 230), (250, 214, 110), (240, 160, 150), (160, 214, 220)]


def fabric(family: str, rng: random.Random) -> Rgb:
    """A shade of a family: no two dye lots are quite the same."""
    shift = rng.randint(-7, 7)
    red, green, blue = (min(255, max(0, c + shift + rng.randint(-5, 5))) for c in COLOURS[family])
    return red, green, blue


def as_array(colour: Rgb) -> np.ndarray:
    """(3,) float32, 0–255."""
    return np.array(colour, np.float32)


def luminance(colour: Rgb) -> float:
    """0 (black) to 255 (white), by the weights of ITU-R BT.601."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def inks(base: Rgb, rng: random.Random) -> tuple[Rgb, Rgb]:
    """A main and a second ink that stand out from the fabric and from each other."""
    main, second = (_DARK_INKS, _LIGHT_INKS) if luminance(base) > 120 else (_LIGHT_INKS, _DARK_INKS)
    far = [ink for ink in main if _distance(ink, base) > 110] or main
    return rng.choice(far), rng.choice(second)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` of the other colour in the one."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _distance(one: Rgb, other: Rgb) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)
