"""The report's plots, as SVG that takes its colours and its letters from the page around it."""

import io
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

from recommender.evaluation.bootstrap import Estimate
from runs.outcomes import printable

# Colours that stand for the page's own until the SVG is done.
INK, SOFT, ACCENT, BEFORE = "#010203", "#040506", "#070809", "#0a0b0c"
_OF_THE_PAGE = {INK: "--ink", SOFT: "--soft", ACCENT: "--accent", BEFORE: "--before"}
# Inches, of 72 units each: a telephone's width, so that letters keep their size there.
WIDTH, A_ROW = 5.4, 0.27
LONGEST_NAME = 36
MOST_SHOWN = 20
# What says nothing on a page with several: who made it, and names that each of them has.
_NOT_NEEDED = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>| id=\"[\w.]+_\d+\"", re.S)
_STYLE: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Point:
    """A name with its figure now, and before where there was one."""

    name: str
    now: Estimate
    before: Estimate | None = None


def intervals(name: str, points: Sequence[Point], label: str) -> str:
    """Shares from 0 to 100 %, a row each: a dot with its interval; before, a hollow one."""

    def draw(axes: Axes) -> None:
        for place, point in enumerate(points):
            offset = 0.14 if point.before else 0
            _dot(axes, place - offset, point.now, ACCENT, ACCENT)
            if point.before:
                _dot(axes, place + offset, point.before, BEFORE, "none")
        _name_rows(axes, [point.name for point in points])
        axes.set_xlim(0, 101)
        axes.set_xlabel(label)
        axes.grid(axis="x", color=SOFT, alpha=0.25)
        if any(point.before for point in points):
            _legend(axes)

    return _svg(name, draw, len(points))


def differences(points: Sequence[Point]) -> str:
    """The differences of shares in points, a row each, about a line at 0."""

    def draw(axes: Axes) -> None:
        for place, point in enumerate(points):
            _dot(axes, place, point.now, ACCENT, ACCENT)
        _name_rows(axes, [point.name for point in points])
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_xlabel("percentage points")
        axes.grid(axis="x", color=SOFT, alpha=0.25)

    return _svg("differences", draw, len(points))


def times_shown(now: np.ndarray, before: np.ndarray | None) -> str:
    """How many products stand in so many fives; the last column holds all that are in more."""

    def draw(axes: Axes) -> None:
        places = np.arange(MOST_SHOWN + 1)
        width = 0.8 if before is None else 0.4
        left = places if before is None else places - width / 2
        axes.bar(left, _counts(now), width, color=ACCENT, label="now")
        if before is not None:
            axes.bar(places + width / 2, _counts(before), width, color=BEFORE, label="before")
            axes.legend()
        axes.set_xticks([0, 5, 10, 15, 20], ["0", "5", "10", "15", "20 or more"])
        axes.set_xlabel("products' fives it stands in")
        axes.set_ylabel("products")

    return _svg("shown", draw, 7)


def confusion(names: Sequence[str], table: np.ndarray) -> str:
    """(c, c) shares: a row a category, and what its products' five are of; darker is more."""

    def draw(axes: Axes) -> None:
        for row, shares in enumerate(table):
            for column, share in enumerate(shares):
                axes.barh(row, 1, 1, left=column - 0.5, color=ACCENT, alpha=float(min(share, 1)))
                if share >= 0.05 and row != column:
                    axes.text(
                        column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=8
                    )
        _name_rows(axes, names)
        axes.set_xticks(range(len(names)), [_short(name) for name in names], rotation=90)
        axes.set_xlim(-0.5, len(names) - 0.5)
        axes.set_xlabel("category of the five, in %")

    return _svg("confusion", draw, len(names) + 4)


def _dot(axes: Axes, place: float, estimate: Estimate, line: str, fill: str) -> None:
    value = 100 * estimate.value
    low, high = (value if limit is None else 100 * limit for limit in (estimate.low, estimate.high))
    axes.plot([low, high], [place, place], color=line, linewidth=1.6, solid_capstyle="round")
    axes.plot([value], [place], "o", markersize=5.5, markeredgecolor=line, markerfacecolor=fill)


def _legend(axes: Axes) -> None:
    axes.plot([], [], "o-", color=ACCENT, label="now")
    axes.plot([], [], "o-", color=BEFORE, markerfacecolor="none", label="before")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)


def _counts(shown: np.ndarray) -> np.ndarray:
    return np.bincount(np.minimum(shown.astype(int), MOST_SHOWN), minlength=MOST_SHOWN + 1)


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [_short(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(length=0)


def _short(name: str) -> str:
    told = printable(name)
    return told if len(told) <= LONGEST_NAME else f"{told[: LONGEST_NAME - 1]}…"


def _svg(name: str, draw: Callable[[Axes], None], rows: int) -> str:
    """An <svg> element of a drawing of so many rows. What a font lacks, the page's has.

    Names within it are made from `name`, so that two on a page share none.
    """
    buffer = io.StringIO()
    with rc_context({**_STYLE, "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure = Figure((WIDTH, 1.0 + A_ROW * rows), layout="constrained")
        draw(figure.subplots())
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    drawn = buffer.getvalue()
    drawn = _NOT_NEEDED.sub("", drawn[drawn.index("<svg") :])
    for colour, name in _OF_THE_PAGE.items():
        drawn = drawn.replace(colour, f"var({name})")
    return drawn
