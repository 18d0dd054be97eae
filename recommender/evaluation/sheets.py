"""Which products the report shows with whom they find: the best, the worst, and some at random."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recommender.evaluation.figures import SHOWN
from recommender.evaluation.run import Result
from recommender.index.metrics import Metric

EACH, OF_CHANGES = 12, 6


@dataclass(frozen=True, eq=False)
class Sheet:
    """Some products' rows, and what they have in common."""

    title: str
    meaning: str
    rows: np.ndarray


def sheets(result: Result) -> Iterator[Sheet]:
    """The sheets that there is something for, each product drawn by the result's seed."""
    score, by_category = _scores(result)
    random = np.random.default_rng(result.seed)
    asked = random.permutation(result.now.queries)
    known = asked[~np.isnan(score[asked])]
    order = known[np.argsort(score[known], kind="stable")]
    worst, best = _captions(by_category)
    yield Sheet("Twelve drawn at random", "As a visitor may meet them.", asked[:EACH])
    yield Sheet("The worst", worst, order[:EACH])
    yield Sheet("The best", best, order[::-1][:EACH])
    if len(result.evaluations) > 1 and by_category:
        yield from _changed(result, known)


def _scores(result: Result) -> tuple[np.ndarray, bool]:
    """(n,) what products are ordered by, and whether that is what their categories say.

    Without categories it is how near their five are.
    """
    by_category = result.now.values["precision_at_5"]
    if not np.isnan(by_category).all():
        return by_category, True
    lists = result.sides[0].index.lists[Metric.COSINE]
    return -lists.distances[:, :SHOWN].mean(axis=1), False


def _captions(by_category: bool) -> tuple[str, str]:
    drawn = "Of those with the {} of their category among the five, drawn at random."
    if by_category:
        return drawn.format("fewest"), drawn.format("most")
    return "The products that are farthest from their five.", "Those that are nearest to theirs."


def _changed(result: Result, known: np.ndarray) -> Iterator[Sheet]:
    """Those whose five have gained or lost most; the indexes have the same rows."""
    now, before = (one.values["precision_at_5"] for one in result.evaluations)
    gain = now[known] - before[known]
    order = known[np.argsort(gain, kind="stable")]
    gained, lost = int((gain > 0).sum()), int((gain < 0).sum())
    if gained:
        told = f"{gained:,} of the products asked find more of their category than before."
        yield Sheet("What has gained most", told, order[::-1][: min(gained, OF_CHANGES)])
    if lost:
        told = f"{lost:,} of the products asked find fewer of their category than before."
        yield Sheet("What has lost most", told, order[: min(lost, OF_CHANGES)])
