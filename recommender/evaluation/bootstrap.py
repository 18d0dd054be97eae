"""How far a figure can be trusted: the bootstrap. numpy and scipy only.

The products that were asked are drawn anew, with replacement, a thousand times, and the figure is
worked out of each draw; the middle 95 % of what comes out is its interval (percentile method).
B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7, 1979;
B. Efron, R. J. Tibshirani, "An introduction to the bootstrap", 1993, chapter 13. Of two indexes the
same products are drawn in both, so that the difference is paired: what makes a product hard for
both does not blur it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

RESAMPLES = 1000
LEVEL = 0.95
_AT_ONCE = 50
_MOST_IN_MEMORY = 30_000

# (b, m) how often each of m products was drawn, (m,) values (nan: none), (m,) labels -> (b,).
Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Estimate:
    """A figure, the limits of its interval (None where there can be none), and of how many."""

    value: float
    low: float | None
    high: float | None
    count: int


def mean(counts: np.ndarray, values: np.ndarray, _labels: np.ndarray) -> np.ndarray:
    """The mean of the values that there are."""
    there = ~np.isnan(values)
    return _ratio(counts @ np.where(there, values, 0), counts @ there.astype(np.float64))


def macro_mean(counts: np.ndarray, values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mean of the labels' means: one of ten products weighs as much as one of a thousand."""
    there = np.flatnonzero(~np.isnan(values) & (labels >= 0))
    shape = (len(values), int(labels.max(initial=0)) + 1)
    sums = csr_array((values[there], (there, labels[there])), shape)
    numbers = csr_array((np.ones(len(there)), (there, labels[there])), shape)
    means = _ratio((sums.T @ counts.T).T, (numbers.T @ counts.T).T)
    return np.asarray(np.nanmean(means, axis=1))


def skewness(counts: np.ndarray, values: np.ndarray, _labels: np.ndarray) -> np.ndarray:
    """The third standardised moment; 0 where all values are alike.

    Of how often products are shown, it tells of hubs: M. Radovanović, A. Nanopoulos, M. Ivanović,
    "Hubs in space", Journal of Machine Learning Research 11, 2010.
    """
    number = counts.sum(axis=1)
    middle = (counts @ values) / number
    second = counts @ values**2 / number - middle**2
    third = counts @ values**3 / number - 3 * middle * second - middle**3
    spread = np.maximum(second, 0) ** 1.5
    return np.asarray(np.divide(third, spread, out=np.zeros_like(third), where=spread > 1e-9))


def largest(counts: np.ndarray, values: np.ndarray, _labels: np.ndarray) -> np.ndarray:
    """The largest value. A bootstrap says nothing of a maximum, so `estimate` gives no limits."""
    return np.asarray(np.where(counts > 0, values, -np.inf).max(axis=1))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    unknown = np.full(np.shape(above), np.nan)
    return np.asarray(np.divide(above, below, out=unknown, where=below > 0))


def estimate(
    statistic: Statistic, values: np.ndarray, labels: np.ndarray, seed: int
) -> Estimate | None:
    """The figure of (n,) values, nan for none, with its interval; None where there is no value."""
    there = ~np.isnan(values)
    return _estimated(statistic, [values[there]], labels[there], seed) if there.any() else None


def difference(
    statistic: Statistic, before: np.ndarray, after: np.ndarray, labels: np.ndarray, seed: int
) -> Estimate | None:
    """The figure of `after` less that of `before`, (n,) values of the same products in both."""
    if np.isnan(before).all() or np.isnan(after).all():
        return None
    there = ~(np.isnan(before) & np.isnan(after))
    return _estimated(statistic, [after[there], before[there]], labels[there], seed)


def _estimated(
    statistic: Statistic, sides: list[np.ndarray], labels: np.ndarray, seed: int
) -> Estimate:
    """Of one side its figure; of two, that of the first less that of the second."""

    def figure(counts: np.ndarray) -> np.ndarray:
        found = [statistic(counts, values, labels) for values in sides]
        return found[0] if len(found) == 1 else found[0] - found[1]

    m = len(labels)
    value = float(figure(np.ones((1, m)))[0])
    if statistic is largest:
        return Estimate(value, None, None, m)
    unseen = _unseen(sides)
    if unseen is not None:
        low, high = value - unseen, value + unseen
        least = 0.0 if len(sides) == 1 else -1.0
        return Estimate(value, max(low, least), min(high, 1.0), m)
    drawn = np.concatenate([figure(counts) for counts in _resamples(m, seed)])
    low, high = np.nanpercentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return Estimate(value, float(low), float(high), m)


def _unseen(sides: list[np.ndarray]) -> float | None:
    """How large a share could be that none of m draws showed; None where it need not be asked.

    Where all of m answers were right, each draw of them says 100 %, and knows no doubt. What
    happens to a share p of products stays unseen in m of them with probability (1 − p)^m, which
    is 2.5 % at this p (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934).
    """
    values = sides[0] if len(sides) == 1 else sides[0] - sides[1]
    binary = all(np.isin(side, (0.0, 1.0)).all() for side in sides)
    if not binary or not (values == values[0]).all() or (len(sides) > 1 and values[0] != 0):
        return None
    return float(1 - ((1 - LEVEL) / 2) ** (1 / len(values)))


def _resamples(m: int, seed: int) -> Iterator[np.ndarray]:
    """How often each of m products is drawn, (b, m), until there are RESAMPLES rows."""
    if m > _MOST_IN_MEMORY:
        yield from (counts.astype(np.float64) for counts in _drawn(m, seed))
        return
    every = _in_memory(m, seed)
    for start in range(0, RESAMPLES, _AT_ONCE):
        yield every[start : start + _AT_ONCE].astype(np.float64)


@lru_cache(maxsize=4)
def _in_memory(m: int, seed: int) -> np.ndarray:
    return np.concatenate(list(_drawn(m, seed)))


def _drawn(m: int, seed: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(seed)
    for _ in range(0, RESAMPLES, _AT_ONCE):
        drawn = random.integers(0, m, (_AT_ONCE, m)) + m * np.arange(_AT_ONCE)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=m * _AT_ONCE)
        yield counts.reshape(_AT_ONCE, m).astype(np.uint16)
