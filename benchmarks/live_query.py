"""A query that is not in the index, exact, beside one parallel read of the same bytes."""

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit, prange

from benchmarks.common import COUNT, relu_vectors
from recommender.index.metrics import Metric, fixed, squared_norms
from recommender.index.neighbours import nearest_to

REPEATS = 41


@njit(parallel=True, fastmath=True)
def read(vectors, out):  # type: ignore[no-untyped-def]
    """The least that a scan must do: fetch every number once, on all cores."""
    for row in prange(vectors.shape[0]):
        total = np.float32(0)
        for place in range(vectors.shape[1]):
            total += vectors[row, place]
        out[row] = total


def main() -> None:
    vectors = fixed(relu_vectors(), np.float32)
    squared = fixed(squared_norms(vectors), np.float64)
    queries = iter(relu_vectors(count=3 * (REPEATS + 1), seed=7))
    out = np.empty(COUNT, np.float32)

    def query(metric: Metric) -> None:
        nearest_to(metric, next(queries), vectors, squared, 5)

    works: dict[str, Callable[[], object]] = {"read": lambda: read(vectors, out)}
    for metric in Metric:
        works[metric] = partial(query, metric)
    times: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(REPEATS):  # in turn, so that a slow moment of the machine hits all alike
        for name, work in works.items():
            began = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(values) for name, values in times.items()}
    gigabytes = vectors.nbytes / 1e9 / medians["read"]
    print(f"parallel read: {1e3 * medians['read']:.2f} ms ({gigabytes:.0f} GB/s)")
    for metric in Metric:
        ratio = medians[metric] / medians["read"]
        print(f"{metric}: {1e3 * medians[metric]:.2f} ms, {ratio:.2f} × the read")


if __name__ == "__main__":
    main()
