"""An evaluation as a table on the terminal."""

from collections.abc import Iterator

from recommender.evaluation import words
from recommender.evaluation.bootstrap import Estimate
from recommender.evaluation.evaluation import figures_by_section
from recommender.evaluation.figures import Figure
from recommender.evaluation.run import Result
from recommender.evaluation.verdicts import verdict

TITLE = 44


def lines(result: Result) -> Iterator[str]:
    """What was asked, each section's figures, what they cost, and what there is to note."""
    yield heading(result)
    for side in result.sides[1:]:
        yield f"Compared with {side.name}."
    yield ""
    yield _row("", *_titles(result))
    for section, figures in figures_by_section(result.now.figures).items():
        text = [figure for figure in figures if figure.key in result.estimates]
        if text:
            yield section
            yield from (_row(f"  {figure.title}", *_cells(result, figure)) for figure in text)
            yield ""
    if taught := list(words.lines(result.sides[0].index.words)):
        yield from (*taught, "")
    yield from _costs(result)
    if result.notes:
        yield ""
        yield from result.notes


def heading(result: Result) -> str:
    """As in "vgg16, built 2026-11-27 23:37: 3,409 products, all asked, 500 altered."."""
    asked, n = len(result.now.queries), len(result.now.item_ids)
    who = "all asked" if asked == n else f"{asked:,} of them asked"
    altered = f", {result.altered:,} of them altered" if result.altered else ""
    return f"{result.sides[0].name}: {n:,} products, {who}{altered}."


def interval(figure: Figure, estimate: Estimate) -> str:
    """As in "83.5 to 85.3"; nothing where there can be none."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = (
        figure.as_text(limit).removesuffix(" %") for limit in (estimate.low, estimate.high)
    )
    return f"{low} to {high}"


def difference(figure: Figure, estimate: Estimate) -> str:
    """As in "+1.8 (+1.2 to +2.4)"."""
    text = figure.difference_as_text(estimate.value)
    if estimate.low is None or estimate.high is None:
        return text
    low, high = (figure.difference_as_text(limit) for limit in (estimate.low, estimate.high))
    return f"{text} ({low} to {high})"


def _titles(result: Result) -> tuple[str, ...]:
    compared = len(result.sides) > 1
    return "now", "95 % interval", *(("before", "difference", "") if compared else ("by chance",))


def _cells(result: Result, figure: Figure) -> tuple[str, ...]:
    estimate = result.estimates[figure.key]
    first = figure.as_text(estimate.value), interval(figure, estimate)
    if len(result.sides) == 1:
        chance = result.now.chance.get(figure.key)
        return *first, "" if chance is None else figure.as_text(chance)
    change = result.changes.get(figure.key)
    if change is None:
        return first
    was = figure.as_text(change.before.value)
    return *first, was, difference(figure, change.difference), verdict(figure, change)


def _row(title: str, *cells: str) -> str:
    widths = (9, 16, 9, 24, 0)
    text = "".join(f"{cell:>{width}}  " for cell, width in zip(cells, widths, strict=False))
    return f"{title:<{TITLE}}{text}".rstrip()


def _costs(result: Result) -> Iterator[str]:
    if not result.costs:
        return
    yield "Time and memory"
    before = {cost.key: cost for cost in result.costs[-1]} if len(result.costs) > 1 else {}
    for cost in result.costs[0]:
        other = before.get(cost.key)
        text = f"  (before: {other.figure})" if other and other.figure != cost.figure else ""
        yield f"  {cost.title:<{TITLE - 2}}{cost.figure:>11}{text}"
