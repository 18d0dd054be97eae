"""How strongly a map is tuned: tried on products that it was not learnt from. numpy only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from recommender.index.neighbours import Progress
from recommender.tuning.separating import Lesson, Strength, Teacher

SHRINKAGES = (0.3, 1.0, 3.0)
SEPARATIONS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0)
# What may be lost of what matters beside categories: a point.
MAY_LOSE = 0.01
SHOWN = 5
GUARDED = ("hard", "backdrop")


@dataclass(frozen=True)
class Trial:
    """What came of one strength: shares of 0 to 1; `copies` found first, by kind."""

    shrinkage: float
    separation: float
    precision: float
    never_shown: float
    copies: Mapping[str, float]

    def holds(self, before: "Trial", never_shown: float) -> bool:
        """Whether it loses no more than it may; `never_shown` is the most that may be."""
        kept = all(self.copies[kind] >= before.copies[kind] - MAY_LOSE for kind in self.copies)
        return kept and self.never_shown <= never_shown


@dataclass(frozen=True, eq=False)
class Exam:
    """What strengths are tried on: `vectors` (n, d), of which `asked` (m,) are held out.

    `categories` (n,) are those of all; `copies` (kind: (c, d)) were made of the rows `altered`.
    """

    vectors: np.ndarray
    categories: np.ndarray
    asked: np.ndarray
    altered: np.ndarray
    copies: Mapping[str, np.ndarray]


def trials(exam: Exam, lesson: Lesson, progress: Progress | None = None) -> Iterator[Trial]:
    """First what there is without tuning (separation 0), then each strength."""
    teacher = Teacher(exam.vectors, lesson)
    total = 1 + len(SHRINKAGES) * len(SEPARATIONS)
    yield _Tried(exam, None).trial(0, 0)
    done = 1
    for shrinkage in SHRINKAGES:
        tried = _Tried(exam, teacher.strength(shrinkage))
        for separation in SEPARATIONS:
            yield tried.trial(shrinkage, separation)
            done += 1
            if progress:
                progress(done, total)


def best(found: list[Trial], never_shown: float | None = None, any_loss: bool = False) -> Trial:
    """The most precise of those that lose no more than they may; else the one that loses least.

    `found` as `trials` gives it; `never_shown` is the most that may be, by default a point more
    than before. With `any_loss`, the most precise of all.
    """
    before, tried = found[0], found[1:]
    most = before.never_shown + MAY_LOSE if never_shown is None else never_shown
    allowed = [trial for trial in tried if any_loss or trial.holds(before, most)]
    if not allowed:
        return min(tried, key=lambda trial: (trial.separation, trial.never_shown))
    return max(allowed, key=lambda trial: (round(trial.precision, 4), -trial.never_shown))


class _Tried:
    """One shrinkage: the large products are worked out once, for separations of all kinds."""

    def __init__(self, exam: Exam, strength: Strength | None) -> None:
        self._exam, self._strength = exam, strength
        self._rows, self._apart = self._seen(exam.vectors)
        self._inner = self._rows @ self._rows.T
        self._copies = {kind: self._seen(found) for kind, found in exam.copies.items()}

    def _seen(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the vectors are within, and in the directions that separate."""
        if self._strength is None:
            return vectors, vectors[:, :0]
        within = vectors @ self._strength.axes * self._strength.scales
        return within, within @ self._strength.directions

    def trial(self, shrinkage: float, separation: float) -> Trial:
        exam, g2 = self._exam, np.float32(separation**2)
        lengths = self._lengths(self._rows, self._apart, g2)
        likeness = (self._inner + g2 * self._apart @ self._apart.T) / lengths
        np.fill_diagonal(likeness, -np.inf)
        k = min(SHOWN, len(likeness) - 1)
        five = np.argpartition(-likeness, k - 1, axis=1)[:, :k]
        right = exam.categories[five[exam.asked]] == exam.categories[exam.asked][:, None]
        never = 1 - len(np.unique(five)) / len(five)
        copies = {
            kind: float((self._nearest(found, g2, lengths) == exam.altered).mean())
            for kind, found in self._copies.items()
        }
        return Trial(shrinkage, separation, float(right.mean()), never, copies)

    def _nearest(
        self, copies: tuple[np.ndarray, np.ndarray], g2: np.float32, lengths: np.ndarray
    ) -> np.ndarray:
        within, apart = copies
        likeness = within @ self._rows.T + g2 * apart @ self._apart.T
        return np.asarray((likeness / lengths).argmax(axis=1))

    @staticmethod
    def _lengths(within: np.ndarray, apart: np.ndarray, g2: np.float32) -> np.ndarray:
        squared = np.einsum("ij,ij->i", within, within) + g2 * np.einsum("ij,ij->i", apart, apart)
        return np.asarray(np.sqrt(np.maximum(squared, 1e-12)))
