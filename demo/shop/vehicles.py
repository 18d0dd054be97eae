"""Motifs: a car and a rocket."""

from demo.shop.colours import Rgb
from demo.shop.pen import Pen, Point, curve, mirrored, turned


def car(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 2:  # from the front
        _car_from_the_front(pen, main, second)
        return
    if variation == 1:  # a van
        _van(pen, main, second)
    elif variation == 3:  # a racing car
        _racing_car(pen, main, second)
    else:
        _saloon(pen, main, second)
    for x in (25, 76):
        pen.circle(x, 71, 11, main)
        pen.ring(x, 71, 11, 2.5, second)
        pen.circle(x, 71, 4, second)


def _car_from_the_front(pen: Pen, main: Rgb, second: Rgb) -> None:
    pen.box(24, 22, 76, 60, 12, main)
    pen.box(31, 28, 69, 46, 6, second)
    pen.box(12, 46, 88, 76, 8, main)
    pen.dots([(24, 60), (76, 60)], 6.5, second)
    pen.box(38, 58, 62, 66, 2, second)
    for x in (16, 70):
        pen.box(x, 74, x + 14, 88, 3, main)


def _van(pen: Pen, main: Rgb, second: Rgb) -> None:
    pen.box(6, 24, 94, 72, 10, main)
    pen.box(6, 50, 94, 55, 0, second)
    for x in (14, 36, 58):
        pen.box(x, 31, x + 17, 45, 3, second)
    pen.shape([(80, 31), (88, 31), (93, 45), (80, 45)], second)


def _racing_car(pen: Pen, main: Rgb, second: Rgb) -> None:
    pen.shape([(4, 66), (14, 54), (40, 52), (50, 40), (62, 42), (66, 54), (96, 62), (96, 68)], main)
    pen.box(2, 38, 18, 44, 1, main)
    pen.line([(10, 42), (12, 60)], 3, main)
    pen.circle(54, 47, 4, second)
    pen.circle(34, 60, 6, second)


def _saloon(pen: Pen, main: Rgb, second: Rgb) -> None:
    cabin = curve((20, 50), (30, 24), (40, 24)) + curve((62, 24), (72, 26), (82, 50))
    pen.shape(cabin, main)
    pen.box(4, 46, 96, 70, 9, main)
    pen.shape([(29, 46), (37, 31), (49, 31), (49, 46)], second)
    pen.shape([(53, 46), (53, 31), (63, 31), (73, 46)], second)
    pen.circle(91, 55, 3, second)


def rocket(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    degrees = {0: 0, 1: 40, 2: -20, 3: 30}[variation]
    hull = mirrored(curve((50, 6), (30, 24), (30, 52), (36, 70)))
    fins: list[list[Point]] = [
        [(34, 48), (20, 70), (22, 82), (37, 68)],
        [(66, 48), (80, 70), (78, 82), (63, 68)],
    ]
    flame = mirrored(curve((42, 72), (38, 84), (50, 98)))
    if variation == 2:
        for points in (hull, *fins):
            pen.outline(turned(points, degrees), 3, main)
        (x, y), *_ = turned([(50, 38)], degrees)
        pen.ring(x, y, 8, 3, second)
        return
    if variation == 3:  # past a planet
        pen.circle(24, 72, 18, second)
        pen.line(curve((2, 82), (24, 84), (46, 60)), 3, main)
        pen.dots([(14, 20), (30, 34), (88, 82), (80, 92)], 2, main)
    for fin in fins:
        pen.shape(turned(fin, degrees), second)
    if variation != 3:
        pen.shape(turned(flame, degrees), second)
    pen.shape(turned(hull, degrees), main)
    (x, y), *_ = turned([(50, 36)], degrees)
    pen.circle(x, y, 8, second)
