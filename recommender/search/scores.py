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

Distances = dict[Metric, np.ndarray]
# The distances of the random pairs of each index: of their vectors, and of their colours.
_measured: WeakKeyDictionary[SimilarityIndex, tuple[Distances, Distances]] = WeakKeyDictionary()


def score(distance: float, scale: float) -> float:
    """0 to 100; `scale` is the distance of a random pair."""
    if scale <= 0:
        return 100.0 if distance <= 0 else 0.0
    return float(100 * 2 ** (-max(distance, 0.0) / scale))


def scales(index: SimilarityIndex, *, of_colours: bool = False) -> dict[Metric, float]:
    """The median distance of random pairs under each metric; worked out once an index."""
    return {metric: _median(found) for metric, found in _pairs_of(index)[of_colours].items()}


def scale_of(index: SimilarityIndex, metric: Metric, share: float = 0.0) -> float:
    """The median distance of random pairs, where colours count by `share` as in `fused`."""
    vectors, colours = (found[metric] for found in _pairs_of(index))
    if not share:
        return _median(vectors)
    blocks = ((1 - share, vectors, _median(vectors)), (share, colours, _median(colours)))
    parts = [weight / scale * found for weight, found, scale in blocks if scale > 0]
    return _median(np.sum(parts, axis=0)) if parts else 0.0


def _median(found: np.ndarray) -> float:
    return float(np.median(found)) if len(found) else 0.0


def _pairs_of(index: SimilarityIndex) -> tuple[Distances, Distances]:
    if index not in _measured:
        colours = index.colours if index.colours is not None else np.zeros((len(index), 1))
        _measured[index] = _distances(index.embeddings), _distances(colours)
    return _measured[index]


def _distances(vectors: np.ndarray) -> Distances:
    """The distances of random pairs of (n, d) rows."""
    found: dict[Metric, list[np.ndarray]] = {metric: [np.empty(0)] for metric in Metric}
    left, right = _pairs(len(vectors))
    for start in range(0, len(left), BLOCK):
        rows = slice(start, start + BLOCK)
        one, other = (vectors[side[rows]].astype(np.float64) for side in (left, right))
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        products = np.einsum("ij,ij->i", one, other)
        cosines = np.divide(products, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        found[Metric.COSINE].append(1 - cosines)
        found[Metric.EUCLIDEAN].append(np.sqrt(((one - other) ** 2).sum(axis=1)))
        found[Metric.MANHATTAN].append(np.abs(one - other).sum(axis=1))
    return {metric: np.concatenate(parts) for metric, parts in found.items()}


def _pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of n rows, or as many as PAIRS of them: the same ones each time."""
    if n * (n - 1) // 2 <= PAIRS:
        return np.triu_indices(n, 1)
    random = np.random.default_rng(0)
    left = random.integers(0, n, PAIRS)
    return left, (left + random.integers(1, n, PAIRS)) % n
