"""The pen that motifs are drawn with, in numbers one can picture."""

import math

import pytest

from demo.shop.pen import Pen, curve, mirrored, star_points, turned

INK = (200, 10, 20)


def inked(pen, x, y):
    """Whether there is ink at a place of the 100 by 100 units."""
    red, green, blue, alpha = pen.image.getpixel((round(x * pen.scale), round(y * pen.scale)))
    assert not alpha or (red, green, blue) == INK
    return alpha == 255


@pytest.mark.parametrize("side", [100, 480])
def test_a_circle_is_where_it_was_drawn_at_any_size(side):
    pen = Pen(side)
    assert pen.image.getbbox() is None  # a clear sheet
    pen.circle(50, 50, 20, INK)
    assert inked(pen, 50, 50)
    assert inked(pen, 50, 31)  # y grows downwards, and both ways it is as wide
    assert inked(pen, 69, 50)
    assert not inked(pen, 50, 72)
    assert not inked(pen, 66, 66)  # it has no corners


def test_a_ring_is_open_in_the_middle():
    pen = Pen(200)
    pen.ring(50, 50, 20, 5, INK)
    assert inked(pen, 50, 32)
    assert not inked(pen, 50, 50)


def test_a_line_has_round_ends():
    pen = Pen(400)
    pen.line([(30, 50), (70, 50)], 10, INK)
    assert inked(pen, 27, 50)
    assert not inked(pen, 24, 50)
    assert not inked(pen, 26, 54.5)


def test_an_outline_closes_its_shape():
    pen = Pen(400)
    pen.outline([(20, 20), (80, 20), (80, 80), (20, 80)], 4, INK)
    assert inked(pen, 20, 50)  # the side that leads back
    assert not inked(pen, 50, 50)


def test_shapes_and_boxes_are_filled():
    pen = Pen(200)
    pen.shape([(10, 10), (90, 10), (10, 90)], INK)
    assert inked(pen, 20, 20)
    assert not inked(pen, 80, 80)
    box = Pen(200)
    box.box(10, 10, 90, 50, 10, INK)
    assert inked(box, 50, 30)
    assert not inked(box, 11, 11)  # round corners


def test_an_arc_goes_clockwise_from_three_o_clock():
    pen = Pen(400)
    pen.arc(50, 50, 30, 0, 90, 4, INK)
    assert inked(pen, 50 + 29 * math.cos(0.8), 50 + 29 * math.sin(0.8))
    assert not inked(pen, 50 + 29 * math.cos(0.8), 50 - 29 * math.sin(0.8))


def test_a_curve_goes_from_the_first_point_to_the_last_drawn_to_those_between():
    points = curve((0, 0), (50, 100), (100, 0))
    assert (points[0], points[-1]) == ((0, 0), (100, 0))
    assert points[12] == (50, 50)  # half of the way to what it is drawn to
    assert len(curve((0, 0), (1, 1), steps=4)) == 5
    assert curve((0, 0), (8, 4), steps=4)[1] == (2, 1)  # two points make a straight line


def test_a_mirror_image_stands_about_the_middle():
    assert mirrored([(50, 0), (30, 40)]) == [(50, 0), (30, 40), (70, 40), (50, 0)]


def test_a_star_begins_on_top_and_has_as_many_corners_again_between_its_tips():
    points = star_points(50, 50, 40, 10, 5)
    assert len(points) == 10
    assert points[0] == pytest.approx((50, 10))
    away = [math.dist(point, (50, 50)) for point in points]
    assert away == pytest.approx([40, 10] * 5)


def test_points_are_turned_clockwise():
    assert turned([(60, 50)], 90)[0] == pytest.approx((50, 60))
    assert turned([(1, 0)], 180, 0, 0)[0] == pytest.approx((-1, 0))
    assert turned(turned([(3, 7)], 33), -33)[0] == pytest.approx((3, 7))
