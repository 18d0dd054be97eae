"""Our neighbours beside scikit-learn's in float64, for every product of a sample of 2,000."""

import numpy as np
from sklearn.metrics import pairwise_distances

from benchmarks.common import build, relu_vectors
from benchmarks.figures import figure
from recommender.index.metrics import Metric

SAMPLE = 2000


def main() -> None:
    vectors = relu_vectors(SAMPLE, seed=3)
    vectors[7], vectors[11] = vectors[5], 0  # a duplicate and a vector of zeros
    index = build(vectors)
    for metric in Metric:
        theirs = pairwise_distances(vectors.astype(np.float64), metric=metric)
        np.fill_diagonal(theirs, np.inf)
        lists = index.lists[metric]
        expected = np.sort(theirs, axis=1)[:, : index.k]
        chosen = np.take_along_axis(theirs, lists.rows.astype(np.int64), axis=1)
        # Ties aside: another product at the same distance is as right.
        wrong = ~np.isclose(chosen, expected, rtol=1e-9, atol=1e-12).all(axis=1)
        off = np.abs(lists.distances - expected).max()
        what = f"{metric}: lists of {SAMPLE:,} that differ from scikit-learn's in float64"
        figure(what, float(wrong.sum()), "lists")
        print(f"distances off by {off:.1e} at most")


if __name__ == "__main__":
    main()
