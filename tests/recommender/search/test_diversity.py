"""Answers that differ among themselves."""

import pytest

from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour
from recommender.search.diversity import diversified
from tests.indexes import index_of

# q is asked about; a1, a2 and a3 are nearly one, b and c are further away, each to another side.
POINTS: dict[str, list[float]] = {
    "q": [0, 0],
    "a1": [1, 0],
    "a2": [1.01, 0],
    "a3": [1.02, 0],
    "b": [0, 1.5],
    "c": [-2, 0],
}
INDEX = index_of(POINTS)
NEAREST = INDEX.neighbours("q", Metric.EUCLIDEAN, 5)


def chosen(diversity, k=3, found=NEAREST):
    return [n.item_id for n in diversified(found, INDEX, Metric.EUCLIDEAN, k, diversity)]


def test_without_diversity_the_nearest_stay_as_they_are():
    assert chosen(0) == ["a1", "a2", "a3"]
    assert diversified(NEAREST, INDEX, Metric.EUCLIDEAN, 5, 0) == NEAREST


def test_the_more_they_are_to_differ_the_later_near_duplicates_come():
    assert chosen(0.2, 5) == ["a1", "b", "a2", "a3", "c"]
    assert chosen(0.5, 5) == ["a1", "c", "b", "a3", "a2"]


def test_the_nearest_comes_first_however_much_the_others_are_to_differ():
    assert [chosen(d)[0] for d in (0, 0.3, 0.7, 1)] == ["a1"] * 4


@pytest.mark.parametrize("diversity", [0, 0.3, 1])
def test_each_is_answered_once_with_its_own_distance(diversity):
    found = diversified(NEAREST, INDEX, Metric.EUCLIDEAN, 5, diversity)
    assert sorted(found) == sorted(NEAREST)


@pytest.mark.parametrize(("k", "count"), [(1, 1), (5, 5), (50, 5), (0, 0)])
def test_there_are_k_or_all_there_are(k, count):
    assert len(chosen(0.5, k)) == count


def test_of_nothing_nothing_is_chosen():
    assert chosen(0.5, found=[]) == []


def test_ties_stay_as_they_stood():
    same = [Neighbour("b", 1.0), Neighbour("a1", 1.0)]
    assert chosen(0, 2, same) == ["b", "a1"]


def test_distances_on_another_scale_are_likened_by_it():
    """On a scale of its own, what is far counts for nothing beside what is near."""
    found = [Neighbour("a1", 10.0), Neighbour("a2", 11.0), Neighbour("c", 4000.0)]
    wide = diversified(found, INDEX, Metric.EUCLIDEAN, 2, 0.4, scale=1e9)
    narrow = diversified(found, INDEX, Metric.EUCLIDEAN, 2, 0.4, scale=100.0)
    assert [n.item_id for n in wide] == ["a1", "c"]
    assert [n.item_id for n in narrow] == ["a1", "a2"]
