"""All neighbour lists for 11,556 × 4096, three metrics, beside scikit-learn's brute force."""

import time

from sklearn.neighbors import NearestNeighbors

from benchmarks.common import COUNT, build, peak_megabytes, relu_vectors
from recommender.index.metrics import Metric

SAMPLE = 300


def main() -> None:
    vectors = relu_vectors()
    build(vectors[:300])  # compiles the kernels, or loads them compiled
    before = peak_megabytes()
    began = time.perf_counter()
    build(vectors)
    ours = time.perf_counter() - began
    print(f"ours: {ours:.1f} s for all, peak {peak_megabytes() - before:.0f} MB above the vectors")
    theirs = 0.0
    for metric in Metric:
        searcher = NearestNeighbors(n_neighbors=51, algorithm="brute", metric=metric, n_jobs=2)
        searcher.fit(vectors)
        began = time.perf_counter()
        searcher.kneighbors(vectors[:SAMPLE])
        seconds = (time.perf_counter() - began) * COUNT / SAMPLE
        print(f"scikit-learn, {metric}: {seconds:.0f} s for all, from {SAMPLE} products")
        theirs += seconds
    print(f"scikit-learn, all three: {theirs:.0f} s, {theirs / ours:.1f} × ours")


if __name__ == "__main__":
    main()
