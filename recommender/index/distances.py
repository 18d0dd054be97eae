"""Exact distances under the three metrics."""

import numpy as np

from recommender.arrays import fixed
from recommender.index.metrics import METRIC_CODES, Metric


def squared_norms(embeddings: np.ndarray) -> np.ndarray:
    """(n, d) float32 -> (n,) float64: the dot product of each row with itself."""
    from recommender.index import kernels

    out = np.empty(len(embeddings))
    kernels.squared_norms(fixed(embeddings, np.float32), out)
    return out


def distances(metric: Metric, query: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
    """The exact distances of a (d,) query to each of (n, d) embeddings -> (n,) float64.

    Computed in float64, in one fixed order: the same pair always has the same distance. The
    cosine distance to a vector of zeros is 1, as in scikit-learn.
    """
    from recommender.index import kernels

    query, embeddings = fixed(query, np.float32), fixed(embeddings, np.float32)
    query_squared = kernels.exact_dot(query, query)
    out = np.empty(len(embeddings))
    squared = fixed(squared_norms(embeddings), np.float64)
    kernels.exact_distances(METRIC_CODES[metric], query, query_squared, embeddings, squared, out)
    return out


def of_pairs(
    metric: Metric, embeddings: np.ndarray, left: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """The exact distances of rows `left` to rows `right`, (m,) each -> (m,) float64."""
    from recommender.index import kernels

    vectors, out = fixed(embeddings, np.float32), np.empty(len(left))
    rows = fixed(left, np.int64), fixed(right, np.int64)
    kernels.paired_distances(METRIC_CODES[metric], vectors, *rows, out)
    return out


def of_few_pairs(metric: Metric, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The distances of (m, d) rows to (m, d) others -> (m,) float64, those of `of_pairs` nearly.

    The last bits may differ. numba is not loaded for it, which takes longer than a thousand pairs.
    """
    code = METRIC_CODES[metric]
    a, b = one.astype(np.float64), other.astype(np.float64)
    if code == METRIC_CODES[Metric.EUCLIDEAN]:
        return np.asarray(np.linalg.norm(a - b, axis=1))
    if code == METRIC_CODES[Metric.MANHATTAN]:
        return np.asarray(np.abs(a - b).sum(axis=1))
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines = np.divide((a * b).sum(axis=1), lengths, out=np.zeros(len(a)), where=lengths > 0)
    return np.asarray(np.maximum(0.0, 1.0 - cosines))


def fused(
    metric: Metric,
    share: float,
    vector: np.ndarray,
    colours: np.ndarray,
    others: tuple[np.ndarray, np.ndarray],
    scales: tuple[float, float],
) -> np.ndarray:
    """Distances that mind colour by `share`, 0 to 1, of a query to each of n rows: (n,) float64.

    (1 − share) · d(vectors) / s(vectors) + share · d(colours) / s(colours), where d is the metric's
    distance, and s that of a random pair of the catalogue: so both blocks weigh alike. `others`
    are the rows' (n, d) vectors and (n, 48) colours, `scales` the two s.
    """
    total = np.zeros(len(others[0]))
    blocks = ((1 - share, vector, others[0], scales[0]), (share, colours, others[1], scales[1]))
    for weight, one, rows, scale in blocks:
        if weight > 0 and scale > 0:
            total += weight / scale * distances(metric, fixed(one, np.float32), rows)
    return total
