import tracemalloc
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.live.engine import engine
from recommender.search.answering import answer
from recommender.search.errors import BadQuery, KOutOfRange, NotReady, UnknownProduct
from recommender.search.fields import MOST
from recommender.search.query import Query
from tests.conftest import picture_bytes
from tests.indexes import index_of
from tests.products import a_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def hundred():
    """A hundred products on a line, 000 to 099, each at a distance of 1 from the next."""
    ids = [f"{number:03}" for number in range(100)]
    now = timezone.now()
    Product.objects.bulk_create(
        Product(item_id=i, shop_item_id=i, content_hash=a_hash(i), first_seen=now, last_seen=now)
        for i in ids
    )
    engine().publish(index_of({item_id: line_point(item_id) for item_id in ids}))


def line_point(item_id) -> list[float]:
    return [float(item_id)] + [1.0] * 47


def found(query) -> list[tuple[str, Any]]:
    return [
        (match.product.item_id, match.distance)
        for match in answer(query).rankings[0].matches
    ]  # fmt: skip


def leave(*item_ids):
    Product.objects.filter(item_id__in=item_ids).update(gone_since=timezone.now())


def test_the_nearest_come_first_and_ties_go_by_item_id(hundred):
    query = Query(("050",), metrics=(Metric.MANHATTAN,), k=3)
    assert found(query) == [("049", 1), ("051", 1), ("048", 2)]


def test_every_metric_has_a_ranking_in_the_order_asked(hundred):
    rankings = answer(Query(("000",), metrics=tuple(Metric))).rankings
    assert [ranking.metric for ranking in rankings] == list(Metric)
    assert all(len(ranking.matches) == 5 for ranking in rankings)


def test_of_the_metrics_beside_the_first_as_many_are_answered_as_are_asked(hundred):
    metrics = (Metric.MANHATTAN, Metric.COSINE, Metric.EUCLIDEAN)
    for k in (MOST, 7):
        alike = answer(Query(("050",), metrics=metrics, k=k)).rankings
        few = answer(Query(("050",), metrics=metrics, k=k, k_beside=5)).rankings
        assert [len(ranking.matches) for ranking in few] == [k, 5, 5]
        assert [few[0], *few[1:]] == [alike[0], *(ranking.first(5) for ranking in alike[1:])]


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("k", [1, 5, MOST])
def test_neighbours_that_left_never_leave_fewer_than_k(hundred, metric, k):
    """Eighty of the hundred, the nearest fifty among them, are gone; nineteen others are left."""
    leave(*(f"{number:03}" for number in range(1, 81)))
    query = Query(("000",), metrics=(metric,), k=k)
    assert [item_id for item_id, _ in found(query)] == sorted(
        (f"{number:03}" for number in range(81, 100)),
        key=lambda item_id: dict(found(Query(("000",), metrics=(metric,), k=MOST)))[item_id],
    )[:k]
    assert len(found(query)) == min(k, 19)


def test_a_scan_measures_as_the_lists_do(hundred):
    before = found(Query(("000",), metrics=(Metric.EUCLIDEAN,), k=50))
    leave(*(f"{number:03}" for number in range(1, 41)))
    after = found(Query(("000",), metrics=(Metric.EUCLIDEAN,), k=50))
    assert before[40:] == after[:10]
    assert len(after) == 50


@pytest.mark.of_files  # in a database, the index is asked by queries, too
def test_an_answer_needs_four_queries_of_the_database(hundred, django_assert_num_queries):
    # what is asked about, what is one by the merchant's word, the rules, the neighbours
    with django_assert_num_queries(4):
        answer(Query(("050",), metrics=tuple(Metric), k=MOST))


@pytest.mark.parametrize(
    "item_id", ["nobody", "", "000\0", "\ud800", "9" * 301, "9" * 100_000, "' OR 1=1 --"]
)
def test_what_is_no_product_is_unknown(hundred, item_id):
    with pytest.raises((UnknownProduct, BadQuery)):
        answer(Query((item_id,)))


def test_a_product_that_left_is_unknown_though_the_index_has_it(hundred):
    leave("050")
    with pytest.raises(UnknownProduct) as caught:
        answer(Query(("050",)))
    assert caught.value.item_id == "050"


def test_a_product_newer_than_the_index_has_no_neighbours_yet(hundred):
    now = timezone.now()
    Product.objects.create(item_id="new", content_hash="f" * 64, first_seen=now, last_seen=now)
    answered = answer(Query(("new",)))
    assert not answered.indexed
    assert answered.rankings[0].matches == []


@pytest.mark.parametrize("k", [0, -1, MOST + 1])
def test_k_has_one_rule_and_a_named_error(k):
    with pytest.raises(KOutOfRange, match=r"k must be a whole number between 1 and 50\.") as caught:
        Query(("000",), k=k)
    assert (caught.value.k, caught.value.most) == (k, MOST)


@pytest.mark.parametrize("asked", [{}, {"disliked": ("0",)}])
def test_a_query_is_about_one_thing(asked):
    with pytest.raises(BadQuery, match="a product that is liked, or give a picture"):
        Query(**asked)


def test_a_picture_is_a_query_too(live):
    assert found(Query(picture=picture_bytes((0, 200, 0))))[0][0] == "0"


def test_bytes_that_are_no_picture_are_a_bad_query(live):
    with pytest.raises(BadQuery, match="cannot be read"):
        answer(Query(picture=b"not a picture"))


def test_without_an_index_the_owner_is_told_to_build_one(catalogue):
    with pytest.raises(NotReady) as caught:
        answer(Query(("0",)))
    assert caught.value.commands == ("manage.py build_index --embedder fake",)
    assert "manage.py" not in str(caught.value)


def test_a_long_id_costs_no_more_than_a_short_one():
    index = index_of({f"{number:04}": [float(number), 1.0] for number in range(2000)}, k=1)
    tracemalloc.start()
    assert "9" * 300 not in index
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000
