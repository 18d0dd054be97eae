"""Compiles ahead what queries compute with: in the build, so that no visitor waits for it."""

import numpy as np

from recommender.index.codes import Codes
from recommender.index.distances import distances, of_pairs, squared_norms
from recommender.index.metrics import Metric
from recommender.index.neighbours import all_lists, nearest_to
from recommender.row_products import row_products


def compile_for_queries() -> None:
    """Has numba compile every kernel that a query calls, or load what it has kept of it.

    The first time takes some ten seconds of one core; again, half a second. A kernel is compiled
    for a kind of array, and all indexes have the same kinds.
    """
    vectors = np.eye(8, dtype=np.float32)
    squared, rows, codes = squared_norms(vectors), np.arange(len(vectors)), Codes.of(vectors)
    for metric in Metric:
        possible = codes.possible(metric, vectors[0], (vectors, squared), 2, rows)
        nearest_to(metric, vectors[0], vectors, squared, 2, possible)
    distances(Metric.COSINE, vectors[0], vectors)
    of_pairs(Metric.COSINE, vectors, rows, rows)
    row_products(vectors, vectors)


def compile_for_builds() -> None:
    """The same, and what a first build calls besides."""
    compile_for_queries()
    vectors = np.eye(8, dtype=np.float32)
    all_lists(vectors, squared_norms(vectors), 2)
