"""Fast float32 scores of many pairs, each with a bound on how wrong it may be."""

from copy import copy
from dataclasses import dataclass

import numpy as np

from recommender.index.distances import fixed
from recommender.index.metrics import Metric

# Vectors multiplied at a time: 32 MB at 4,096 numbers each.
BLOCK = 2048

# A float32 sum of d terms is off by λ·√d·u of the sum of their magnitudes, u = 2**-24, with a
# probability of failure below 2·exp(-λ²/2): N. Higham, T. Mary, "A new approach to probabilistic
# rounding error analysis", SIAM J. Sci. Comput. 41 (2019). With λ = 8 that is 3e-14.
CONFIDENCE = 8.0
UNIT = 2.0**-24


@dataclass(frozen=True)
class Scores:
    """float32 scores (q, n) of one metric, each off by at most absolute[i] + relative·score."""

    values: np.ndarray
    absolute: np.ndarray
    relative: float


class Scorer:
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

    def among(self, rows: np.ndarray) -> "Scorer":
        """The scorer of some of the rows."""
        part = copy(self)
        part.embeddings = fixed(self.embeddings[rows], np.float32)
        part.squared = fixed(self.squared[rows], np.float64)
        part.centred_squared, part.shift = self.centred_squared[rows], self.shift[rows]
        return part

    def strip(self, rows: np.ndarray) -> dict[Metric, Scores]:
        """The scores of some rows against all, under the three metrics."""
        cosine, euclidean = self._products(rows)
        unit = rounding(self.embeddings.shape[1])
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


def rounding(dimension: int) -> float:
    """How wrong a float32 sum over `dimension` products may be, relative to their magnitudes.

    Two more roundings a term: of the difference, and of the product.
    """
    return float((CONFIDENCE * np.sqrt(dimension) + 4) * UNIT)


def _mean(embeddings: np.ndarray) -> np.ndarray:
    total = np.zeros(embeddings.shape[1])
    for start in range(0, len(embeddings), BLOCK):
        total += embeddings[start : start + BLOCK].sum(axis=0, dtype=np.float64)
    return (total / len(embeddings)).astype(np.float32)
