"""Learning words for looks from titles: a ridge regression from vectors to words.

Each word is regressed on the vectors, centred, with all coordinates shrunk alike (A. Hoerl,
R. Kennard, 1970); the coefficients are the direction in which products look like the word. Five
times a fifth of the products is held out, and a word asks for those it was not taught with: only
what finds them is offered. (The other way round, from words to vectors, finds less: see
benchmarks/words.py.) numpy and scipy only.
"""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from recommender.index.wilson import wilson
from recommender.index.words import Lesson, Word, Words, terms, unit

# A word is tried that so many products have, and no more than half of them; of so many words.
FEWEST, MOST_WORDS = 6, 2000
# More products than this teach hardly more.
MOST_PRODUCTS = 20_000
# How much is added to each coordinate's variance, in mean variances.
RIDGE = 1.0
# A share of 1 / FOLDS is held out each time; of each, the first so many count, or as many as there
# are with the word.
FOLDS, DEEPEST = 5, 10
# What is offered: the odds of being right are so many times those by chance, at the lower limit of
# the interval (which also keeps out the lucky ones among thousands), and at least so many are.
TIMES_CHANCE, LEAST = 3.0, 0.25


@dataclass(frozen=True, eq=False)
class Titled:
    """n products that may teach words: (n, d) float32 vectors, titles folded, and (n,) numbers.

    Products of one number are variants of one thing, and never on both sides.
    """

    vectors: np.ndarray
    titles: Sequence[str]
    things: np.ndarray


def rows_to_learn_from(count: int) -> np.ndarray:
    """The rows of so many that teach, always the same: all, or MOST_PRODUCTS evenly spread."""
    return np.unique(np.linspace(0, max(0, count - 1), min(count, MOST_PRODUCTS), dtype=np.int64))


def name_of(titles: Sequence[str]) -> str:
    """What tells these titles from others."""
    return sha256("\n".join(titles).encode()).hexdigest()[:16]


def words_in(titled: Titled, seed: int = 0) -> Words:
    """The words of the titles that hold up on held-out products, with their directions."""
    n, d = titled.vectors.shape
    texts, has = _vocabulary(titled.titles)
    length = float(np.linalg.norm(titled.vectors, axis=1).mean()) if n else 0.0
    about = Lesson(n, len(texts), name_of(titled.titles), RIDGE, length)
    if not texts:
        return Words(about, (), np.empty((0, d), np.float32))
    regression = Regression(titled.vectors, has)
    found = _on_held_out(regression, has, _folds(titled.things, seed))
    counts = has.sum(axis=0)
    words = [
        Word(text, int(counts[place]), *_measured(hits, asked), int(counts[place]) / n, asked)
        for place, (text, hits, asked) in enumerate(zip(texts, *found, strict=True))
    ]
    good = {word.text for word in words if holds_up(word)}
    kept = [place for place, word in enumerate(words) if _adds(word.text, good)]
    directions = unit(regression.directions()[kept]) if kept else np.empty((0, d), np.float32)
    return Words(about, tuple(words[place] for place in kept), directions)


def _adds(text: str, good: Set[str]) -> bool:
    """Whether it is good; of two in a row, neither may be so alone, as "dots" in "alma dots"."""
    parts = text.split()
    return text in good and (len(parts) == 1 or good.isdisjoint(parts))


def holds_up(word: Word) -> bool:
    """Whether a word finds so many more than chance that it may be offered."""
    by_chance = min(word.by_chance, 0.99)
    odds = word.low / max(1 - word.low, 1e-9)
    return word.precision >= LEAST and odds >= TIMES_CHANCE * by_chance / (1 - by_chance)


def _measured(hits: int, asked: int) -> tuple[float, float, float]:
    return (hits / max(asked, 1), *wilson(hits, asked))


def _vocabulary(titles: Sequence[str]) -> tuple[list[str], csr_array]:
    """The words to try, the most common first, and (n, w) which title has which."""
    every = [terms(title) for title in titles]
    counts = Counter(term for found in every for term in found)
    most = len(titles) / 2
    common = [(count, term) for term, count in counts.items() if FEWEST <= count <= most]
    common.sort(key=lambda pair: (-pair[0], pair[1]))
    texts = [term for _, term in common[:MOST_WORDS]]
    places = {text: place for place, text in enumerate(texts)}
    pairs = [(row, places[t]) for row, found in enumerate(every) for t in found if t in places]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    ones = np.ones(len(pairs), np.float32)
    return texts, csr_array((ones, (rows, columns)), (len(titles), len(texts)))


