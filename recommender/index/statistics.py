"""What distances mean in a catalogue: how far random pairs are apart, and the nearest ones.

Measured once, when an index is built, and kept with it: scores and the words for likenesses are
made of it. For the colours' part, see `fused`.
"""

from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from recommender.index.distances import distances, of_few_pairs
from recommender.index.metrics import METRIC_CODES, Metric
from recommender.index.neighbours import Lists

PAIRS = 1024
# Of fewer products it is not said how rare it is that two are so near.
FEWEST = 20
# Products whose nearest is looked up; and, where colours count, those that it is measured for,
# and how many others it is looked for among, beside the nearest by vector alone.
LISTED, MEASURED, AMONG = 4096, 100, 2000
FAR = 1e9
# Where these shares of the nearest lie equally far, nearness tells nothing apart.
APART = (0.1, 0.5, 0.9)


@dataclass(frozen=True, eq=False)
class Statistics:
    """Under each of the three metrics, in their order, float64.

    pairs and colour_pairs (3, p): the distances of p random pairs by vectors, and by colours.
    nearest (3, m), sorted: how far the nearest of m products is. both (3, 2, r, f): for r products
    the distances of f others by vectors and by colours, each over its scale; among these f is the
    nearest, whatever the colours' share. FAR stands where there are fewer; r is 0 without colours.
    """

    pairs: np.ndarray
    colour_pairs: np.ndarray
    nearest: np.ndarray
    both: np.ndarray = field(default_factory=lambda: _stacked([[]] * len(Metric)))

    @classmethod
    def of(
        cls, vectors: np.ndarray, colours: np.ndarray | None, lists: dict[Metric, Lists]
    ) -> "Statistics":
        """Those of (n, d) vectors, their (n, 48) colours, if known, and their lists."""
        some = _some(len(vectors), LISTED)
        nearest = [np.sort(lists[metric].distances[some, 0]) for metric in Metric]
        of_colours = np.zeros((len(vectors), 1), np.float32) if colours is None else colours
        pairs, colour_pairs = _distances(vectors), _distances(of_colours)
        scales = [
            (_median(one), _median(other)) for one, other in zip(pairs, colour_pairs, strict=True)
        ]
        mixed = colours is not None and len(vectors) >= FEWEST
        fronts = [
            _both(metric, (vectors, of_colours), lists[metric].rows, scales[code]) if mixed else []
            for metric, code in METRIC_CODES.items()
        ]
        return cls(pairs, colour_pairs, np.stack(nearest), _stacked(fronts))

    def scale(self, metric: Metric, share: float = 0.0) -> float:
        """The median distance of random pairs, where colours count by `share` as in `fused`."""
        code = METRIC_CODES[metric]
        if not share:
            return self._medians[0][code]
        vectors, colours = self.pairs[code], self.colour_pairs[code]
        blocks = ((1 - share, vectors, _median(vectors)), (share, colours, _median(colours)))
        parts = [weight / scale * found for weight, found, scale in blocks if scale > 0]
        return _median(np.sum(parts, axis=0)) if parts else 0.0

    def colour_scale(self, metric: Metric) -> float:
        """The median distance of random pairs by their colours."""
        return self._medians[1][METRIC_CODES[metric]]

    def nearest_of_all(self, metric: Metric, share: float = 0.0) -> np.ndarray | None:
        """Sorted: how far the nearest of some products is, where colours count by `share`.

        None where nearly all are equally far: then nearness tells nothing apart.
        """
        code = METRIC_CODES[metric]
        if not share:
            return self._apart[code]
        vectors, colours = self.both[code]
        return _if_apart(np.sort(((1 - share) * vectors + share * colours).min(axis=1)))

    def arrays(self) -> dict[str, np.ndarray]:
        """What is kept of it, by name."""
        every = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: array for name, array in every.items() if array.size}

    @cached_property
    def _medians(self) -> tuple[list[float], list[float]]:
        return [_median(one) for one in self.pairs], [_median(one) for one in self.colour_pairs]

    @cached_property
    def _apart(self) -> list[np.ndarray | None]:
        return [_if_apart(np.asarray(one)) for one in self.nearest]


def _if_apart(nearest: np.ndarray) -> np.ndarray | None:
    """Sorted distances; None where nearly all are the same."""
    at = np.quantile(nearest, APART)
    return nearest if (at[1:] > at[:-1]).all() else None


def _median(found: np.ndarray) -> float:
    return float(np.median(found)) if len(found) else 0.0


def _distances(vectors: np.ndarray) -> np.ndarray:
    """The distances of random pairs of (n, d) rows: (3, p)."""
    left, right = (vectors[rows] for rows in _pairs(len(vectors)))
    return np.stack([of_few_pairs(metric, left, right) for metric in Metric])


def _pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of n rows, or as many as PAIRS of them: the same ones each time."""
    if n * (n - 1) // 2 <= PAIRS:
        return np.triu_indices(n, 1)
    random = np.random.default_rng(0)
    left = random.integers(0, n, PAIRS)
    return left, (left + random.integers(1, n, PAIRS)) % n


def _some(n: int, most: int) -> np.ndarray:
    """The rows of n, or as many of them as `most`, evenly spread."""
    return np.unique(np.linspace(0, max(0, n - 1), min(n, most), dtype=int))


def _both(
    metric: Metric,
    rows: tuple[np.ndarray, np.ndarray],
    listed: np.ndarray,
    scales: tuple[float, float],
) -> list[np.ndarray]:
    """For each of the measured products (2, f): see Statistics.both."""
    n = len(rows[0])
    some = _some(n, AMONG)
    found = []
    for row in _some(n, MEASURED):
        others = np.append(some, listed[row])
        away = [
            distances(metric, block[row], block[others]) / scale
            if scale > 0
            else np.zeros(len(others))
            for block, scale in zip(rows, scales, strict=True)
        ]
        there = (others != row) & (others >= 0)
        found.append(_front(away[0][there], away[1][there]))
    return found


def _front(vectors: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Of (m,) pairs of distances those that no other undercuts in both: (2, f)."""
    order = np.lexsort((colours, vectors))
    least = np.minimum.accumulate(np.append(np.inf, colours[order]))[:-1]
    kept = order[colours[order] < least]
    return np.stack([vectors[kept], colours[kept]])


def _stacked(fronts: list[list[np.ndarray]]) -> np.ndarray:
    """(3, 2, r, f), filled up with FAR."""
    most = max((front.shape[1] for found in fronts for front in found), default=0)
    both = np.full((len(fronts), 2, len(fronts[0]), max(1, most)), FAR)
    for code, found in enumerate(fronts):
        for place, front in enumerate(found):
            both[code, :, place, : front.shape[1]] = front
    return both
