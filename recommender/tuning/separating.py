"""A linear map out of categories: what they share counts less, what separates them counts more.

Two parts. Within-class covariance normalisation (A. Hatch, S. Kajarekar, A. Stolcke, 2006): numbers
are measured by how much they differ inside a category, shrunk, so that a direction in which things
of one kind differ anyway says little. Then the directions in which the categories' means differ
(linear discriminant analysis: R. A. Fisher, 1936; C. R. Rao, 1948) count more. numpy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from recommender.index.projection import Projection

# Of apart pairs, how much each counts beside a category's mean.
PAIR_WEIGHT = 0.1
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is known of n rows: categories (n,) and groups of variants (n,), -1 for none.

    `apart` are pairs of rows that somebody said are not alike, although they look so.
    """

    categories: np.ndarray
    groups: np.ndarray
    apart: Sequence[tuple[int, int]] = ()

    def among(self, rows: np.ndarray) -> "Lesson":
        """The same with what is known of these rows only; the others stay, without a label."""
        kept = np.zeros(len(self.categories), bool)
        kept[rows] = True
        apart = [pair for pair in self.apart if kept[list(pair)].all()]
        return Lesson(
            np.where(kept, self.categories, -1), np.where(kept, self.groups, -1), tuple(apart)
        )

    def of(self, rows: np.ndarray) -> "Lesson":
        """What is known of these rows, which are all there are then."""
        places = {int(row): place for place, row in enumerate(rows)}
        apart = [(places[a], places[b]) for a, b in self.apart if a in places and b in places]
        return Lesson(self.categories[rows], self.groups[rows], tuple(apart))

    @property
    def count(self) -> int:
        """How many rows have a category."""
        return int((self.categories >= 0).sum())


class Teacher:
    """What a lesson says of (n, d) float32 vectors, ready for maps of any strength."""

    def __init__(self, vectors: np.ndarray, lesson: Lesson) -> None:
        known = lesson.categories >= 0
        means, inside = _means_of(vectors[known], lesson.categories[known])
        variants = lesson.groups >= 0
        residuals = [vectors[known] - means[inside]]
        if variants.any():
            own, group = _means_of(vectors[variants], lesson.groups[variants])
            residuals.append(vectors[variants] - own[group])
        away = np.concatenate(residuals)
        values, self.axes = np.linalg.eigh((away.T @ away / len(away)).astype(np.float32))
        self.values = np.clip(values.astype(np.float64), 0, None)
        pairs = [PAIR_WEIGHT * (vectors[one] - vectors[other]) for one, other in lesson.apart]
        self._apart = np.stack([*(means - means.mean(axis=0)), *pairs])

    def strength(self, shrinkage: float) -> "Strength":
        """The map with `shrinkage` times the mean eigenvalue added to what differs within."""
        least = shrinkage * max(self.values.mean(), _LEAST)
        scales = (1 / np.sqrt(self.values + least)).astype(np.float32)
        return Strength(self.axes, scales, self._apart)


@dataclass(frozen=True, eq=False)
class Strength:
    """Vectors x become x·axes·scales; of these, `directions` (d, r) separate the categories."""

    axes: np.ndarray
    scales: np.ndarray
    apart: np.ndarray

    @cached_property
    def directions(self) -> np.ndarray:
        """(d, r) float32, orthonormal: those in which the means and the pairs lie apart."""
        _, sizes, rows = np.linalg.svd(self.apart @ self.axes * self.scales, full_matrices=False)
        return np.asarray(rows[sizes > 1e-5 * max(sizes.max(), _LEAST)].T, np.float32)

    def matrix(self, separation: float, before: np.ndarray | None) -> np.ndarray:
        """(d, d) float32 for a projection whose own map is `before`, which it takes in.

        The inner products are those of both maps one after the other; the matrix is the symmetric
        root of them, so that a number stays what it was and manhattan keeps its meaning.
        """
        more = np.sqrt(1 + separation**2) - 1
        both = (self.axes * self.scales).astype(np.float64)
        both += more * (both @ self.directions) @ self.directions.T
        if before is not None:
            both = before @ both
        values, vectors = np.linalg.eigh(both @ both.T)
        roots = np.sqrt(np.clip(values, 0, None))
        return np.asarray(vectors * (roots / roots.max()) @ vectors.T, np.float32)


def mapped(base: Projection, features: np.ndarray) -> np.ndarray:
    """(n, d) features through the projection, without the root of length at its end."""
    found = base.weighted(features)
    return found if base.matrix is None else found @ base.matrix


def tuned(
    base: Projection, features: np.ndarray, lesson: Lesson, shrinkage: float, separation: float
) -> Projection:
    """The label-free projection `base`, tuned by what is known of these (n, d) features."""
    strength = Teacher(mapped(base, features), lesson).strength(shrinkage)
    about = replace(
        base.about, tuned_to=lesson.count, separation=separation, within_shrinkage=shrinkage
    )
    return Projection(about, base.centre, strength.matrix(separation, base.matrix))


def _means_of(vectors: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(c, d) the means of the vectors of each code, and (n,) which of them is a vector's own."""
    _, own, counts = np.unique(codes, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), vectors.shape[1]))
    np.add.at(sums, own, vectors)
    return (sums / counts[:, None]).astype(np.float32), own
