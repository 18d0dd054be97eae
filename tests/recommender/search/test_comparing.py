"""The same query through two embedders."""

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.search.answers import Answer, Match, Ranking
from recommender.search.comparing import Comparison
from recommender.search.query import Query
from tests.indexes import manifest_of


def answered(*ids):
    ranking = Ranking(Metric.COSINE, [Match(Product(item_id=i), 0.1, 90.0) for i in ids])
    return Answer(Query(("q",)), {}, manifest_of(2), [ranking], ranking)


def test_what_both_find_is_shared_wherever_it_stands():
    assert Comparison(answered(*"abc"), answered(*"cxa")).shared == {"a", "c"}
    assert Comparison(answered(*"ab"), answered()).shared == set()


def test_the_overlap_is_told_at_the_depths_that_both_reach():
    left, right = answered(*"abcdefghij"), answered(*"bacdxyzwvu")
    assert Comparison(left, right).overlaps == [(5, 4), (10, 4)]
    assert Comparison(left, answered(*"abcdefg")).overlaps == [(5, 5)]
    assert Comparison(left, answered(*"abcd")).overlaps == []
