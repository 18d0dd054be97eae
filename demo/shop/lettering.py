"""Words on shirts, set in Pillow's own font: no font file is needed."""

import math
import random

from PIL import Image, ImageDraw, ImageFont

from demo.shop.colours import Rgb

WORDS = (
    "SLOW DOWN", "GOOD COMPANY", "NORTH COAST", "SUNDAY CLUB", "SALT & LIGHT", "HELLO THERE",
    "STAY CURIOUS", "WILD GARDEN", "LOST & FOUND", "OPEN ROAD", "DAY DREAMER", "ORCHARD 1974",
)  # fmt: skip


def draw_lettering(
    words: str, main: Rgb, second: Rgb, rng: random.Random, side: int
) -> Image.Image:
    """The words on a transparent square: stacked, in outline, in an arc, or as a badge."""
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    style = rng.choice((_stacked, _outlined, _arched, _badge))
    style(image, words, main, second)
    return image


def _font(words: str, width: float, side: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font at the size at which the words are `width` pixels wide."""
    trial = ImageFont.load_default(size=100)
    wide = trial.getlength(words)
    return ImageFont.load_default(size=min(side * 0.3, 100 * width / wide))


def _stacked(image: Image.Image, words: str, main: Rgb, second: Rgb) -> None:
    draw, side = ImageDraw.Draw(image), image.width
    lines = words.split(" ", 1)
    for place, line in enumerate(lines):
        y = side * (0.5 + 0.27 * (place - (len(lines) - 1) / 2))
        ink = (main, second)[place % 2] if len(lines) > 1 else main
        font = _font(line, side * 0.94, side)
        draw.text((side / 2, y), line, ink, font, anchor="mm", stroke_width=side // 160)


def _outlined(image: Image.Image, words: str, main: Rgb, second: Rgb) -> None:
    draw, side = ImageDraw.Draw(image), image.width
    font = _font(words, side * 0.9, side)
    for shift in (-1.1, 0, 1.1):
        y = side * 0.5 + shift * font.size  # type: ignore[union-attr]
        fill = main if shift == 0 else (0, 0, 0, 0)
        draw.text(
            (side / 2, y), words, fill, font, anchor="mm",
            stroke_width=side // 150, stroke_fill=main,
        )  # fmt: skip


def _arched(image: Image.Image, words: str, main: Rgb, second: Rgb) -> None:
    side = image.width
    _around(image, words, main, radius=0.44 * side, centre=(0.5 * side, 0.62 * side), spread=170)
    draw = ImageDraw.Draw(image)
    for x in (0.3, 0.5, 0.7):
        r = side * (0.05 if x == 0.5 else 0.03)
        centre = x * side, 0.56 * side
        draw.ellipse((centre[0] - r, centre[1] - r, centre[0] + r, centre[1] + r), fill=second)


def _badge(image: Image.Image, words: str, main: Rgb, second: Rgb) -> None:
    draw, side = ImageDraw.Draw(image), image.width
    for inset, width in ((0.03, 0.03), (0.24, 0.012)):
        box = [inset * side, inset * side, (1 - inset) * side, (1 - inset) * side]
        draw.ellipse(box, outline=main, width=round(width * side))
    centre = (side / 2, side / 2)
    _around(image, words, main, radius=0.36 * side, centre=centre, spread=250)
    draw.text(
        centre, words[0], second, ImageFont.load_default(size=side * 0.3), anchor="mm",
        stroke_width=side // 90,
    )  # fmt: skip


def _around(
    image: Image.Image,
    words: str,
    ink: Rgb,
    radius: float,
    centre: tuple[float, float],
    spread: float,
) -> None:
    """The words along the upper part of a circle, `spread` degrees of it."""
    size = min(0.13 * image.width, radius * math.radians(spread) / len(words) * 1.15)
    font = ImageFont.load_default(size=size)
    for place, letter in enumerate(words):
        degrees = spread * ((place + 0.5) / len(words) - 0.5)
        tile = Image.new("RGBA", (round(2 * size), round(2 * size)), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text(
            (size, size), letter, ink, font, anchor="mm", stroke_width=image.width // 200
        )
        tile = tile.rotate(-degrees, Image.Resampling.BICUBIC)
        x = centre[0] + radius * math.sin(math.radians(degrees)) - size
        y = centre[1] - radius * math.cos(math.radians(degrees)) - size
        image.alpha_composite(tile, (max(0, round(x)), max(0, round(y))))
