"""All neighbour lists for 11,556 × 4096, three metrics, beside scikit-learn's brute force."""

import time

import numpy as np
from sklearn.neighbors import NearestNeighbors

from benchmarks.common import COUNT, build, peak_megabytes, relu_vectors
from benchmarks.figures import figure
from recommender.index.metrics import Metric

SAMPLE = 300


def main() -> None:
    vectors = relu_vectors()
    build(vectors[:300])  # compiles the kernels, or loads them compiled
    before = peak_megabytes()
    began = time.perf_counter()
    build(vectors)
    ours = time.perf_counter() - began
    grown = peak_megabytes() - before
    theirs = sum(_scikit_learn(vectors, metric) for metric in Metric)
    beside = {"scikit-learn's brute force": theirs}
    figure("all lists, three metrics, 50 long", ours, "s", beside)
    figure("all lists: memory above the vectors", grown, "MB")


def _scikit_learn(vectors: np.ndarray, metric: Metric) -> float:
    """Seconds for all, from a sample."""
    searcher = NearestNeighbors(n_neighbors=51, algorithm="brute", metric=metric, n_jobs=2)
    searcher.fit(vectors)
    began = time.perf_counter()
    searcher.kneighbors(vectors[:SAMPLE])
    return (time.perf_counter() - began) * COUNT / SAMPLE


if __name__ == "__main__":
    main()