def _folds(things: np.ndarray, seed: int) -> np.ndarray:
    """(n,) in which fifth a product is held out."""
    known, numbers = np.unique(things, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(known))
    return np.asarray(order[numbers] % FOLDS)


class Regression:
    """(n, d) vectors -> (n, w) words, of all rows or of all but some."""

    def __init__(self, vectors: np.ndarray, has: csr_array) -> None:
        self.vectors = vectors
        self.centred = np.asarray(vectors - vectors.mean(axis=0, dtype=np.float64), np.float32)
        self._has = has
        few = len(vectors) <= vectors.shape[1]
        self._every = None if few else _Sums.of(self.centred, has)

    def directions(self, without: np.ndarray | None = None) -> np.ndarray:
        """(w, d) the coefficients of each word; rows that `without` (n,) marks teach nothing."""
        if self._every is None:
            taught = slice(None) if without is None else ~without
            return _of_few(self.centred[taught], self._has[taught].toarray())
        if without is None:
            return self._every.directions()
        return self._every.less(_Sums.of(self.centred[without], self._has[without])).directions()


def _of_few(rows: np.ndarray, has: np.ndarray) -> np.ndarray:
    """The same of (m, d) rows, fewer than numbers: by their inner products, which are fewer."""
    rows, has = rows - rows.mean(axis=0), has - has.mean(axis=0)
    inner = rows @ rows.T
    inner[np.diag_indices(len(rows))] += _shrinkage(float(np.trace(inner)), rows.shape[1])
    found = cho_solve(cho_factor(inner, check_finite=False), has, check_finite=False)
    return np.asarray(found.T @ rows, np.float32)


def _shrinkage(total_variance: float, dimension: int) -> float:
    return RIDGE * max(total_variance / dimension, 1e-12)


class _Sums(NamedTuple):
    """Of some rows: their inner products (d, d), those with words (d, w), sums, and number.

    What is left out of them is taken off, so that the large product is made once.
    """

    inner: np.ndarray
    with_words: np.ndarray
    total: np.ndarray
    words: np.ndarray
    number: int

    @classmethod
    def of(cls, rows: np.ndarray, has: csr_array) -> "_Sums":
        words = np.asarray(has.sum(axis=0), np.float32)
        return cls(rows.T @ rows, (has.T @ rows).T, rows.sum(axis=0), words, len(rows))

    def less(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.inner - other.inner, self.with_words - other.with_words,
            self.total - other.total, self.words - other.words, self.number - other.number,
        )  # fmt: skip

    def directions(self) -> np.ndarray:
        number = max(self.number, 1)
        covariance = self.inner - np.outer(self.total, self.total / number)
        ridge = _shrinkage(float(np.trace(covariance)), len(covariance))
        covariance[np.diag_indices(len(covariance))] += ridge
        factor = cho_factor(covariance, overwrite_a=True, check_finite=False)
        with_words = self.with_words - np.outer(self.total, self.words / number)
        return np.asarray(cho_solve(factor, with_words, check_finite=False).T, np.float32)


def _on_held_out(
    regression: Regression, has: csr_array, folds: np.ndarray
) -> tuple[list[int], list[int]]:
    """For each word, of how many first held-out products it was asked, and how many have it."""
    hits, asked = np.zeros((2, has.shape[1]), np.int64)
    for fold in range(FOLDS):
        out = folds == fold
        there = np.asarray(has[out].todense(), bool)
        if not there.any() or out.all():
            continue
        likeness = unit(regression.directions(out)) @ unit(regression.vectors[out]).T
        deepest = min(DEEPEST, likeness.shape[1])
        first = np.argpartition(-likeness, deepest - 1, axis=1)[:, :deepest]
        order = np.argsort(-np.take_along_axis(likeness, first, 1), axis=1, kind="stable")
        right = np.take_along_axis(there.T, np.take_along_axis(first, order, 1), 1)
        k = np.minimum(deepest, there.sum(axis=0))
        right &= np.arange(deepest) < np.where(has[~out].sum(axis=0) > 0, k, 0)[:, None]
        hits += right.sum(axis=1)
        asked += k
    return hits.tolist(), asked.tolist()
