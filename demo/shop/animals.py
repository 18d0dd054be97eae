"""Motifs: a cat and a bear."""

from demo.shop.colours import Rgb, mix
from demo.shop.pen import Pen, curve


def cat(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 1:  # sitting, seen from behind, its tail round to the side
        _sitting_cat(pen, main, second)
        return
    if variation == 2:  # walking
        _walking_cat(pen, main, second)
        return
    pen.shape([(18, 56), (20, 10), (48, 30)], main)
    pen.shape([(82, 56), (80, 10), (52, 30)], main)
    pen.oval(50, 56, 34, 30, main)
    for side in (-1, 1):
        if variation == 0:
            pen.oval(50 + 13 * side, 50, 5, 7, second)
            pen.oval(50 + 13 * side, 50, 1.6, 6, main)
        else:  # with spectacles
            pen.ring(50 + 15 * side, 50, 12, 2.6, second)
            pen.circle(50 + 14 * side, 51, 3.2, second)
        for y in (-4, 2, 8):
            pen.line([(50 + 12 * side, 66), (50 + 40 * side, 64 + y)], 1.3, second)
    if variation == 3:
        pen.line([(46, 49), (54, 49)], 2.4, second)
    pen.shape([(45, 61), (55, 61), (50, 67)], second)
    pen.arc(45, 68, 5, 0, 150, 1.8, second)
    pen.arc(55, 68, 5, 30, 180, 1.8, second)


def _sitting_cat(pen: Pen, main: Rgb, second: Rgb) -> None:
    pen.line(curve((64, 86), (96, 92), (92, 58), (80, 62)), 6, main)
    pen.oval(50, 70, 21, 24, main)
    pen.circle(50, 38, 15, main)
    pen.shape([(36, 34), (36, 14), (48, 26)], main)
    pen.shape([(64, 34), (64, 14), (52, 26)], main)


def _walking_cat(pen: Pen, main: Rgb, second: Rgb) -> None:
    pen.line(curve((22, 52), (4, 48), (10, 18), (18, 22)), 6, main)
    pen.oval(46, 54, 28, 15, main)
    for x in (26, 38, 56, 68):
        pen.box(x - 3, 54, x + 3, 86, 3, main)
    pen.circle(76, 40, 14, main)
    pen.shape([(64, 36), (65, 16), (76, 27)], main)
    pen.shape([(88, 36), (88, 16), (77, 27)], main)
    pen.circle(80, 38, 2, second)


def bear(pen: Pen, variation: int, main: Rgb, second: Rgb) -> None:
    if variation == 1:  # a whole toy bear
        _toy_bear(pen, main, second)
        return
    if variation == 2:  # walking, seen from the side
        _walking_bear(pen, main, second)
        return
    for side in (-1, 1):
        pen.circle(50 + 25 * side, 27, 13, main)
        pen.circle(50 + 25 * side, 27, 6.5, second)
    pen.circle(50, 54, 34, main)
    pen.oval(50, 65, 15, 12, second)
    pen.oval(50, 60, 6, 4, main)
    pen.line([(50, 63), (50, 70)], 1.8, main)
    pen.dots([(37, 47), (63, 47)], 3.6, second)
    if variation == 3:  # in a woollen hat
        pen.shape([*curve((20, 38), (22, -2), (78, -2), (80, 38))], second)
        pen.box(16, 33, 84, 43, 5, mix(main, second, 0.5))
        pen.circle(50, 8, 7, mix(main, second, 0.5))


def _toy_bear(pen: Pen, main: Rgb, second: Rgb) -> None:
    for side in (-1, 1):
        pen.circle(50 + 15 * side, 16, 8, main)
        pen.oval(50 + 26 * side, 56, 8, 14, main)
        pen.oval(50 + 15 * side, 86, 11, 9, main)
    pen.circle(50, 29, 20, main)
    pen.oval(50, 65, 23, 24, main)
    pen.oval(50, 67, 13, 15, second)
    pen.oval(50, 35, 8, 6, second)
    pen.dots([(43, 26), (57, 26)], 2.2, second)


def _walking_bear(pen: Pen, main: Rgb, second: Rgb) -> None:
    back = curve((12, 60), (14, 26), (52, 30), (66, 34))
    pen.shape([*back, (84, 40), (94, 50), (90, 57), (74, 60), (70, 66), (14, 66)], main)
    for x in (18, 32, 54, 67):
        pen.box(x - 5, 56, x + 6, 84, 4, main)
    pen.circle(75, 37, 5, main)
    pen.circle(82, 46, 1.6, second)
