"""What a distance means to people: a score from 0 to 100.

score = 100 · 2^(−distance / median), where the median is that of the distances between random pairs
of the catalogue, under the same metric and embedder. So 100 is the same picture, 50 a random pair,
and a smaller distance never scores less.
"""

from weakref import WeakKeyDictionary

import numpy as np

from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex

PAIRS = 1024
BLOCK = 128

_scales: WeakKeyDictionary[SimilarityIndex, dict[Metric, float]] = WeakKeyDictionary()


def score(distance: float, scale: float) -> float:
    """0 to 100; `scale` is the distance of a random pair."""
    if scale <= 0:
        return 100.0 if distance <= 0 else 0.0
    return float(100 * 2 ** (-max(distance, 0.0) / scale))


def scales(index: SimilarityIndex) -> dict[Metric, float]:
    """The median distance of random pairs under each metric; worked out once an index."""
    if index not in _scales:
        _scales[index] = _measured(index)
    return _scales[index]


def _measured(index: SimilarityIndex) -> dict[Metric, float]:
    found: dict[Metric, list[np.ndarray]] = {metric: [] for metric in Metric}
    left, right = _pairs(len(index))
    for start in range(0, len(left), BLOCK):
        rows = slice(start, start + BLOCK)
        one = index.embeddings[left[rows]].astype(np.float64)
        other = index.embeddings[right[rows]].astype(np.float64)
        lengths = np.sqrt(index.squared[left[rows]] * index.squared[right[rows]])
        products = np.einsum("ij,ij->i", one, other)
        cosines = np.divide(products, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        found[Metric.COSINE].append(1 - cosines)
        found[Metric.EUCLIDEAN].append(np.sqrt(((one - other) ** 2).sum(axis=1)))
        found[Metric.MANHATTAN].append(np.abs(one - other).sum(axis=1))
    return {
        metric: float(np.median(np.concatenate(parts))) if parts else 0.0
        for metric, parts in found.items()
    }


def _pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of n rows, or as many as PAIRS of them: the same ones each time."""
    if n * (n - 1) // 2 <= PAIRS:
        return np.triu_indices(n, 1)
    random = np.random.default_rng(0)
    left = random.integers(0, n, PAIRS)
    return left, (left + random.integers(1, n, PAIRS)) % n
