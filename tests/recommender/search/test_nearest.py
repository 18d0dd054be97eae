"""The nearest that pass, from lists or by a scan."""

from dataclasses import replace

import numpy as np
import pytest

from catalog.filters import Filters
from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.live import file_index
from recommender.search.deduplicator import Deduplicator
from recommender.search.nearest import nearest_in_a_search, nearest_in_lists, passing
from recommender.search.query import Query
from recommender.search.query_vector import QueryVector
from tests.indexes import index_of
from tests.products import keep, leave

pytestmark = pytest.mark.django_db
IDS = [f"{number:02}" for number in range(40)]
LINE = {item_id: [float(item_id), 0.0] for item_id in IDS}
BY_STEPS = (Metric.MANHATTAN,)


@pytest.fixture(autouse=True)
def forty():
    """Forty products on a line, each at a distance of 1 from the next."""
    keep(IDS)


def query(*liked, **more):
    return Query(liked or ("20",), **({"metrics": BY_STEPS} | more))


def by_lists(asked, wanted, k=10, method="exact"):
    index = index_of(LINE, k=k)
    index = replace(index, manifest=replace(index.manifest, list_method=method))
    found = nearest_in_lists(index, asked, wanted, Deduplicator(index, {}))
    return None if found is None else [tuple(n) for n in found[0][Metric.MANHATTAN]]


def by_scan(asked, wanted, place=20.0, index=None):
    index = index or index_of(LINE)
    point = QueryVector(np.array([place, 0], np.float32))
    found, products, _ = nearest_in_a_search(index, asked, point, wanted, Deduplicator(index, {}))
    assert {n.item_id for n in found[Metric.MANHATTAN]} <= set(products)
    return [tuple(n) for n in found[Metric.MANHATTAN]]


def test_both_ways_find_the_same():
    expected = [("19", 1), ("21", 1), ("18", 2), ("22", 2)]
    assert by_lists(query(), 4) == by_scan(query(), 4) == expected


def test_the_lists_say_when_they_end_too_soon():
    leave(*IDS[14:20], *IDS[21:27])  # all twelve that its list can name
    assert by_lists(query(), 1, k=10) is None
    assert by_lists(query(), 1, k=20) == [("13", 7)]
    assert by_scan(query(), 2) == [("13", 7), ("27", 7)]


def test_lists_that_hold_every_product_are_enough_however_few_pass():
    leave(*IDS[:19])
    assert by_lists(query(), 39, k=39) is not None
    assert len(by_lists(query(), 39, k=39) or []) == 20


def test_lists_that_may_lack_some_are_not_asked_under_filters():
    hats = query(filters=Filters.of(category="hats"))
    Product.objects.update(category="hats")
    assert by_lists(hats, 4) == by_lists(query(), 4, method="approximate")
    assert by_lists(hats, 4, method="approximate") is None


def test_a_scan_goes_on_until_there_are_enough_or_no_more():
    leave(*IDS[5:])
    assert by_scan(query(), 3) == [("04", 16), ("03", 17), ("02", 18)]
    assert len(by_scan(query(), 50)) == 5
    leave(*IDS)
    assert by_scan(query(), 3) == []


def test_what_is_named_is_never_found():
    assert by_scan(query("20", "19", disliked=("21",)), 2) == [("18", 2), ("22", 2)]
    assert by_scan(query("20", "19", disliked=("21",), colour=0.5), 2) == [("18", 2), ("22", 2)]


def test_with_filters_the_nearest_that_pass_are_found():
    Product.objects.filter(item_id__in=["00", "39"]).update(category="Hats")
    asked = query(filters=Filters.of(category="Hats"))
    assert by_scan(asked, 5) == [("39", 19), ("00", 20)]
    assert by_scan(query(filters=Filters.of(category="None")), 5) == []


def test_a_product_that_the_index_does_not_know_is_not_found():
    keep(["new"])
    assert by_scan(query(filters=Filters.of(q="new")), 5) == []


def test_a_product_that_only_the_index_knows_is_not_found():
    Product.objects.filter(item_id="21").delete()
    assert by_scan(query(), 2) == [("19", 1), ("18", 2)]


def test_colour_orders_a_scan_where_it_counts():
    """In shape all are a step apart; in colour, 00 alone is like 20."""
    colours = np.eye(48, dtype=np.float32)[:40]
    colours[0] = colours[20]
    index = replace(index_of(LINE), colours=colours)
    assert index.colours is not None
    point = QueryVector(index.embeddings[20], index.colours[20], 1.0)
    asked = query(colour=1.0)
    found, *_ = nearest_in_a_search(index, asked, point, 2, Deduplicator(index, {}))
    first, second = found[Metric.MANHATTAN]
    assert (first.item_id, first.distance) == ("00", 0)
    assert second.distance > 0


def test_of_variants_of_one_product_the_nearest_counts():
    Product.objects.filter(item_id__in=["19", "21", "22"]).update(group="tee")
    assert by_scan(query(), 3) == [("19", 1), ("18", 2), ("17", 3)]


def test_what_passes_is_asked_of_the_database_once(django_assert_num_queries):
    index = index_of(LINE)
    lists = {metric: index.neighbours("20", metric, 10) for metric in Metric}
    with django_assert_num_queries(2):  # and which products were marked as the same
        found, products = passing(lists, query(metrics=tuple(Metric)), 3, Deduplicator(index, {}))
    assert all(len(found[metric]) == 3 for metric in Metric)
    assert {n.item_id for n in found[Metric.MANHATTAN]} <= set(products)


def test_a_large_index_is_read_before_the_kernels_wait_for_the_disk(monkeypatch):
    monkeypatch.setattr(file_index, "loop_runs", lambda: True)
    monkeypatch.setattr(file_index, "READ_AT_ONCE", 7)
    index = index_of(LINE)
    assert by_scan(query(), 1, index=index) == by_scan(query(), 1, index=index) == [("19", 1)]
    assert index._has_been_read
