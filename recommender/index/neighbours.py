"""Exact neighbour lists: all of them, or one query's.

Every list is worked out in two steps. Fast float32 scores say which vectors could be among the
k nearest, given how wrong such a score may be; those few are measured exactly. So a list depends
on the vectors alone, never on how the work was cut.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from recommender.index.candidates import UNIT, Scorer, Scores, rounding
from recommender.index.distances import fixed
from recommender.index.metrics import METRIC_CODES, Metric

Progress = Callable[[int, int], None]

# Rows worked on at a time: their scores for 11,556 vectors take 36 MB.
STRIP = 256


@dataclass(frozen=True)
class Lists:
    """The k nearest of each of n rows under one metric, nearest first, ties by row.

    rows (n, k) int32 and distances (n, k) float64; where there are fewer than k neighbours the
    places at the end hold -1 and inf.
    """

    rows: np.ndarray
    distances: np.ndarray

    @classmethod
    def empty(cls, n: int, k: int) -> "Lists":
        return cls(np.full((n, k), -1, np.int32), np.full((n, k), np.inf))


def all_lists(
    embeddings: np.ndarray, squared: np.ndarray, k: int, progress: Progress | None = None
) -> dict[Metric, Lists]:
    """The k nearest of every row of (n, d) float32 embeddings, under each metric.

    `squared` (n,) float64 are their squared norms. Memory beyond the embeddings and the lists
    does not grow faster than n.
    """
    n = len(embeddings)
    lists = {metric: Lists.empty(n, k) for metric in Metric}
    if not n:
        return lists
    scorer = Scorer(embeddings, squared)
    for rows in strips(np.arange(n)):
        for metric, scores in scorer.strip(rows).items():
            put(lists[metric], rows, nearest_of(scorer, metric, rows, scores, k))
        if progress:
            progress(int(rows[-1]) + 1, n)
    return lists


def nearest_of(scorer: Scorer, metric: Metric, rows: np.ndarray, scores: Scores, k: int) -> Lists:
    """The exact lists of some rows, from their scores against all."""
    from recommender.index import kernels

    lists = Lists.empty(len(rows), k)
    kernels.nearest(
        METRIC_CODES[metric], np.ascontiguousarray(scores.values), scores.absolute,
        scores.relative, scorer.embeddings[rows], scorer.squared[rows], rows,
        np.arange(len(scorer.embeddings)), scorer.embeddings, scorer.squared,
        lists.rows, lists.distances,
    )  # fmt: skip
    return lists


def nearest_to(
    metric: Metric,
    query: np.ndarray,
    embeddings: np.ndarray,
    squared: np.ndarray,
    k: int,
    among: np.ndarray | None = None,
) -> Lists:
    """The k nearest of (n, d) float32 embeddings to one (d,) float32 query, one pass over them.

    `among` (m,) are the rows that count, ascending; without it, all do.
    """
    from recommender.index import kernels

    code = METRIC_CODES[metric]
    query = fixed(query, np.float32)
    embeddings, squared = fixed(embeddings, np.float32), fixed(squared, np.float64)
    query_squared = kernels.exact_dot(query, query)
    rows = np.arange(len(embeddings)) if among is None else among
    scores = np.empty((1, len(rows)), np.float32)
    kernels.scan(code, query, query_squared, embeddings, squared, rows, scores[0])
    unit = rounding(len(query))
    absolute = np.array([unit + 2 * UNIT if metric is Metric.COSINE else 0.0])
    relative = 2 * UNIT if metric is Metric.COSINE else unit
    lists = Lists.empty(1, k)
    kernels.nearest(
        code, scores, absolute, relative, query[None], np.array([query_squared]),
        np.array([-1]), rows, embeddings, squared, lists.rows, lists.distances,
    )  # fmt: skip
    return lists


def strips(rows: np.ndarray) -> Iterator[np.ndarray]:
    """The rows, as many at a time as are worked on together."""
    for start in range(0, len(rows), STRIP):
        yield rows[start : start + STRIP]


def put(lists: Lists, rows: np.ndarray, found: Lists) -> None:
    """Writes the lists found for some rows in their places."""
    lists.rows[rows] = found.rows
    lists.distances[rows] = found.distances
