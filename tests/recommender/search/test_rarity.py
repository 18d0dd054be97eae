"""How rare a nearness is in a catalogue, and the words for it."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from recommender.index.metrics import Metric
from recommender.index.statistics import FEWEST
from recommender.search.query_vector import QueryVector
from recommender.search.rarity import share_nearer
from tests.indexes import index_of
from web.templatetags.likeness import in_a_word


def catalogue(count, *, colours=False):
    random = np.random.default_rng(5)
    points = random.normal(size=(count, 6)).astype(np.float32)
    index = index_of({f"{number:04}": list(point) for number, point in enumerate(points)}, k=10)
    found = random.random((count, 48)).astype(np.float32)
    return replace(index, colours=found) if colours else index


@pytest.mark.parametrize("metric", Metric)
def test_half_of_all_nearest_are_nearer_than_the_median_of_them(metric):
    index = catalogue(301)
    nearest = index.lists[metric].distances[:, 0]
    shares = share_nearer(index, metric, np.quantile(nearest, [0, 0.5, 1]))
    assert shares == pytest.approx([0, 0.5, 1], abs=0.01)


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("colour", [0.0, 0.3, 1.0])
def test_under_any_mixture_the_nearest_of_all_products_get_every_word(metric, colour):
    """As many as it says of the words, whatever colours count: 10, 40, 40, 9 and 1 in a hundred."""
    index = catalogue(400, colours=True)
    words: Counter[str] = Counter()
    for row in range(0, 400, 2):
        point = QueryVector(index.embeddings[row], index.colours[row] if colour else None, colour)
        away = np.delete(index.distances(point, metric, index.item_ids.tolist()), row)
        words[in_a_word(point.rarity(index, metric, [away.min()])[0])] += 1
    assert 5 <= words["Strikingly alike"] <= 40
    assert 55 <= words["Very alike"] <= 105
    assert 55 <= words[""] <= 105
    assert 5 <= words["Less alike"] + words["Hardly alike"] <= 40


@pytest.mark.parametrize("colour", [0.0, 0.2, 1.0])
def test_a_smaller_distance_is_never_less_rare(colour):
    index = catalogue(100, colours=True)
    shares = share_nearer(index, Metric.COSINE, np.linspace(0, 3, 200), colour)
    assert shares is not None
    assert shares[0] == 0
    assert shares[-1] == 1
    assert (np.diff(shares) >= 0).all()


def test_of_few_products_nothing_is_said():
    assert share_nearer(catalogue(FEWEST - 1), Metric.COSINE, np.array([0.0])) is None
    assert share_nearer(catalogue(FEWEST), Metric.COSINE, np.array([0.0])) is not None


def test_of_pictures_that_are_all_the_same_nothing_is_said():
    index = index_of({f"{number:02}": [1.0, 2.0] for number in range(40)}, k=5)
    for metric in Metric:
        assert share_nearer(index, metric, np.zeros(2)) is None


def test_the_same_picture_is_strikingly_alike_even_where_many_have_a_double():
    doubled = {
        f"{number:02}": [float(number % 50), float(number % 50) ** 2] for number in range(60)
    }
    index = index_of(doubled, k=5)
    shares = share_nearer(index, Metric.EUCLIDEAN, np.array([0.0, 1e-6]))
    assert shares is not None
    assert shares == pytest.approx([0, 1 / 3])
    assert in_a_word(shares[0]) == "Strikingly alike"


def test_a_random_pair_is_hardly_alike_and_what_is_usual_has_no_word():
    index = catalogue(400)
    far = float(np.median(np.abs(index.embeddings[:200] - index.embeddings[200:]).sum(axis=1)))
    shares = share_nearer(index, Metric.MANHATTAN, np.array([far]))
    assert shares is not None
    assert in_a_word(shares[0]) == "Hardly alike"
    assert in_a_word(0.7) == ""
    assert in_a_word(None) == ""
