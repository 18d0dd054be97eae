"""A pen on a square of 100 by 100 units, so that a motif is drawn in numbers one can picture."""

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw

from demo.shop.colours import Rgb

Point = tuple[float, float]


class Pen:
    """Draws on a transparent square, `side` pixels wide. y grows downwards."""

    def __init__(self, side: int = 480) -> None:
        self.scale = side / 100
        self.image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def _px(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def circle(self, x: float, y: float, r: float, ink: Rgb) -> None:
        self.oval(x, y, r, r, ink)

    def dots(self, places: list[Point], r: float, ink: Rgb) -> None:
        for x, y in places:
            self.circle(x, y, r, ink)

    def oval(self, x: float, y: float, rx: float, ry: float, ink: Rgb) -> None:
        self._draw.ellipse(self._px([(x - rx, y - ry), (x + rx, y + ry)]), fill=ink)

    def ring(self, x: float, y: float, r: float, width: float, ink: Rgb) -> None:
        box = self._px([(x - r, y - r), (x + r, y + r)])
        self._draw.ellipse(box, outline=ink, width=round(width * self.scale))

    def shape(self, points: Sequence[Point], ink: Rgb) -> None:
        self._draw.polygon(self._px(points), fill=ink)

    def line(self, points: Sequence[Point], width: float, ink: Rgb) -> None:
        """A line with round ends and corners."""
        pixels = self._px(points)
        self._draw.line(pixels, fill=ink, width=round(width * self.scale), joint="curve")
        for x, y in (points[0], points[-1]):
            self.circle(x, y, width / 2, ink)

    def outline(self, points: Sequence[Point], width: float, ink: Rgb) -> None:
        self.line([*points, points[0], points[1]], width, ink)

    def arc(
        self, x: float, y: float, r: float, start: float, end: float, width: float, ink: Rgb
    ) -> None:
        """Part of a circle, degrees clockwise from three o'clock."""
        box = self._px([(x - r, y - r), (x + r, y + r)])
        self._draw.arc(box, start, end, fill=ink, width=round(width * self.scale))

    def box(self, x0: float, y0: float, x1: float, y1: float, r: float, ink: Rgb) -> None:
        """A rectangle with round corners."""
        self._draw.rounded_rectangle(
            self._px([(x0, y0), (x1, y1)]), radius=r * self.scale, fill=ink
        )


def curve(*points: Point, steps: int = 24) -> list[Point]:
    """A Bézier curve through the first and the last point, drawn to the others (de Casteljau)."""
    result = []
    for step in range(steps + 1):
        t, left = step / steps, list(points)
        while len(left) > 1:
            left = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(left)]
        result.append(left[0])
    return result


def mirrored(points: Sequence[Point]) -> list[Point]:
    """The points and their mirror image about x = 50, as one closed shape."""
    return [*points, *((100 - x, y) for x, y in reversed(points))]


def star_points(x: float, y: float, outer: float, inner: float, tips: int) -> list[Point]:
    """The corners of a star, its first tip on top."""
    return [
        (
            x + (inner if turn % 2 else outer) * math.sin(math.pi * turn / tips),
            y - (inner if turn % 2 else outer) * math.cos(math.pi * turn / tips),
        )
        for turn in range(2 * tips)
    ]


def turned(points: Sequence[Point], degrees: float, x: float = 50, y: float = 50) -> list[Point]:
    """The points turned clockwise about (x, y)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(x + (px - x) * c - (py - y) * s, y + (px - x) * s + (py - y) * c) for px, py in points]
