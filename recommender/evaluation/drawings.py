"""Which plots the report shows, and what each of them says to those who cannot see it."""

from dataclasses import dataclass

import numpy as np
from django.utils.safestring import SafeString, mark_safe

from recommender.evaluation import bootstrap, measures, plots
from recommender.evaluation.evaluation import Evaluation
from recommender.evaluation.figures import SHOWN, Section
from recommender.evaluation.plots import Point
from recommender.evaluation.run import Result
from recommender.index.metrics import Metric

# Categories in a plot: those with the most products.
MOST, MOST_CONFUSED = 30, 15


@dataclass(frozen=True)
class Drawing:
    """A plot: its caption, what it shows in words, and the drawing itself."""

    caption: str
    alt: str
    svg: SafeString


def by_section(result: Result) -> dict[str, list[Drawing]]:
    """The plots that there is something to draw for, under their sections' headings."""
    found: dict[Section, list[Drawing | None]] = {
        Section.CATEGORIES: [_categories(result), _confusion(result)],
        Section.COPIES: [_copies(result, Section.COPIES)],
        Section.HELD_OUT: [_copies(result, Section.HELD_OUT)],
        Section.TOGETHER: [_times_shown(result)],
    }
    return {str(name): [one for one in drawn if one] for name, drawn in found.items()}


def changes(result: Result) -> Drawing | None:
    """All differences of shares, where two indexes were compared."""
    points = [
        Point(figure.title, change.difference)
        for figure in result.now.figures
        if figure.number is None and (change := result.changes.get(figure.key))
    ]
    if not points:
        return None
    alt = "; ".join(f"{point.name} {100 * point.now.value:+.1f}" for point in points)
    return _drawing("What has changed, in percentage points", alt, plots.differences(points))


def _drawing(caption: str, alt: str, svg: str) -> Drawing:
    return Drawing(caption, alt, mark_safe(svg))  # noqa: S308 - drawn here; matplotlib escapes names


def _largest(result: Result, most: int) -> np.ndarray:
    """The numbers of the categories that most products are of, in the order of their names."""
    known = result.now.categories[result.now.categories >= 0]
    sizes = np.bincount(known, minlength=len(result.labels.names)) if len(known) else np.empty(0)
    several = np.flatnonzero(sizes > 1)
    return np.sort(several[np.argsort(-sizes[several], kind="stable")][:most])


def _of_category(result: Result, evaluation: Evaluation, code: int) -> bootstrap.Estimate | None:
    values = evaluation.values["precision_at_5"][evaluation.categories == code]
    return bootstrap.estimate(bootstrap.mean, values, np.full(len(values), -1), result.seed)


def _categories(result: Result) -> Drawing | None:
    points = []
    for code in _largest(result, MOST).tolist():
        found = [_of_category(result, one, code) for one in result.evaluations]
        if found[0] is not None:
            points.append(Point(result.labels.names[code], found[0], *found[1:]))
    if not points:
        return None
    points.sort(key=lambda point: -point.now.value)
    told = "; ".join(f"{point.name} {100 * point.now.value:.0f} %" for point in points)
    svg = plots.intervals("categories", points, "share of the five that are of the category, in %")
    return _drawing("The five nearest, category by category", told, svg)


def _confusion(result: Result) -> Drawing | None:
    codes = _largest(result, MOST_CONFUSED)
    if len(codes) < 2:
        return None
    queries = result.now.queries
    five = result.sides[0].index.lists[Metric.COSINE].rows[queries, :SHOWN]
    table = measures.confusion(five, result.now.categories, queries, codes)
    names = [result.labels.names[code] for code in codes]
    wrong = table - np.diag(np.diag(table))
    one, other = np.unravel_index(int(wrong.argmax()), wrong.shape)
    alt = (
        f"A row a category. Most often mistaken: {names[one]}, of whose five "
        f"{100 * wrong[one, other]:.0f} % are {names[other]}."
    )
    return _drawing("What is found instead", alt, plots.confusion(names, table))


def _copies(result: Result, section: Section) -> Drawing | None:
    points = []
    for figure in result.now.figures:
        if figure.section is section and figure.key in result.estimates:
            change = result.changes.get(figure.key)
            now = result.estimates[figure.key]
            points.append(Point(figure.title, now, change.before if change else None))
    if not points:
        return None
    alt = "; ".join(f"{point.name} {100 * point.now.value:.0f} %" for point in points)
    svg = plots.intervals(section.name, points, "original found first, in %")
    return _drawing("How often the original comes first", alt, svg)


def _times_shown(result: Result) -> Drawing:
    shown = [evaluation.values["most_shown"] for evaluation in result.evaluations]
    never = int((shown[0] == 0).sum())
    alt = f"{never:,} of {len(shown[0]):,} products in nobody's five; {shown[0].max():.0f} at most."
    svg = plots.times_shown(shown[0], shown[1] if len(shown) > 1 else None)
    return _drawing("In how many products' five each product stands", alt, svg)
