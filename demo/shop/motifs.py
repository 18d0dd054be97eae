"""Prints: twelve motifs, each in four variations that differ in more than colour.

A motif is a function of a pen, a variation (0–3), a main and a second ink.
"""

import math
from collections.abc import Callable

from PIL import Image

from demo.shop.animals import bear, cat
from demo.shop.colours import Rgb, mix
from demo.shop.pen import Pen, Point, curve, mirrored, star_points, turned
from demo.shop.vehicles import car, rocket

VARIATIONS = 4
Motif = Callable[[Pen, int, Rgb, Rgb], None]


def draw_motif(name: str, variation: int, main: Rgb, second: Rgb, side: int = 480) -> Image.Image:
    """A motif on a transparent square of `side` pixels."""
    pen = Pen(side)
    MOTIFS[name](pen, variation % VARIATIONS, main, second)
    return pen.image


def apple(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    half = curve((50, 32), (36, 20), (8, 26), (14, 58)) + curve(
        (14, 58), (20, 92), (40, 96), (50, 88)
    )
    if variation == 3:  # two, in outline
        for x, y in ((-18, 4), (20, 12)):
            points = [(50 + (px - 50) * 0.62 + x, y + py * 0.72) for px, py in mirrored(half)]
            pen.outline(points, 3, main)
            pen.line([(50 + x, y + 23), (53 + x, y + 12)], 3, main)
        return
    pen.shape(mirrored(half), main)
    pen.line(curve((50, 34), (50, 22), (56, 14)), 4, main)
    pen.shape(curve((54, 24), (62, 4), (84, 10)) + curve((84, 10), (78, 28), (54, 24)), second)
    if variation == 1:  # cut open
        inner = [(50 + (x - 50) * 0.8, 60 + (y - 60) * 0.8) for x, y in mirrored(half)]
        pen.shape(inner, second)
        for side in (-1, 1):
            pen.oval(50 + 6 * side, 60, 3, 6, main)
    if variation == 2:  # eaten to the core
        for x, y, r in ((92, 58, 27), (8, 58, 27)):
            _erase(pen, x, y, r)


def banana(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    fruit = curve((20, 18), (16, 70), (50, 92), (88, 74)) + curve(
        (88, 74), (60, 74), (36, 56), (30, 16)
    )
    if variation == 1:  # a bunch
        for degrees, ink in (
            (-24, mix(main, second, 0.35)),
            (0, mix(main, second, 0.15)),
            (24, main),
        ):
            pen.shape(turned(fruit, degrees, 26, 18), ink)
        pen.box(20, 8, 32, 22, 3, second)
        return
    if variation == 2:  # peeled
        pen.shape(curve((38, 56), (36, 4), (64, 4), (62, 56)), second)
        pen.shape([(36, 50), (64, 50), *curve((64, 50), (62, 96), (44, 96), (36, 50))], main)
        for side in (-1, 1):
            leaf = curve((50, 58), (50 + 22 * side, 36), (50 + 42 * side, 62))
            pen.shape(leaf + curve((50 + 42 * side, 62), (50 + 24 * side, 60), (50, 80)), main)
        return
    if variation == 3:  # in outline, with a face
        pen.outline(fruit, 3.4, main)
        pen.dots([(37, 52), (46, 46)], 2.4, main)
        pen.arc(46, 56, 7, 10, 130, 2.4, main)
        return
    pen.shape(fruit, main)
    pen.line(curve((26, 20), (26, 62), (56, 78), (84, 75)), 1.6, second)
    pen.shape([(20, 18), (18, 8), (28, 6), (30, 17)], second)
    pen.circle(88, 74, 3, second)


def skull(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 1:  # over crossed bones
        for ends in (((14, 60), (86, 92)), ((86, 60), (14, 92))):
            pen.line(list(ends), 6, main)
            for x, y in ends:
                pen.dots([(x - 2, y - 4), (x + 2, y + 4)], 4.6, main)
    lift = -8 if variation == 1 else 0
    pen.oval(50, 44 + lift, 31, 30, main)
    pen.box(34, 60 + lift, 66, 84 + lift, 5, main)
    for side in (-1, 1):
        if variation == 3:  # hearts for eyes
            _heart(pen, 50 + 14 * side, 48 + lift, 10, second)
        else:
            pen.oval(50 + 13 * side, 47 + lift, 8.5, 9.5, second)
    pen.shape([(50, 56 + lift), (45, 65 + lift), (55, 65 + lift)], second)
    for x in (42, 50, 58):
        pen.line([(x, 74 + lift), (x, 83 + lift)], 1.8, second)
    if variation == 3:  # in a spotted scarf
        pen.shape([*curve((18, 40), (20, 2), (80, 2), (82, 40))], second)
        pen.dots([(34, 28), (46, 18), (58, 28), (70, 22)], 3, main)
        pen.shape([(80, 36), (98, 30), (94, 44), (98, 54)], second)
    if variation == 2:  # a wreath of flowers
        for x, y in ((22, 26), (36, 14), (50, 10), (64, 14), (78, 26)):
            _petals(pen, x, y, 8, 5, second)
            pen.circle(x, y, 3, main)


def flower(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 1:  # a tulip
        pen.line([(50, 50), (50, 95)], 4, second)
        pen.shape(curve((50, 92), (20, 86), (20, 56)) + curve((20, 56), (42, 66), (50, 92)), second)
        cup = curve((50, 62), (22, 62), (26, 34), (28, 12))
        pen.shape(mirrored([*cup, (39, 28), (50, 8)]), main)
        return
    if variation == 3:  # three on their stems
        for x, y, r in ((28, 36, 17), (66, 24, 18), (56, 58, 14)):
            pen.line(curve((x, y), (x, 76), (50, 98)), 2.6, second)
            _petals(pen, x, y, r, 6, main)
            pen.circle(x, y, r * 0.32, second)
        return
    if variation == 2:  # a sunflower
        for turn in range(18):
            petal = star_points(50, 28, 24, 7, 2)
            pen.shape(turned(petal, turn * 20, 50, 50), main)
        pen.circle(50, 50, 20, second)
        for x in range(-2, 3):
            for y in range(-2, 3):
                if x * x + y * y < 7:
                    pen.circle(50 + 6.5 * x, 50 + 6.5 * y, 1.5, main)
        return
    _petals(pen, 50, 50, 40, 8, main)
    pen.circle(50, 50, 12, second)


def star(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 1:  # a burst
        pen.shape(star_points(50, 50, 46, 26, 14), main)
        pen.circle(50, 50, 18, second)
    elif variation == 2:  # a constellation
        places = [(16, 24), (36, 40), (58, 30), (84, 18), (66, 62), (44, 78), (80, 86)]
        pen.line([(x, y) for x, y in places], 1.1, second)
        for place, (x, y) in enumerate(places):
            pen.shape(star_points(x, y, 9 + 3 * (place % 3), 4 + place % 2, 5), main)
    elif variation == 3:  # a shooting star
        for offset, ink in ((-9, second), (0, main), (9, second)):
            pen.line(curve((60, 44 + offset), (30, 60 + offset), (6, 90 + offset / 2)), 4, ink)
        pen.shape(turned(star_points(66, 34, 30, 13, 5), 12, 66, 34), main)
    else:
        pen.shape(star_points(50, 53, 47, 19, 5), main)


def heart(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 2:  # in outline, one in the other
        for size, width in ((44, 4), (28, 4)):
            pen.outline(_heart_points(50, 50, size), width, main)
        return
    _heart(pen, 50, 50, 44, main)
    if variation == 1:  # with an arrow
        pen.line([(6, 78), (94, 22)], 4, second)
        pen.shape([(96, 20), (80, 22), (90, 36)], second)
        for step in (0, 6, 12):
            x, y = 8 + step, 77 - step * 0.64
            pen.line([(x, y), (x - 7, y - 2)], 2.6, second)
            pen.line([(x, y), (x - 2, y + 8)], 2.6, second)
    if variation == 3:  # a heartbeat
        beat: list[Point] = [(4, 50), (32, 50), (40, 30), (50, 72), (58, 42), (64, 50), (96, 50)]
        pen.line(beat, 4, second)


def wave(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 1:  # three lines
        for row, ink in enumerate((main, second, main)):
            crests = [(x, 32 + 18 * row + 7 * math.sin(x / 7)) for x in range(6, 95)]
            pen.line(crests, 5, ink)
        return
    if variation == 2:  # under a sun, in a circle
        pen.ring(50, 50, 46, 3, main)
        pen.circle(62, 36, 14, second)
        sea = [(x, 58 + 5 * math.sin(x / 5)) for x in range(10, 91)]
        pen.shape(sea + _arc_points(50, 50, 43, 10, 170), main)
        return
    if variation == 3:  # scales of the sea, as the Japanese print them
        for row in range(4):
            for column in range(-1, 4):
                x, y = 18 + 32 * column - 16 * (row % 2) + 8, 34 + 17 * row
                for r, ink in ((17, main), (12.5, second), (8, main), (4, second)):
                    pen.circle(x, y, r, ink)
        return
    crest = curve((4, 88), (26, 84), (26, 18), (66, 14)) + curve(
        (66, 14), (92, 16), (92, 46), (74, 48)
    )
    curl = curve((74, 48), (82, 36), (66, 28), (56, 40)) + curve(
        (56, 40), (46, 60), (66, 84), (96, 88)
    )
    pen.shape(crest + curl, main)
    pen.line(curve((16, 84), (36, 76), (34, 34), (62, 24)), 2.4, second)
    pen.dots([(84, 58), (90, 50), (78, 62)], 2.4, second)


def mountain(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 2:  # lines only
        pen.line([(4, 84), (36, 26), (54, 58), (66, 40), (96, 84)], 4, main)
        pen.line([(4, 92), (96, 92)], 4, main)
        pen.line([(26, 46), (36, 54), (46, 44)], 3, second)
        return
    if variation == 3:  # behind fir trees, in a circle
        pen.ring(50, 50, 46, 3, main)
        pen.shape([(14, 70), (44, 22), (62, 50), (70, 40), (88, 70)], main)
        for x, h in ((26, 22), (38, 28), (60, 26), (74, 20)):
            for part in (0, 1, 2):
                y = 84 - part * h / 3.4
                pen.shape([(x - 9 + 2 * part, y), (x + 9 - 2 * part, y), (x, y - h / 2)], second)
        return
    if variation == 1:
        pen.circle(68, 30, 17, second)
    pen.shape([(2, 86), (38, 20), (60, 60), (72, 44), (98, 86)], main)
    pen.shape([(38, 20), (26, 42), (34, 38), (39, 46), (44, 38), (51, 43)], second)
    pen.shape([(72, 44), (65, 55), (72, 52), (79, 56)], second)


MOTIFS: dict[str, Motif] = {
    motif.__name__: motif
    for motif in (
        cat, bear, apple, banana, skull, flower, star, heart, car, wave, mountain, rocket,
    )
}  # fmt: skip


# Parts that several motifs share -----------------------------------------------------------------


def _petals(pen: Pen, x: float, y: float, r: float, count: int, ink: Rgb) -> None:
    for turn in range(count):
        angle = 2 * math.pi * turn / count
        distance = 0.62 * r
        pen.circle(x + distance * math.sin(angle), y - distance * math.cos(angle), r * 0.36, ink)


def _heart_points(x: float, y: float, size: float) -> list[Point]:
    half = curve((0, -0.45), (-0.3, -1.1), (-1.25, -0.75), (-0.95, 0.05)) + curve(
        (-0.95, 0.05), (-0.75, 0.5), (-0.25, 0.75), (0, 1)
    )
    whole = half + [(-px, py) for px, py in reversed(half)]
    return [(x + size * px, y + size * py) for px, py in whole]


def _heart(pen: Pen, x: float, y: float, size: float, ink: Rgb) -> None:
    pen.shape(_heart_points(x, y, size), ink)


def _arc_points(x: float, y: float, r: float, start: int, end: int) -> list[Point]:
    return [
        (x + r * math.cos(math.radians(angle)), y + r * math.sin(math.radians(angle)))
        for angle in range(start, end + 1, 4)
    ]


def _erase(pen: Pen, x: float, y: float, r: float) -> None:
    hole = Pen(pen.image.width)
    hole.circle(x, y, r, (0, 0, 0))
    clear = Image.new("RGBA", pen.image.size, (0, 0, 0, 0))
    pen.image.paste(clear, mask=hole.image.getchannel("A"))
