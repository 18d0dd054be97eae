"""What is asked about, as a point."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.index.metrics import Metric
from recommender.index.views import Views
from recommender.search.query_vector import QueryVector, means, rocchio
from tests.indexes import index_of

NONE = np.empty((0, 2), np.float32)


def points(*rows):
    return np.array(rows, np.float32)


@pytest.mark.parametrize(
    ("liked", "disliked", "point"),
    [
        ([(2, 4)], [], (2, 4)),
        ([(2, 4), (4, 0)], [], (3, 2)),
        ([(3, 3)], [(3, 3)], (3, 3)),  # what is like all that is known stays where it is
        ([(2, 0)], [(0, 2)], (3, -1)),  # (liked - disliked / 3) · 3/2
        ([(2, 0)], [(0, 4), (0, 0)], (3, -1)),
    ],
)
def test_the_point_is_the_mean_of_the_liked_away_from_the_disliked(liked, disliked, point):
    found = rocchio(points(*liked), points(*disliked) if disliked else NONE)
    assert np.allclose(found, point)
    assert found.dtype == np.float32


def test_one_that_is_liked_alone_is_itself_to_the_last_bit():
    liked = points((0.1, 1e-30))
    assert np.array_equal(rocchio(liked, NONE), liked[0])


VECTORS = st.lists(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=2), min_size=1, max_size=5
)


@given(VECTORS, VECTORS)
def test_the_order_in_which_products_are_named_does_not_count(liked, disliked):
    one = rocchio(points(*liked), points(*disliked))
    other = rocchio(points(*liked[::-1]), points(*disliked[::-1]))
    assert np.allclose(one, other, rtol=1e-4, atol=1e-1)


INDEX = index_of({"a": [0, 0], "b": [3, 4], "c": [6, 8]})


@pytest.mark.parametrize(
    ("metric", "away"),
    [(Metric.EUCLIDEAN, [0, 5, 10]), (Metric.MANHATTAN, [0, 7, 14]), (Metric.COSINE, [1, 1, 1])],
)
def test_distances_are_the_metric_s_own(metric, away):
    point = QueryVector(np.zeros(2, np.float32))
    assert np.allclose(INDEX.distances(point, metric, ["a", "b", "c"]), away)
    assert np.allclose(INDEX.distances(point, metric, ["c", "a"]), [away[2], away[0]])


def test_the_scale_is_a_random_pair_s():
    point = QueryVector(np.zeros(2, np.float32))
    for metric in Metric:
        assert point.scale(INDEX, metric) == INDEX.statistics.scale(metric)


def coloured():
    """Two products alike in shape, of other colours; and one of another shape, of the colour of a."""
    index = index_of({"a": [0, 0], "b": [0, 1], "c": [0, 5]})
    colours = np.zeros((3, 48), np.float32)
    colours[0, 0] = colours[1, 7] = colours[2, 0] = 1
    return replace(index, colours=colours)


@pytest.mark.parametrize(("share", "nearest"), [(0.0, "b"), (0.05, "b"), (0.9, "c"), (1.0, "c")])
def test_colour_counts_by_its_share(share, nearest):
    index = coloured()
    assert index.colours is not None
    point = QueryVector(index.embeddings[0], index.colours[0], share)
    away = index.distances(point, Metric.EUCLIDEAN, ["a", "b", "c"])
    assert away[0] == 0
    assert index.item_ids[1 + np.argmin(away[1:])] == nearest
    some = index.distances(point, Metric.EUCLIDEAN, ["c", "b"])
    assert np.allclose(some, away[[2, 1]])


def test_an_index_without_colours_is_compared_by_vectors_alone():
    point = QueryVector(np.zeros(2, np.float32), np.ones(48, np.float32), 0.5)
    assert np.allclose(INDEX.distances(point, Metric.EUCLIDEAN, ["a", "b", "c"]), [0, 5, 10])


def with_further(index, products, *vectors):
    views = Views.of(np.array(products), ["f" * 64] * len(products), points(*vectors))
    return replace(index, views=views)


def test_of_several_pictures_of_a_product_the_mean_is_asked_about():
    index = with_further(
        index_of({"a": [0, 0], "b": [3, 4], "c": [6, 8]}), [0, 0, 2], (3, 0), (0, 6), (8, 8)
    )
    assert np.array_equal(means(index, ["c", "a", "b"]), points((7, 8), (1, 2), (3, 4)))
    assert means(index, []).shape == (0, 2)


def test_without_further_pictures_products_are_their_vectors():
    assert np.array_equal(means(INDEX, ["c", "a"]), INDEX.vectors(["c", "a"]))
