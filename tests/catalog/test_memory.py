"""What is kept of the catalogue while it stays as it is, and what shows at once when it changes."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from catalog import memory, versioning
from catalog.models import Product
from tests.products import keep, leave

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor not in versioning.THERE, reason="nothing is counted"),
]


@pytest.fixture
def three():
    keep("abc", price="9.90")


def shown(*item_ids):
    return list(memory.of_now().shown(item_ids))


def test_products_are_fetched_once_and_then_the_number_alone(three, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert shown("a", "b") == ["a", "b"]
    with django_assert_num_queries(1):
        assert shown("b", "a") == ["b", "a"]
    with django_assert_num_queries(2):
        assert shown("c", "b") == ["c", "b"]


def test_what_is_not_shown_is_not_asked_for_again(three, django_assert_num_queries):
    leave("c")
    assert shown("c", "nothing") == []
    with django_assert_num_queries(1):
        assert shown("nothing", "c", "c") == []


@pytest.mark.parametrize(
    "change",
    [
        {"price": "8.00"}, {"title": "Tee"}, {"hidden": True}, {"in_stock": False},
        {"content_hash": "e" * 64},
    ],
)  # fmt: skip
def test_a_change_shows_at_once_whoever_made_it(three, change):
    before = memory.of_now().shown("a").get("a")
    Product.objects.filter(item_id="a").update(**change)
    after = memory.of_now().shown("a").get("a")
    told = [None if one is None else (one.as_dict(), one.content_hash) for one in (before, after)]
    assert told[0] != told[1]
    table = Product._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET title = 'by hand', hidden = '0' WHERE item_id = 'a'")
    assert memory.of_now().shown("a")["a"].title == "by hand"


def test_what_leaves_and_what_comes_shows_at_once(three):
    assert shown("a", "d") == ["a"]
    keep("d")
    leave("a")
    assert shown("a", "d") == ["d"]
    Product.objects.filter(item_id="d").delete()
    assert shown("a", "d") == []


def test_what_a_transaction_takes_back_was_never_kept(three):
    with transaction.atomic():
        Product.objects.filter(item_id="a").update(title="Never")
        assert memory.of_now().shown("a")["a"].title == "Never"
        transaction.set_rollback(True)
    Product.objects.filter(item_id="b").update(title="Now")  # so that the number is the same again
    assert memory.of_now().shown("a")["a"].title == ""


def test_who_has_begun_goes_on_with_the_catalogue_as_it_was(three):
    begun = memory.of_now()
    assert begun.shown("a")["a"].title == ""
    Product.objects.filter(item_id="a").update(title="Tee")
    assert memory.of_now().shown("a")["a"].title == "Tee"
    assert begun.shown("a")["a"].title == ""


def test_memory_is_bounded_and_what_came_first_makes_way(three, monkeypatch):
    monkeypatch.setattr(memory, "MOST", 2)
    kept = memory.of_now()
    kept.shown("ab")
    kept.shown("c")
    assert list(kept._products) == ["b", "c"]


def test_a_fact_is_asked_for_once_until_the_catalogue_changes(three, django_assert_num_queries):
    assert memory.of_now().once("all", Product.shown.count) == 3
    with django_assert_num_queries(1):
        assert memory.of_now().once("all", Product.shown.count) == 3
    assert memory.of_now().once("none", Product.shown.none().count) == 0
    leave("a")
    assert memory.of_now().once("all", Product.shown.count) == 2


def test_a_kept_product_still_has_all_of_its_fields(three):
    assert memory.of_now().shown("a")["a"].first_seen <= timezone.now()


# What takes long to count --------------------------------------------------------------------------


def take(monkeypatch, seconds):
    """From now on, each count takes so many seconds."""
    clock = iter(range(1_000_000))
    monkeypatch.setattr("catalog.memory.time.monotonic", lambda: next(clock) * seconds)


def test_a_quick_count_is_always_that_of_now(three, monkeypatch):
    monkeypatch.setattr(memory.Memory, "is_large", lambda _: True)
    take(monkeypatch, memory.SLOW / 2)
    assert memory.of_now().roughly("all", Product.shown.count) == 3
    leave("c")
    assert memory.of_now().roughly("all", Product.shown.count) == 2
    assert memory.counted_at() is None


def test_of_a_catalogue_that_is_not_large_each_count_is_that_of_now(three, monkeypatch):
    take(monkeypatch, 60.0)  # as on a machine that is very busy
    assert memory.of_now().roughly("all", Product.shown.count) == 3
    leave("c")
    assert memory.of_now().roughly("all", Product.shown.count) == 2
    assert memory.counted_at() is None


def test_a_slow_count_stays_for_a_while_and_tells_since_when(three, monkeypatch):
    monkeypatch.setattr(memory.Memory, "is_large", lambda _: True)
    monkeypatch.setattr(memory, "LASTS", 3)
    take(monkeypatch, 1.0)
    before = timezone.now()
    assert memory.of_now().roughly("all", Product.shown.count) == 3
    assert memory.counted_at() is None
    leave("c")
    assert memory.of_now().roughly("all", Product.shown.count) == 3
    assert before <= memory.counted_at() <= timezone.now()
    leave("b")
    found = {memory.of_now().roughly("all", Product.shown.count)}
    for number in range(3):  # a second goes by at each look at the clock
        Product.objects.filter(item_id="a").update(title=f"{number}")
        found.add(memory.of_now().roughly("all", Product.shown.count))
    assert found == {3, 1}


def test_a_catalogue_is_large_by_what_it_holds_and_not_by_its_numbers(three, monkeypatch):
    monkeypatch.setattr(memory, "LARGE", 2)
    assert memory.of_now().is_large()
    Product.objects.filter(item_id="b").delete()
    assert not memory.of_now().is_large()
