"""A query that is not in the index, exact, beside one parallel read of the same bytes.

And the same among the tenth of the rows that pass a filter, from their ids on.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numba import njit, prange

from benchmarks.common import COUNT, SPEC, relu_vectors
from recommender.index.distances import fixed, squared_norms
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists, nearest_to
from recommender.index.similarity_index import Manifest, SimilarityIndex

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
    queries = iter(relu_vectors(count=4 * (REPEATS + 1), seed=7))
    out = np.empty(COUNT, np.float32)

    def query(metric: Metric) -> None:
        nearest_to(metric, next(queries), vectors, squared, 5)

    works: dict[str, Callable[[], object]] = {"read": lambda: read(vectors, out)}
    for metric in Metric:
        works[metric] = partial(query, metric)
    index = build_without_lists(vectors, squared)
    tenth = [str(item_id) for item_id in index.item_ids[::10]]

    def filtered() -> None:
        rows = index.rows_of(tenth)
        index.search(next(queries), Metric.COSINE, 5, among=rows)

    works["filtered"] = filtered
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
    full, part = medians[Metric.COSINE], medians["filtered"]
    print(
        f"cosine among a tenth of the rows: {1e3 * part:.2f} ms, {part / full:.0%} of the whole "
        f"(allowed: 15 % and 1 ms, {1e3 * (0.15 * full) + 1:.2f} ms)"
    )


def build_without_lists(vectors: np.ndarray, squared: np.ndarray) -> SimilarityIndex:
    """An index that can be searched; nobody looks into its lists."""
    ids = np.array([f"{number:07}" for number in range(len(vectors))])
    hashes = np.array([f"{number:064x}" for number in range(len(vectors))], "S64")
    lists = {metric: Lists.empty(len(vectors), 1) for metric in Metric}
    manifest = replace(Manifest.of(SPEC, "0" * 64), count=len(vectors))
    return SimilarityIndex(manifest, ids, hashes, vectors, squared, lists)


if __name__ == "__main__":
    main()
