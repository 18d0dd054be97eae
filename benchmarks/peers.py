"""Other libraries' approximate search beside ours, where they are installed: faiss and usearch.

Neither is required: `pip install faiss-cpu usearch` into an environment of its own.
"""

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from recommender.index.metrics import Metric

EFFORTS = (4, 8, 16, 32, 64, 128, 256, 512)
# What the metrics are called there; usearch has no manhattan.
FAISS = {Metric.COSINE: 0, Metric.EUCLIDEAN: 1, Metric.MANHATTAN: 2}
USEARCH = {Metric.COSINE: "cos", Metric.EUCLIDEAN: "l2sq"}

Search = Callable[[int, np.ndarray], np.ndarray]


class Built(NamedTuple):
    """A library's index of one metric: rows for an effort and a query, and what it took."""

    name: str
    search: Search
    megabytes: float


def beside(
    metric: Metric, vectors: np.ndarray, cells: int, queries: np.ndarray, right: list[np.ndarray]
) -> None:
    """Prints what each library takes to find 99.5 % of the rows that are right, five a query."""
    for name, build in (("faiss", partial(_faiss, cells=cells)), ("usearch", _usearch)):
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed, so nothing is said of it")
            continue
        began = time.perf_counter()
        for built in build(metric, vectors):
            print(f"{built.name}, {metric}: made in {time.perf_counter() - began:.0f} s, ", end="")
            print(f"{built.megabytes:,.0f} MB; {_at_equal_recall(built, queries, right)}")


def _at_equal_recall(built: Built, queries: np.ndarray, right: list[np.ndarray]) -> str:
    for effort in EFFORTS:
        times, hits = [], 0
        for query, rows in zip(queries, right, strict=True):
            began = time.perf_counter()
            found = built.search(effort, query)
            times.append(time.perf_counter() - began)
            hits += len(np.intersect1d(found, rows))
        recall = hits / sum(map(len, right))
        if recall >= 0.995 or effort == EFFORTS[-1]:
            break
    middle, p95 = 1e3 * np.percentile(times, [50, 95])
    return f"{middle:.1f} ms, p95 {p95:.1f} ms, recall@5 {recall:.4f}"


def _faiss(metric: Metric, vectors: np.ndarray, cells: int) -> Iterator[Built]:
    """An inverted file, which holds a copy of the vectors."""
    faiss: Any = importlib.import_module("faiss")
    kind = (faiss.METRIC_INNER_PRODUCT, faiss.METRIC_L2, faiss.METRIC_L1)[FAISS[metric]]
    quantizer = faiss.IndexFlat(vectors.shape[1], kind)
    index = faiss.IndexIVFFlat(quantizer, vectors.shape[1], cells, kind)
    if metric is Metric.COSINE:
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    index.train(vectors[:: max(1, len(vectors) // (64 * cells))])
    index.add(vectors)

    def search(effort: int, query: np.ndarray) -> np.ndarray:
        index.nprobe = min(effort, cells)
        return np.asarray(index.search(query[None], 5)[1][0])

    yield Built("faiss, inverted file", search, vectors.nbytes / 2**20)


def _usearch(metric: Metric, vectors: np.ndarray) -> Iterator[Built]:
    """A graph (HNSW), which holds a copy of the vectors."""
    if metric not in USEARCH:
        return
    usearch: Any = importlib.import_module("usearch.index")
    index = usearch.Index(ndim=vectors.shape[1], metric=USEARCH[metric], dtype="f32")
    index.add(np.arange(len(vectors)), vectors)

    def search(effort: int, query: np.ndarray) -> np.ndarray:
        index.expansion_search = effort
        return np.asarray(index.search(query, 5).keys)

    yield Built("usearch, graph", search, index.memory_usage / 2**20)
