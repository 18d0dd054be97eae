"""A million products of 512 numbers: opening the index, exact queries, and approximate ones.

`--lists` makes all neighbour lists; without it, for two minutes, and says what all would take.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from benchmarks.common import temporary_folder
from benchmarks.index_file import in_fresh_process
from benchmarks.live_query import read
from recommender.embedders.contract import EmbedderSpec
from recommender.index.approximate import lists_by_cells
from recommender.index.distances import fixed, squared_norms
from recommender.index.file import write_index
from recommender.index.inverted_file import InvertedLists, make_cells
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists, nearest_to
from recommender.index.similarity_index import APPROXIMATE, K, Manifest, SimilarityIndex

COUNT, DIMENSION = 1_000_000, 512
LATENT, HEAPS, BLOCK = 32, 3000, 50_000
QUERIES, ENOUGH = 200, 120.0


def vectors(count: int, seed: int) -> np.ndarray:
    """(count, 512) float32, as a network's are: few things vary, in heaps, and then a ReLU."""
    fixed_random = np.random.default_rng(0)
    spread = fixed_random.standard_normal((LATENT, DIMENSION), np.float32) / np.sqrt(LATENT)
    heaps = fixed_random.standard_normal((HEAPS, LATENT), np.float32)
    random = np.random.default_rng(seed)
    out = np.empty((count, DIMENSION), np.float32)
    for start in range(0, count, BLOCK):
        m = min(BLOCK, count - start)
        latent = heaps[random.integers(0, HEAPS, m)]
        latent = latent + np.float32(0.6) * random.standard_normal((m, LATENT), np.float32)
        noise = np.float32(0.1) * random.standard_normal((m, DIMENSION), np.float32)
        out[start : start + m] = np.maximum(latent @ spread.astype(np.float32) + noise, 0)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--lists", action="store_true")
    options = parser.parse_args()
    embeddings = fixed(vectors(options.count, 1), np.float32)
    squared = fixed(squared_norms(embeddings), np.float64)
    print(f"{options.count:,} × {DIMENSION}: {embeddings.nbytes / 2**20:,.0f} MB of vectors")
    began = time.perf_counter()
    cells = make_cells(embeddings, squared)
    extra = sum(array.nbytes for array in (cells.centres, cells.starts, cells.rows)) / 2**20
    print(
        f"{len(cells)} cells: made in {time.perf_counter() - began:.0f} s, {extra:.1f} MB; "
        f"a query reads {cells.probes} of them, a list is made from {cells.reach}"
    )
    _queries(embeddings, squared, cells)
    _lists(embeddings, squared, cells, whole=options.lists)


def _queries(embeddings: np.ndarray, squared: np.ndarray, cells: InvertedLists) -> None:
    """Exact and approximate queries, what the approximate ones miss, and a bare read."""
    out = np.empty(len(embeddings), np.float32)
    read(embeddings, out)
    reads = [_seconds(partial(read, embeddings, out))[0] for _ in range(15)]
    print(f"parallel read: {1e3 * np.median(reads):.0f} ms")
    queries = vectors(QUERIES, 7)
    for metric in Metric:
        exact_times, times, hits = [], [], 0
        for query in queries:
            seconds, exact = _seconds(partial(nearest_to, metric, query, embeddings, squared, 5))
            exact_times.append(seconds)
            seconds, near = _seconds(partial(_near, metric, query, embeddings, squared, cells))
            times.append(seconds)
            hits += len(np.intersect1d(exact.rows[0], near.rows[0]))
        ratio = np.median(exact_times) / np.median(reads)
        middle, p95 = 1e3 * np.percentile(times[1:], [50, 95])
        print(
            f"{metric}: exact {1e3 * np.median(exact_times):.0f} ms, {ratio:.2f} × the read; by "
            f"cells {middle:.1f} ms, p95 {p95:.1f} ms, recall@5 {hits / 5 / QUERIES:.4f}"
        )


def _near(
    metric: Metric,
    query: np.ndarray,
    embeddings: np.ndarray,
    squared: np.ndarray,
    cells: InvertedLists,
) -> Lists:
    return nearest_to(metric, query, embeddings, squared, 5, cells.near(metric, query, 50))


class _Enough(Exception):
    """The lists have taken as long as they may."""


def _lists(
    embeddings: np.ndarray, squared: np.ndarray, cells: InvertedLists, *, whole: bool
) -> None:
    """All lists, or the first; then the file that they make, and opening it."""
    n, began, done = len(embeddings), time.perf_counter(), 0
    lists = {metric: Lists.empty(n, K) for metric in Metric}

    def progress(rows: int, _of: int) -> None:
        nonlocal done
        done = rows
        if not whole and time.perf_counter() - began > ENOUGH:
            raise _Enough

    with suppress(_Enough):
        lists_by_cells(embeddings, squared, cells, lists, np.zeros(n, bool), progress)
    seconds = time.perf_counter() - began
    print(f"lists: {done / n:.1%} in {seconds:.0f} s; all in {seconds * n / done / 60:.0f} minutes")
    if not whole:  # the file has the size it will have
        for made in lists.values():
            made.rows[:], made.distances[:] = 0, 1.0
    spec = EmbedderSpec("made-up", "none", DIMENSION, "none", True, "made up")
    ids = np.array([f"{number:07}" for number in range(n)])
    hashes = np.array([f"{number:064x}" for number in range(n)], "S64")
    manifest = Manifest(
        **vars(Manifest.of(spec, "0" * 64)) | {"count": n, "neighbours": APPROXIMATE}
    )
    index = SimilarityIndex(manifest, ids, hashes, embeddings, squared, lists, cells)
    with temporary_folder() as folder:
        write_index(index, path := folder / "index.joblib")
        times = sorted(in_fresh_process(path) for _ in range(3))
        print(f"file of {path.stat().st_size / 2**20:,.0f} MB; opened in {times[1]:.2f} s")


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    main()
