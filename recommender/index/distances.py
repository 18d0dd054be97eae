"""Exact distances under the three metrics."""

import numpy as np

from recommender.index.metrics import METRIC_CODES, Metric


def fixed(array: np.ndarray, dtype: type) -> np.ndarray:
    """A read-only view in C order, so that each kernel is compiled for one kind of array only."""
    view = np.ascontiguousarray(array, dtype).view(np.ndarray)
    view.flags.writeable = False
    return view


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
    squared = fixed(squared_norms(embeddings), np.float64)
    out = np.empty(len(embeddings))
    kernels.exact_distances(METRIC_CODES[metric], query, query_squared, embeddings, squared, out)
    return out
