"""Distances by hand, and of metrics that there are not."""

import numpy as np
import pytest

from recommender import jit
from recommender.index import kernels
from recommender.index.distances import distances, fused, of_few_pairs, of_pairs
from recommender.index.metrics import METRIC_CODES, Metric
from tests.indexes import index_of

POINTS = np.array([[1, 0], [0, 1], [4, 4], [0, 0]], np.float32)
INDEX = {"a": [1, 0], "b": [0, 1], "c": [4, 4]}
LEFT, RIGHT = np.array([0, 0]), np.array([1, 3])


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("cosine", [1, 1]), ("euclidean", [2**0.5, 1]), ("manhattan", [2, 1])],
)
def test_pairs_are_as_far_from_each_other_as_one_by_one(metric, expected):
    assert of_pairs(Metric(metric), POINTS, LEFT, RIGHT) == pytest.approx(expected)
    away = distances(Metric(metric), POINTS[0], POINTS)
    assert list(of_pairs(Metric(metric), POINTS, LEFT, RIGHT)) == list(away[RIGHT])


@pytest.mark.parametrize("metric", Metric)
def test_few_pairs_are_as_far_from_each_other_without_numba(metric):
    vectors = np.random.default_rng(0).random((60, 48), np.float32)
    vectors[7] = 0
    left, right = np.arange(59), np.arange(1, 60)
    few = of_few_pairs(metric, vectors[left], vectors[right])
    assert few == pytest.approx(of_pairs(metric, vectors, left, right), rel=1e-12, abs=1e-15)


UNKNOWN = {
    "distances": lambda metric: distances(metric, POINTS[0], POINTS),
    "of_pairs": lambda metric: of_pairs(metric, POINTS, LEFT, RIGHT),
    "of_few_pairs": lambda metric: of_few_pairs(metric, POINTS, POINTS),
    "fused": lambda metric: fused(metric, 0.5, POINTS[0], POINTS[0], (POINTS, POINTS), (1, 1)),
    "search": lambda metric: index_of(INDEX, k=2).search(POINTS[0], metric),
    "neighbours": lambda metric: index_of(INDEX, k=2).neighbours("a", metric),
    "scale": lambda metric: index_of(INDEX, k=2).statistics.scale(metric),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_fourth_metric_is_an_error_never_a_score(name):
    with pytest.raises((KeyError, ValueError)):
        UNKNOWN[name]("hamming")


@pytest.mark.parametrize("name", ["exact_distances", "scan"])
def test_so_it_is_in_the_kernels(name):
    squared, code = (POINTS**2).sum(axis=1), len(METRIC_CODES)
    rows = (np.arange(4),) if name == "scan" else ()
    out = np.zeros(4, np.float32 if name == "scan" else np.float64)
    with pytest.raises(ValueError, match="know no such metric"):
        getattr(kernels, name)(code, POINTS[0], 1.0, POINTS, squared, *rows, out)


@pytest.mark.parametrize("metric", Metric)
def test_few_rows_on_one_thread_have_the_distances_of_many_to_the_last_bit(metric, monkeypatch):
    vectors = np.random.default_rng(5).standard_normal((40, 97)).astype(np.float32)
    vectors[3] = 0
    few = distances(metric, vectors[0], vectors)
    monkeypatch.setattr(jit, "LITTLE", 0)
    assert np.array_equal(few, distances(metric, vectors[0], vectors))
