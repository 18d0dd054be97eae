"""Exact neighbour lists: all of them, those that a change calls for, or one query's.

Every list is worked out in two steps. Fast float32 scores say which vectors could be among the
k nearest, given how wrong such a score may be; those few are measured exactly. So a list depends
on the vectors alone, never on how the work was cut.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from recommender.index.metrics import METRIC_CODES, Metric, fixed

Progress = Callable[[int, int], None]

# Rows worked on at a time, and vectors multiplied at a time: a strip's scores for 11,556 vectors
# take 36 MB, and a block of vectors 32 MB at 4,096 numbers each.
STRIP = 256
BLOCK = 2048

# A float32 sum of d terms is off by λ·√d·u of the sum of their magnitudes, u = 2**-24, with a
# probability of failure below 2·exp(-λ²/2): N. Higham, T. Mary, "A new approach to probabilistic
# rounding error analysis", SIAM J. Sci. Comput. 41 (2019). With λ = 8 that is 3e-14.
CONFIDENCE = 8.0
UNIT = 2.0**-24


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


@dataclass(frozen=True)
class Scores:
    """float32 scores (q, n) of one metric, each off by at most absolute[i] + relative·score."""

    values: np.ndarray
    absolute: np.ndarray
    relative: float


class Vectors:
    """n embeddings, (n, d) float32 in C order, with what scoring them needs."""

    def __init__(self, embeddings: np.ndarray, squared: np.ndarray) -> None:
        self.embeddings = fixed(embeddings, np.float32)
        self.squared = fixed(squared, np.float64)
        self.centre = _mean(embeddings)
        self.centred_squared = np.empty(len(embeddings))
        self.shift = np.empty(len(embeddings))
        centre = self.centre.astype(np.float64)
        for start in range(0, len(embeddings), BLOCK):
            rows = slice(start, start + BLOCK)
            wide = embeddings[rows].astype(np.float64)
            self.shift[rows] = wide @ centre
            self.centred_squared[rows] = ((wide - centre) ** 2).sum(axis=1)
        self.offset = float(centre @ centre)

    def strip(self, rows: np.ndarray) -> dict[Metric, Scores]:
        """The scores of some rows against all, under the three metrics."""
        cosine, euclidean = self._products(rows)
        unit = _rounding(self.embeddings.shape[1])
        spread = np.sqrt(self.centred_squared)
        length = np.sqrt(self.squared)
        turn = np.divide(spread, length, out=np.zeros_like(spread), where=length > 0)
        return {
            Metric.COSINE: Scores(cosine, unit * turn[rows] * turn.max() + 2 * UNIT, 2 * UNIT),
            Metric.EUCLIDEAN: Scores(euclidean, 2 * unit * spread[rows] * spread.max(), 2 * UNIT),
            Metric.MANHATTAN: Scores(self._absolutes(rows), np.zeros(len(rows)), unit),
        }

    def _products(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        from recommender.index import kernels

        n = len(self.embeddings)
        cosine, euclidean = np.empty((2, len(rows), n), np.float32)
        queries = self.embeddings[rows] - self.centre
        for first in range(0, n, BLOCK):
            products = queries @ (self.embeddings[first : first + BLOCK] - self.centre).T
            kernels.scores_from_products(
                products, rows, first, self.centred_squared, self.shift, self.squared,
                self.offset, cosine, euclidean,
            )  # fmt: skip
        return cosine, euclidean

    def _absolutes(self, rows: np.ndarray) -> np.ndarray:
        from recommender.index import kernels

        even = rows if len(rows) % 2 == 0 else np.append(rows, rows[-1])
        vectors = self.embeddings
        if len(vectors) < 4:  # the kernel works on four at a time
            vectors = np.concatenate([vectors, np.repeat(vectors[:1], 3, axis=0)])
        scores = np.empty((len(even), len(vectors)), np.float32)
        kernels.manhattan_scores(self.embeddings[even], vectors, scores)
        return scores[: len(rows), : len(self.embeddings)]

    def nearest(self, metric: Metric, rows: np.ndarray, scores: Scores, k: int) -> Lists:
        """The exact lists of some rows, from their scores."""
        from recommender.index import kernels

        lists = Lists.empty(len(rows), k)
        kernels.nearest(
            METRIC_CODES[metric], np.ascontiguousarray(scores.values), scores.absolute,
            scores.relative, self.embeddings[rows], self.squared[rows], rows,
            self.embeddings, self.squared, lists.rows, lists.distances,
        )  # fmt: skip
        return lists


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
    vectors = Vectors(embeddings, squared)
    for rows in _strips(np.arange(n)):
        for metric, scores in vectors.strip(rows).items():
            _put(lists[metric], rows, vectors.nearest(metric, rows, scores, k))
        if progress:
            progress(int(rows[-1]) + 1, n)
    return lists


def merged_lists(
    embeddings: np.ndarray,
    squared: np.ndarray,
    kept: dict[Metric, Lists],
    fresh: np.ndarray,
    progress: Progress | None = None,
) -> dict[Metric, Lists]:
    """The lists of all rows, where those of the rows that are not `fresh` are known in part.

    kept: for each metric the lists as they were, in today's row numbers, -1 where a neighbour has
    left; it is changed in place. fresh (n,) bool marks the rows that are new or changed. The
    result equals `all_lists` bit for bit.
    """
    scanned = fresh | np.any([_has_lost(lists) for lists in kept.values()], axis=0)
    to_do = np.flatnonzero(scanned)
    k = next(iter(kept.values())).rows.shape[1]
    if not len(to_do):
        return kept
    if 5 * len(to_do) > len(embeddings):  # beyond a fifth, patching costs more than it saves
        return all_lists(embeddings, squared, k, progress)
    vectors = Vectors(embeddings, squared)
    done = 0
    for rows in _strips(to_do):
        for metric, scores in vectors.strip(rows).items():
            _put(kept[metric], rows, vectors.nearest(metric, rows, scores, k))
            _offer(vectors, metric, rows, scores, fresh, ~scanned, kept[metric])
        done += len(rows)
        if progress:
            progress(done, len(to_do))
    return kept


def nearest_to(
    metric: Metric, query: np.ndarray, embeddings: np.ndarray, squared: np.ndarray, k: int
) -> Lists:
    """The k nearest of (n, d) float32 embeddings to one (d,) float32 query, one pass over them."""
    from recommender.index import kernels

    code = METRIC_CODES[metric]
    query = fixed(query, np.float32)
    embeddings, squared = fixed(embeddings, np.float32), fixed(squared, np.float64)
    query_squared = kernels.exact_dot(query, query)
    scores = np.empty((1, len(embeddings)), np.float32)
    kernels.scan(code, query, query_squared, embeddings, squared, scores[0])
    unit = _rounding(len(query))
    absolute = np.array([unit + 2 * UNIT if metric is Metric.COSINE else 0.0])
    relative = 2 * UNIT if metric is Metric.COSINE else unit
    lists = Lists.empty(1, k)
    kernels.nearest(
        code, scores, absolute, relative, query[None], np.array([query_squared]),
        np.array([-1]), embeddings, squared, lists.rows, lists.distances,
    )  # fmt: skip
    return lists


def _rounding(dimension: int) -> float:
    """How wrong a float32 sum over `dimension` products may be, relative to their magnitudes.

    Two more roundings a term: of the difference, and of the product.
    """
    return float((CONFIDENCE * np.sqrt(dimension) + 4) * UNIT)


def _mean(embeddings: np.ndarray) -> np.ndarray:
    total = np.zeros(embeddings.shape[1])
    for start in range(0, len(embeddings), BLOCK):
        total += embeddings[start : start + BLOCK].sum(axis=0, dtype=np.float64)
    return (total / len(embeddings)).astype(np.float32)


def _strips(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), STRIP):
        yield rows[start : start + STRIP]


def _put(lists: Lists, rows: np.ndarray, found: Lists) -> None:
    lists.rows[rows] = found.rows
    lists.distances[rows] = found.distances


def _has_lost(lists: Lists) -> np.ndarray:
    """(n,) bool: the lists with a neighbour that has left (-1 before the padding's inf)."""
    return np.asarray(((lists.rows < 0) & np.isfinite(lists.distances)).any(axis=1))


def _offer(
    vectors: Vectors,
    metric: Metric,
    rows: np.ndarray,
    scores: Scores,
    fresh: np.ndarray,
    patched: np.ndarray,
    lists: Lists,
) -> None:
    """Offers the fresh ones among `rows` to the lists that are patched, not scanned anew."""
    from recommender.index import kernels

    new = fresh[rows]
    if new.any():
        kernels.offer(
            METRIC_CODES[metric], np.ascontiguousarray(scores.values[new]), scores.absolute[new],
            scores.relative, rows[new], patched, vectors.embeddings, vectors.squared,
            lists.rows, lists.distances,
        )  # fmt: skip
