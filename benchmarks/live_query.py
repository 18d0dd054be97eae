"""A query that is not in the index, exact, beside one parallel read of all vectors.

And the same among the tenth of the rows that pass a filter, from their ids on.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numba import njit, prange

from benchmarks.common import COUNT, SPEC, clustered_vectors
from benchmarks.figures import figure
from recommender.arrays import fixed
from recommender.index.codes import codes_of
from recommender.index.distances import squared_norms
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists
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
    made, asked = clustered_vectors(queries=4 * (REPEATS + 1))
    vectors = fixed(made, np.float32)
    squared = fixed(squared_norms(vectors), np.float64)
    queries = iter(asked)
    out = np.empty(COUNT, np.float32)

    index = replace(build_without_lists(vectors, squared), codes=codes_of(vectors))

    def query(metric: Metric) -> None:
        index.search(next(queries), metric, 5)

    works: dict[str, Callable[[], object]] = {"read": lambda: read(vectors, out)}
    for metric in Metric:
        works[metric] = partial(query, metric)
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
    milliseconds = {name: 1e3 * np.array(values) for name, values in times.items()}
    read_once = {"one parallel read of all vectors": milliseconds["read"]}
    for metric in Metric:
        figure(
            f"a vector that is not in the index, {metric}", milliseconds[metric], "ms", read_once
        )
    allowed = {"15 % of the whole and 1 ms": 0.15 * milliseconds[Metric.COSINE] + 1}
    figure("the same among a tenth of the rows, cosine", milliseconds["filtered"], "ms", allowed)


def build_without_lists(vectors: np.ndarray, squared: np.ndarray) -> SimilarityIndex:
    """An index that can be searched; nobody looks into its lists."""
    ids = np.array([f"{number:07}" for number in range(len(vectors))])
    hashes = np.array([f"{number:064x}" for number in range(len(vectors))], "S64")
    lists = {metric: Lists.empty(len(vectors), 1) for metric in Metric}
    manifest = replace(Manifest.of(SPEC, "0" * 64), count=len(vectors))
    return SimilarityIndex(manifest, ids, hashes, vectors, squared, lists)


if __name__ == "__main__":
    main()
