"""Exact neighbour lists: all of them, or one query's.

Every list is worked out in two steps. Fast float32 scores say which vectors could be among the
k nearest, given how wrong such a score may be; those few are measured exactly. So a list depends
on the vectors alone, never on how the work was cut.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recommender.arrays import fixed
from recommender.index.candidates import UNIT, Scorer, Scores, own_columns, rounding
from recommender.index.metrics import METRIC_CODES, Metric

Progress = Callable[[int, int], None]

# Rows worked on at a time, and those that they are compared with: the scores take 200 MB at most.
STRIP, COLUMNS = 256, 65_536


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

    def with_later(self, other: "Lists") -> "Lists":
        """The k nearest out of both, where all rows that `other` names come after those here."""
        rows, distances = (
            np.concatenate(both, axis=1)
            for both in ((self.rows, other.rows), (self.distances, other.distances))
        )
        order = np.argsort(distances, axis=1, kind="stable")[:, : self.rows.shape[1]]
        return Lists(
            np.take_along_axis(rows, order, axis=1), np.take_along_axis(distances, order, axis=1)
        )


class MakeLists(Protocol):
    """Makes all lists, as `all_lists` does: with the same arguments, the same lists."""

    def __call__(
        self, embeddings: np.ndarray, squared: np.ndarray, k: int, progress: Progress | None = None
    ) -> dict[Metric, Lists]: ...


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
        for metric, found in lists_of(scorer, rows, k).items():
            put(lists[metric], rows, found)
        if progress:
            progress(int(rows[-1]) + 1, n)
    return lists


def lists_of(scorer: Scorer, rows: np.ndarray, k: int) -> dict[Metric, Lists]:
    """The exact lists of a strip of rows, compared with all, so many at a time."""
    lists: dict[Metric, Lists] = {}
    for first in range(0, len(scorer.embeddings), COLUMNS):
        columns = slice(first, first + COLUMNS)
        for metric, scores in scorer.near(rows, columns, k):
            found = nearest_of(scorer, metric, rows, scores, k, first)
            lists[metric] = lists[metric].with_later(found) if first else found
    return lists


def nearest_of(
    scorer: Scorer, metric: Metric, rows: np.ndarray, scores: Scores, k: int, first: int = 0
) -> Lists:
    """The exact lists of some rows, from their scores against those from row `first` on."""
    from recommender.index import kernels

    count = scores.values.shape[1]
    lists = Lists.empty(len(rows), k)
    kernels.nearest(
        METRIC_CODES[metric], np.ascontiguousarray(scores.values), scores.absolute,
        scores.relative, fixed(scorer.embeddings[rows], np.float32), scorer.squared[rows],
        own_columns(rows, first, count), np.arange(first, first + count),
        scorer.embeddings, scorer.squared, lists.rows, lists.distances,
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
