"""A million products of 512 numbers: opening the index, exact queries, and approximate ones.

`--lists` makes all neighbour lists; without it, for two minutes, and says what all would take.
`--peers` measures faiss and usearch, too, where they are installed.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from benchmarks.common import temporary_folder
from benchmarks.figures import figure
from benchmarks.index_file import in_fresh_process
from benchmarks.live_query import read
from benchmarks.peers import beside
from recommender.arrays import fixed
from recommender.embedders.contract import EmbedderSpec
from recommender.index.approximate import lists_by_cell
from recommender.index.codes import Codes
from recommender.index.distances import squared_norms
from recommender.index.file import write_index
from recommender.index.inverted_file import InvertedLists, make_inverted_lists
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists, nearest_to
from recommender.index.pictures import Pictures
from recommender.index.similarity_index import APPROXIMATE, K, Manifest, SimilarityIndex

COUNT, DIMENSION = 1_000_000, 512
LATENT, HEAPS, BLOCK = 32, 3000, 50_000
QUERIES, ENOUGH = 200, 120.0


def vectors(count: int, seed: int, dimension: int = DIMENSION) -> np.ndarray:
    """(count, dimension) float32, as a network's: few things vary, in heaps, and then a ReLU."""
    fixed_random = np.random.default_rng(0)
    spread = fixed_random.standard_normal((LATENT, dimension), np.float32) / np.sqrt(LATENT)
    heaps = fixed_random.standard_normal((HEAPS, LATENT), np.float32)
    random = np.random.default_rng(seed)
    out = np.empty((count, dimension), np.float32)
    for start in range(0, count, BLOCK):
        m = min(BLOCK, count - start)
        latent = heaps[random.integers(0, HEAPS, m)]
        latent = latent + np.float32(0.6) * random.standard_normal((m, LATENT), np.float32)
        noise = np.float32(0.1) * random.standard_normal((m, dimension), np.float32)
        out[start : start + m] = np.maximum(latent @ spread.astype(np.float32) + noise, 0)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--lists", action="store_true")
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    embeddings = fixed(vectors(options.count, 1), np.float32)
    squared = fixed(squared_norms(embeddings), np.float64)
    print(f"{options.count:,} × {DIMENSION}: {embeddings.nbytes / 2**20:,.0f} MB of vectors")
    began = time.perf_counter()
    cells = make_inverted_lists(Pictures.of(embeddings, squared))
    extra = sum(array.nbytes for array in (cells.centroids, cells.starts, cells.rows)) / 2**20
    figure("a million × 512: cells made", time.perf_counter() - began, "s")
    figure("a million × 512: what the cells take", extra, "MB")
    print(f"{len(cells)} cells: a query reads {cells.nprobe}, a list is made from {cells.reach}")
    _queries(embeddings, squared, cells, peers=options.peers)
    _lists(embeddings, squared, cells, whole=options.lists)


def _queries(
    embeddings: np.ndarray, squared: np.ndarray, cells: InvertedLists, *, peers: bool
) -> None:
    """Exact and approximate queries, what the approximate ones miss, and a bare read."""
    out = np.empty(len(embeddings), np.float32)
    read(embeddings, out)
    reads = [1e3 * _seconds(partial(read, embeddings, out))[0] for _ in range(15)]
    queries, codes = vectors(QUERIES, 7), Codes.of(embeddings)
    every = np.arange(len(embeddings))
    for metric in Metric:
        exact_times, times, right, hits = [], [], [], 0
        ask = partial(_nearest, metric, embeddings, squared, codes)
        for query in queries:
            seconds, exact = _seconds(partial(ask, query, lambda: every))
            exact_times.append(seconds)
            cells_of = partial(cells.near, metric, query, 50)
            seconds, near = _seconds(partial(ask, query, cells_of))
            times.append(seconds)
            right.append(exact)
            hits += len(np.intersect1d(exact, near))
        beside_read = {"one parallel read of all vectors": reads}
        what, by_cells = f"a million × 512: {metric}", 1e3 * np.array(times[1:])
        figure(f"{what}, an exact query", 1e3 * np.array(exact_times), "ms", beside_read)
        figure(f"{what}, by cells", by_cells, "ms")
        figure(f"{what}, by cells: p95", float(np.percentile(by_cells, 95)), "ms")
        figure(f"{what}, by cells: recall@5", hits / 5 / QUERIES, "share")
        if peers:
            beside(metric, embeddings, len(cells), queries, right)


def _nearest(
    metric: Metric, embeddings: np.ndarray, squared: np.ndarray, codes: Codes,
    query: np.ndarray, among: Callable[[], np.ndarray],
) -> np.ndarray:  # fmt: skip
    """As `SimilarityIndex.search` does it."""
    rows = codes.possible(metric, query, (embeddings, squared), 5, among())
    return np.asarray(nearest_to(metric, query, embeddings, squared, 5, rows).rows[0])


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
        pictures = Pictures.of(embeddings, squared)
        lists_by_cell(pictures, cells, lists, np.zeros(n, bool), progress)
    seconds = time.perf_counter() - began
    print(f"lists: {done / n:.1%} in {seconds:.0f} s")
    figure("a million × 512: all lists, by what the first took", seconds * n / done, "s")
    if not whole:  # the file has the size it will have
        for made in lists.values():
            made.rows[:], made.distances[:] = 0, 1.0
    spec = EmbedderSpec("made-up", "none", DIMENSION, "none", True, "made up")
    ids = np.array([f"{number:07}" for number in range(n)])
    hashes = np.array([f"{number:064x}" for number in range(n)], "S64")
    manifest = Manifest(
        **vars(Manifest.of(spec, "0" * 64)) | {"count": n, "list_method": APPROXIMATE}
    )
    index = SimilarityIndex(manifest, ids, hashes, embeddings, squared, lists, cells)
    with temporary_folder() as folder:
        write_index(index, path := folder / "index.joblib")
        times = [in_fresh_process(path) for _ in range(3)]
        size = path.stat().st_size / 2**30
        figure(f"a million × 512: opening the index of {size:.1f} GB", times, "s")


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    main()
