import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import pairwise_distances

from recommender.index import kernels, list_kernels
from recommender.index.distances import distances
from recommender.index.metrics import METRIC_CODES, Metric

numbers = st.floats(-100, 100, width=32)


def vectors(*rows):
    return np.array(rows, np.float32)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (Metric.COSINE, [0, 1, 1 - 1 / np.sqrt(2), 2, 1]),
        (Metric.EUCLIDEAN, [2, np.sqrt(10), 1, 4, 3]),
        (Metric.MANHATTAN, [2, 4, 1, 4, 3]),
    ],
)
def test_distances_that_one_can_check_by_hand(metric, expected):
    query = vectors(3, 0)
    others = vectors([1, 0], [0, 1], [3, 1], [-1, 0], [0, 0])
    if metric is Metric.COSINE:
        others = vectors([1, 0], [0, 1], [2, 2], [-1, 0], [0, 0])
    np.testing.assert_allclose(distances(metric, query, others), expected, rtol=1e-12)


@pytest.mark.parametrize("metric", Metric)
def test_distances_are_scikit_learns(metric):
    random = np.random.default_rng(3)
    for dimension in (1, 7, 8, 9, 64, 4096):
        points = np.maximum(random.standard_normal((20, dimension)), 0).astype(np.float32)
        expected = pairwise_distances(points[:1].astype(float), points.astype(float), metric)[0]
        np.testing.assert_allclose(
            distances(metric, points[0], points), expected, rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize("metric", Metric)
@settings(max_examples=40)
@given(arrays(np.float32, (2, 13), elements=numbers))
def test_a_distance_is_the_same_both_ways_and_never_negative(metric, pair):
    there = distances(metric, pair[0], pair[1:])[0]
    back = distances(metric, pair[1], pair[:1])[0]
    assert there == back
    assert there >= 0


@pytest.mark.parametrize("metric", Metric)
@settings(max_examples=40)
@given(arrays(np.float32, 13, elements=st.floats(1 / 64, 1000, width=32)))
def test_a_vector_is_at_exactly_zero_from_its_copy(metric, vector):
    assert distances(metric, vector, vector[None])[0] == 0


@pytest.mark.parametrize("metric", Metric)
def test_a_distance_does_not_depend_on_the_company_or_the_place(metric):
    random = np.random.default_rng(4)
    points = random.standard_normal((50, 4096)).astype(np.float32)
    together = distances(metric, points[0], points)
    alone = [distances(metric, points[0], points[row : row + 1].copy())[0] for row in range(50)]
    shifted = np.concatenate([[np.float32(0)], points.ravel()])[1:].reshape(points.shape)
    assert (together == alone).all()
    assert (together == distances(metric, points[0], shifted)).all()


UNKNOWN = len(Metric)
POINTS = np.ones((3, 4), np.float32)
SQUARED = np.full(3, 4.0)
ROWS = np.arange(3)
KERNELS = {
    "distances": lambda: kernels.exact_distances(
        UNKNOWN, POINTS[0], 4.0, POINTS, SQUARED, np.empty(3)
    ),
    "scan": lambda: kernels.scan(
        UNKNOWN, POINTS[0], 4.0, POINTS, SQUARED, ROWS, np.empty(3, np.float32)
    ),
    "nearest": lambda: kernels.nearest(
        UNKNOWN, np.ones((1, 3), np.float32), np.zeros(1), 0.0, POINTS[:1], SQUARED[:1],
        np.array([-1]), ROWS, POINTS, SQUARED, np.empty((1, 2), np.int32), np.empty((1, 2)),
    ),
    "offer": lambda: list_kernels.offer(
        UNKNOWN, np.ones((1, 3), np.float32), np.zeros(1), 0.0, ROWS[:1], ROWS, np.arange(4), ROWS,
        POINTS, SQUARED, np.zeros((3, 2), np.int32), np.ones((3, 2)),
    ),
    "measure": lambda: list_kernels.measure(
        UNKNOWN, ROWS, np.full(4, 3), POINTS, SQUARED, np.zeros((3, 2), np.int32), np.ones((3, 2)),
    ),
}  # fmt: skip


@pytest.mark.slow  # each compiles its own loop
@pytest.mark.parametrize("name", KERNELS)
def test_a_metric_that_the_kernels_do_not_know_is_an_error_and_no_other_metric(name):
    with pytest.raises(ValueError, match="no such metric"):
        KERNELS[name]()


def test_the_kernels_number_the_metrics_as_the_names_do():
    numbers = {metric: getattr(kernels, metric.name) for metric in Metric}
    assert numbers == METRIC_CODES
