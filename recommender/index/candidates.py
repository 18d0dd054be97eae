"""Fast float32 scores of many pairs, each with a bound on how wrong it may be."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.arrays import fixed
from recommender.index.codes import Codes, codes_of
from recommender.index.metrics import Metric

# Vectors multiplied at a time: 16 MB at 4,096 numbers each.
BLOCK = 1024

# A float32 sum of d terms is off by λ·√d·u of the sum of their magnitudes, u = 2**-24, with a
# probability of failure below 2·exp(-λ²/2): N. Higham, T. Mary, "A new approach to probabilistic
# rounding error analysis", SIAM J. Sci. Comput. 41 (2019). With λ = 8 that is 3e-14.
CONFIDENCE = 8.0
UNIT = 2.0**-24
ALL = slice(None)


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

    @classmethod
    def of(
        cls,
        embeddings: np.ndarray,
        squared: np.ndarray,
        centre: np.ndarray,
        centred_squared: np.ndarray,
        shift: np.ndarray,
    ) -> "Scorer":
        """A scorer of what another one has worked out."""
        made = cls.__new__(cls)
        made.embeddings, made.squared = fixed(embeddings, np.float32), fixed(squared, np.float64)
        made.centre, made.shift = fixed(centre, np.float32), fixed(shift, np.float64)
        made.centred_squared = fixed(centred_squared, np.float64)
        made.offset = float(made.centre.astype(np.float64) @ made.centre.astype(np.float64))
        return made

    def among(self, rows: np.ndarray) -> "Scorer":
        """The scorer of some of the rows."""
        part = copy(self)
        vars(part).pop("codes", None)  # those of all rows, if they have been made
        part.embeddings = fixed(self.embeddings[rows], np.float32)
        part.squared = fixed(self.squared[rows], np.float64)
        part.centred_squared, part.shift = self.centred_squared[rows], self.shift[rows]
        return part

    @cached_property
    def codes(self) -> Codes | None:
        """The embeddings' 8-bit codes, where they save time."""
        return codes_of(self.embeddings)

    def strip(self, rows: np.ndarray, columns: slice = ALL) -> dict[Metric, Scores]:
        """The scores of some rows against those of a slice, or all, under the three metrics."""
        return self._by_products(rows, columns) | self._by_differences(rows, columns)

    def near(self, rows: np.ndarray, columns: slice, k: int) -> Iterator[tuple[Metric, Scores]]:
        """As `strip`, one after the other, to save memory; some are inf that are too far.

        That is, other rows of the slice are the k nearest.
        """
        yield from self._by_products(rows, columns).items()
        if self.codes is None:
            yield from self._by_differences(rows, columns).items()
        else:
            yield Metric.MANHATTAN, self._by_codes(self.codes.part(columns), rows, columns, k)

    def _by_products(self, rows: np.ndarray, columns: slice) -> dict[Metric, Scores]:
        columns = slice(*columns.indices(len(self.embeddings)))
        cosine, euclidean = self._products(rows, columns)
        unit = rounding(self.embeddings.shape[1])
        spread = np.sqrt(self.centred_squared)
        length = np.sqrt(self.squared)
        turn = np.divide(spread, length, out=np.zeros_like(spread), where=length > 0)
        return {
            Metric.COSINE: Scores(cosine, unit * turn[rows] * turn.max() + 2 * UNIT, 2 * UNIT),
            Metric.EUCLIDEAN: Scores(euclidean, 2 * unit * spread[rows] * spread.max(), 2 * UNIT),
        }

    def _by_differences(self, rows: np.ndarray, columns: slice) -> dict[Metric, Scores]:
        values, unit = self._absolutes(rows, columns), rounding(self.embeddings.shape[1])
        return {Metric.MANHATTAN: Scores(values, np.zeros(len(rows)), unit)}

    def _by_codes(self, codes: Codes, rows: np.ndarray, columns: slice, k: int) -> Scores:
        from recommender.index import code_kernels

        queries, unit = self.embeddings[rows], rounding(self.embeddings.shape[1])
        values, wrong = codes.scores(queries)
        code_kernels.sharpen(
            values, wrong, codes.places, fixed(codes.errors, np.float32), unit, queries,
            own_columns(rows, columns.start, values.shape[1]), self.embeddings[columns], k,
        )  # fmt: skip
        return Scores(values, np.zeros(len(rows)), unit)

    def _products(self, rows: np.ndarray, columns: slice) -> tuple[np.ndarray, np.ndarray]:
        from recommender.index import kernels

        vectors = self.embeddings[columns]
        cosine, euclidean = np.empty((2, len(rows), len(vectors)), np.float32)
        queries = self.embeddings[rows] - self.centre
        centred, shift, squared = (
            fixed(np.concatenate([numbers[columns], numbers[rows]]), np.float64)
            for numbers in (self.centred_squared, self.shift, self.squared)
        )
        asking = np.arange(len(vectors), len(vectors) + len(rows))
        for first in range(0, len(vectors), BLOCK):
            products = queries @ (vectors[first : first + BLOCK] - self.centre).T
            kernels.scores_from_products(
                products, asking, first, centred, shift, squared, self.offset, cosine, euclidean
            )
        return cosine, euclidean

    def _absolutes(self, rows: np.ndarray, columns: slice) -> np.ndarray:
        from recommender.index import kernels

        even = rows if len(rows) % 2 == 0 else np.append(rows, rows[-1])
        vectors = self.embeddings[columns]
        count = len(vectors)
        if count < 4:  # the kernel works on four at a time
            vectors = fixed(
                np.concatenate([vectors, np.repeat(vectors[:1], 3, axis=0)]), np.float32
            )
        scores = np.empty((len(even), len(vectors)), np.float32)
        kernels.manhattan_scores(self.embeddings[even], vectors, scores)
        return scores[: len(rows), :count]


def own_columns(rows: np.ndarray, first: int, count: int) -> np.ndarray:
    """Where (q,) rows stand themselves among `count` rows from `first` on: (q,), or -1."""
    return np.where((rows >= first) & (rows < first + count), rows - first, -1)


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
