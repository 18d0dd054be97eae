"""Scores and diversity."""

import numpy as np
import pytest

from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour
from recommender.search.diversity import diversified
from recommender.search.scores import score
from tests.indexes import index_of


@pytest.fixture
def cloud():
    points = np.random.default_rng(1).normal(size=(300, 8)).astype(np.float32)
    return index_of({f"{number:03}": list(point) for number, point in enumerate(points)}, k=5)


@pytest.mark.parametrize("metric", Metric)
def test_a_random_pair_scores_fifty_and_the_same_picture_a_hundred(cloud, metric):
    scale = cloud.statistics.scale(metric)
    everyone = np.concatenate(
        [distances(metric, vector, cloud.embeddings) for vector in cloud.embeddings]
    )
    assert score(float(np.median(everyone)), scale) == pytest.approx(50, abs=3)
    assert score(0, scale) == 100


@pytest.mark.parametrize("metric", Metric)
def test_a_smaller_distance_never_scores_less(cloud, metric):
    scale = cloud.statistics.scale(metric)
    scores = [score(distance, scale) for distance in np.linspace(0, 20 * scale, 500)]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] < 1


def test_a_catalogue_of_one_picture_scores_it_a_hundred():
    index = index_of({"a": [1, 1], "b": [1, 1]})
    assert [score(d, index.statistics.scale(Metric.COSINE)) for d in (0.0, 0.1)] == [100, 0]


def test_an_index_of_one_product_has_scales_too():
    index = index_of({"a": [1, 1]})
    assert [index.statistics.scale(metric) for metric in Metric] == [0.0, 0.0, 0.0]


def two_heaps():
    """Ten alike at 1 to 1.09, one of another kind at 3; the query is at 0."""
    points = {f"{number}": [1 + number / 100, 0.0] for number in range(10)} | {"x": [0.0, 3.0]}
    index = index_of(points)
    found = index.search(np.zeros(2, np.float32), Metric.EUCLIDEAN, 11)
    return index, found


def test_with_diversity_another_kind_comes_sooner():
    index, found = two_heaps()
    assert [n.item_id for n in found[:2]] == ["0", "1"]
    assert [n.item_id for n in diversified(found, index, Metric.EUCLIDEAN, 2, diversity=0.5)] == [
        "0",
        "x",
    ]


def test_with_hardly_any_diversity_the_order_is_that_of_nearness():
    index, found = two_heaps()
    assert diversified(found, index, Metric.EUCLIDEAN, 5, diversity=1e-9) == found[:5]


@pytest.mark.parametrize("diversity", [0.1, 0.5, 1.0])
def test_diversity_changes_who_is_answered_and_never_how_far_they_are(cloud, diversity):
    found = cloud.search(cloud.embeddings[0], Metric.COSINE, 50)
    chosen = diversified(found, cloud, Metric.COSINE, 5, diversity)
    assert len(set(chosen)) == 5
    assert set(chosen) <= set(found)
    assert isinstance(chosen[0], Neighbour)
    assert chosen[0] == found[0]
