"""8-bit codes beside the vectors: a query reads a quarter of the bytes and misses nothing.

A vector approximation file: R. Weber, H.-J. Schek, S. Blott, "A Quantitative Analysis and
Performance Study for Similarity-Search Methods in High-Dimensional Spaces", VLDB 1998. Each row is
rounded to whole numbers times a scale. What rounding took away has a known length, so the distance
to the code bounds the distance to the row from below and above (triangle inequality; Cauchy and
Schwarz for cosine). A row whose lower bound lies above the distance of k measured rows is not among
the k nearest; the few that are left are measured exactly.

There are only four scales in an octave, so that a query has to be rounded only a few times, once
for each scale, and its distances to the codes are sums of whole numbers.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from recommender.arrays import fixed
from recommender.index.metrics import METRIC_CODES, Metric

# Numbers (rows × dimension) below which reading all vectors takes no longer than looking at codes.
FEWEST_NUMBERS = 4_000_000
# A scale below it would leave errors that float32 cannot say; such rows are codes of zeros.
TINY = 1e-36
# The levels that there are.
LEVELS = (-1000, 1100)
# A query's whole numbers for dot products: 256 of them times 255 add up to less than 2**31.
LARGEST = 16_383


class Scales(NamedTuple):
    """The s levels that occur: scales and zeros (s,) float64, and each level's place among them.

    places (m,) int64: the level l is that at places[l - first].
    """

    scales: np.ndarray
    zeros: np.ndarray
    places: np.ndarray
    first: int


class Rounded(NamedTuple):
    """m queries as codes: values (m, d) uint8, and what they lack of the queries' numbers.

    beyond (m,): how far numbers lie outside of what codes can say, which adds to every distance;
    wrong (m,): the manhattan length of what rounding took away.
    """

    values: np.ndarray
    beyond: np.ndarray
    wrong: np.ndarray


@dataclass(frozen=True, eq=False)
class Codes:
    """n rows of d numbers: row ≈ scale · (values[row] - zero).

    values (n, d) uint8; levels (n,) int16, whose lowest bit says that zero is 128 and not 0, and
    whose other bits are the scale, see `scale_of`; errors (n, 2) float32, the euclidean and the
    manhattan length of what the rounding took away, never less than it is; lengths (n,) float32,
    likewise the euclidean length of the code.
    """

    values: np.ndarray
    levels: np.ndarray
    errors: np.ndarray
    lengths: np.ndarray

    @classmethod
    def of(cls, embeddings: np.ndarray) -> "Codes":
        """The codes of (n, d) float32 embeddings; a row's code depends on that row alone."""
        from recommender.index import code_kernels

        n, dimension = embeddings.shape
        levels = _levels(embeddings)
        codes = cls(
            np.empty((n, dimension), np.uint8), levels,
            np.empty((n, 2), np.float32), np.empty(n, np.float32),
        )  # fmt: skip
        code_kernels.encode(
            fixed(embeddings, np.float32), scale_of(levels), zero_of(levels),
            codes.values, codes.errors, codes.lengths,
        )  # fmt: skip
        return codes

    def arrays(self) -> dict[str, np.ndarray]:
        """What a file keeps of them, by name."""
        return {name: vars(self)[name] for name in ("values", "levels", "errors", "lengths")}

    def part(self, rows: slice) -> "Codes":
        """The codes of a slice of the rows."""
        return Codes(*(array[rows] for array in self.arrays().values()))

    def are_sound(self) -> bool:
        """Whether some vectors could have them; whether these do is not checked."""
        for numbers in (self.errors, self.lengths):
            if not np.isfinite(numbers).all() or (numbers < 0).any():
                return False
        return not ((self.levels < LEVELS[0]) | (self.levels > LEVELS[1])).any()

    @cached_property
    def scales(self) -> Scales:
        """The scales that occur."""
        levels = np.unique(self.levels).astype(np.int64)
        places = np.zeros(levels[-1] - levels[0] + 1, np.int64)
        places[levels - levels[0]] = np.arange(len(levels))
        return Scales(scale_of(levels), zero_of(levels), places, int(levels[0]))

    @cached_property
    def places(self) -> np.ndarray:
        """Each row's place among the scales that occur, (n,) int64."""
        return np.asarray(self.scales.places[self.levels.astype(np.int64) - self.scales.first])

    def possible(
        self, metric: Metric, query: np.ndarray, others: tuple[np.ndarray, np.ndarray],
        k: int, rows: np.ndarray,
    ) -> np.ndarray:  # fmt: skip
        """Those of (m,) int64 rows that may be among the k nearest of them to a (d,) query.

        others: the (n, d) embeddings and their squared norms, (n,). All that are among the k
        nearest are there, ties included.
        """
        if len(rows) <= k:
            return rows
        from recommender.index import kernels

        embeddings, squared = others
        lower, upper = self.bounds(metric, fixed(query, np.float32), squared, rows)
        near = np.flatnonzero(upper <= kernels.kth_smallest(upper, k, -1))[:k]
        query, vectors = fixed(query, np.float32), fixed(embeddings, np.float32)
        own = kernels.exact_dot(query, query)
        limit = max(  # so few are measured in less time than it takes to call all cores
            kernels.exact_distance(METRIC_CODES[metric], query, vectors[row], own, squared[row])
            for row in rows[near]
        )
        return np.asarray(rows[lower <= np.float64(limit)])

    def bounds(
        self, metric: Metric, query: np.ndarray, squared: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What the exact distances of a (d,) query to (m,) rows lie between: two (m,) float32."""
        from recommender.index import code_kernels

        lower, upper = np.empty((2, len(rows)), np.float32)
        own = (
            fixed(self.values, np.uint8), fixed(self.levels, np.int16),
            fixed(self.errors, np.float32), fixed(self.lengths, np.float32),
        )  # fmt: skip
        if metric is Metric.MANHATTAN:
            queries = np.repeat(query[None], len(self.scales.scales), axis=0)
            rounded = round_queries(queries, self.scales.scales, self.scales.zeros)
            code_kernels.absolute_bounds(*rounded, *self.scales, *own[:3], rows, lower, upper)
            return lower, upper
        wide = query.astype(np.float64)
        scale = max(float(np.abs(wide).max()) / LARGEST, 1e-60)
        whole = np.rint(wide / scale).astype(np.int16)
        rest = np.linalg.norm(wide - scale * whole) * (1 + 1e-6)
        code_kernels.product_bounds(
            METRIC_CODES[metric], whole, scale, rest, np.linalg.norm(wide),
            *self.scales, *own, fixed(squared, np.float64), rows, lower, upper,
        )  # fmt: skip
        return lower, upper

    def scores(self, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The manhattan distances of (q, d) float32 queries to the codes, (q, n) float32.

        And what is wrong with them by rounding the queries: at most so much, (q, s) float64, at
        each of the s scales.
        """
        from recommender.index import code_kernels

        scores = np.empty((len(queries), len(self.levels)), np.float32)
        wrong = np.empty((len(queries), len(self.scales.scales)))
        for place, (scale, zero) in enumerate(zip(*self.scales[:2], strict=True)):
            members = np.flatnonzero(self.places == place)
            members = np.append(members, np.repeat(members[-1:], -len(members) % 4))
            rounded = round_queries(queries, *np.full((2, len(queries)), [[scale], [zero]]))
            code_kernels.absolute_scores(
                rounded.values, rounded.beyond, scale, fixed(self.values, np.uint8), members, scores
            )
            wrong[:, place] = rounded.wrong
        return scores, wrong


def round_queries(queries: np.ndarray, scales: np.ndarray, zeros: np.ndarray) -> Rounded:
    """(m, d) float32 queries as codes, each with a scale and a zero of its own, (m,) float64."""
    from recommender.index import code_kernels

    rounded = Rounded(np.empty(queries.shape, np.uint8), *np.empty((2, len(queries))))
    code_kernels.round_queries(fixed(queries, np.float32), scales, zeros, *rounded)
    return rounded


def scale_of(levels: np.ndarray) -> np.ndarray:
    """4, 5, 6 or 7 times a power of two, exactly; (n,) float64."""
    step = levels.astype(np.int64) >> 1
    return np.asarray(np.ldexp(4.0 + (step & 3), (step >> 2).astype(np.int32)))


def zero_of(levels: np.ndarray) -> np.ndarray:
    """The code of 0: 0, or 128 in a row with numbers below it; (n,) float64."""
    return np.where(levels & 1, 128.0, 0.0)


def _levels(embeddings: np.ndarray) -> np.ndarray:
    """The finest level at which each row's numbers have codes; (n,) int16."""
    highest, lowest = embeddings.max(axis=1), embeddings.min(axis=1)
    signed = lowest < 0
    reach = np.maximum(highest, -lowest).astype(np.float64) / np.where(signed, 127, 255)
    mantissa, exponent = np.frexp(reach)
    step = 4 * (exponent - 3) + np.ceil(8 * mantissa).astype(np.int64) - 4
    return np.where(reach > TINY, 2 * step + signed, 0).astype(np.int16)


def codes_of(embeddings: np.ndarray) -> Codes | None:
    """The codes of (n, d) float32 embeddings, where they make a search faster."""
    return Codes.of(embeddings) if embeddings.size >= FEWEST_NUMBERS else None
