"""The queue of what the shop says of single products."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import changes
from catalog.changes import NotTaken, Said, SaidBefore
from catalog.models import Change, Delivery, Product
from tests.products import keep

pytestmark = pytest.mark.django_db


def said(item_id="a", title="A shirt", **more):
    record = {"title": title, "price": "19.90", "image_urls": ["https://shop.example/a.jpg"]}
    return Said("shop.example", item_id, record, **more)


def test_what_is_said_twice_waits_once():
    (first,) = changes.take([said()])
    (second,) = changes.take([said()])
    assert (first.pk, first.mark, first.said_at) == (second.pk, second.mark, second.said_at)
    assert Change.objects.count() == 1


def test_what_is_said_later_takes_the_place_of_what_waits():
    (first,) = changes.take([said()])
    (second,) = changes.take([said(title="A better shirt")])
    assert first.pk == second.pk
    assert [change.record["title"] for change in changes.due(9)] == ["A better shirt"]


def test_what_is_older_than_what_is_known_is_passed_over():
    now = timezone.now()
    changes.take([said(title="now", as_of=now)])
    changes.take([said(title="before", as_of=now - timedelta(seconds=1))])
    assert [change.record["title"] for change in changes.due(9)] == ["now"]


def test_what_was_overtaken_while_it_was_taken_in_waits_on():
    (before,) = changes.take([said()])
    changes.take([said(title="A better shirt")])
    changes.end(before)
    assert [change.record["title"] for change in changes.due(9)] == ["A better shirt"]


def test_what_failed_is_tried_again_later_and_not_for_ever():
    (change,) = changes.take([said(picture=b"picture")])
    for number in range(1, changes.TRIES + 1):
        assert Change.objects.update(due_at=timezone.now())
        (change,) = changes.due(9)
        changes.end(change, "it has no picture", failed=True)
        change.refresh_from_db()
        assert (change.state, change.tries) == ("failed", number)
        assert changes.due(9) == []
    assert change.due_at is None
    assert change.picture is None


def test_a_product_that_was_withdrawn_while_it_was_taken_in_stays_gone():
    (change,) = changes.take([said()])
    keep(["a"], shop="shop.example")
    product = Product.objects.get()
    changes.withdraw(product.shop, product.shop_item_id)
    Product.objects.update(gone_since=None)  # as the worker saves it
    changes.end(change)
    assert Product.objects.get().gone_since is not None
    assert changes.due(9) == []


def test_a_price_that_changes_meanwhile_is_that_of_what_waits_too():
    keep(["a"], shop="shop.example")
    (before,) = changes.take([said()])
    changes.amend(Product.objects.get(), {"price": 5, "hidden": True})
    assert Product.objects.get().price == 5
    (now,) = changes.due(9)
    assert now.mark != before.mark
    assert changes.record_of(now).price == 5
    assert now.record["hidden"] is True


def test_a_new_product_is_of_the_only_shop_there_is():
    assert changes.usual_shop() == "api"
    keep(["a"], shop="shop.example")
    assert changes.said_of("new", {}).key == ("shop.example", "new")
    keep(["b"], shop="other.example")
    assert changes.said_of("new", {}).key == ("api", "new")
    assert changes.said_of("new", {"shop": "other.example"}).key == ("other.example", "new")
    assert changes.said_of("a", {"shop": "other.example"}).key == ("shop.example", "a")


@pytest.mark.parametrize("item_id", [" ", ".", "..", "a\tb", "\x00"])
def test_what_can_be_no_item_id_is_refused(item_id):
    with pytest.raises(NotTaken, match="is no item_id"):
        changes.said_of(item_id, {})


def test_addresses_that_lead_to_private_ones_are_refused():
    names = {"shop.example": ["93.184.216.34"], "inside.example": ["93.184.216.34", "10.0.0.7"]}

    def resolver(host, _port):
        if host not in names:
            raise OSError(host)
        return names[host]

    changes.refuse_private(["https://shop.example/a.jpg", "https://nobody.example/"], resolver)
    with pytest.raises(NotTaken, match=r"leads to 10\.0\.0\.7, a private"):
        changes.refuse_private(["https://inside.example/a.jpg"], resolver)


def test_characters_that_cannot_be_shown_are_taken_out_as_of_a_scrape():
    changes.take([said(title="a\x00b\x07\x85c\ud800", item_id="a")])
    assert Change.objects.get().record["title"] == "a b  c "
    assert changes.said_of("new", {"shop": " a\x00b "}).shop == "a b"
    assert changes.said_of("new", {"shop": "\x00"}).shop == "api"


def test_a_webhook_is_known_when_it_comes_again():
    changes.first_time("shopify 1")
    with pytest.raises(SaidBefore, match="taken already"):
        changes.first_time("shopify 1")
    changes.first_time("shopify 2")


def test_the_queue_tells_its_length_and_how_old_it_is():
    assert changes.queue() == changes.Queue(0, 0.0, has_worker=False)
    changes.take([said("a"), said("b")])
    Change.objects.filter(shop_item_id="b").update(
        said_at=timezone.now() - timedelta(minutes=2), due_at=timezone.now()
    )
    changes.beat()
    queue = changes.queue()
    assert (queue.length, queue.has_worker) == (2, True)
    assert 119 < queue.oldest < 125


def test_what_nobody_will_ask_for_any_more_is_dropped():
    long_ago = timezone.now() - timedelta(days=8)
    changes.take([said("a"), said("b")])
    Change.objects.filter(shop_item_id="a").update(said_at=long_ago, due_at=None, state="done")
    Change.objects.filter(shop_item_id="b").update(said_at=long_ago)  # nobody has taken it in yet
    changes.first_time("shopify 1")
    Delivery.objects.update(came_at=long_ago)
    changes.beat()
    assert list(Change.objects.values_list("shop_item_id", flat=True)) == ["b"]
    assert not Delivery.objects.exists()


def test_nobody_waits_for_a_worker_that_is_not_there():
    began = timezone.now()
    (change,) = changes.wait_for(changes.take([said()]), seconds=30)
    assert change.state == "waiting"
    assert timezone.now() - began < timedelta(seconds=5)


# In a large catalogue ----------------------------------------------------------------------------


def test_no_step_looks_through_the_whole_catalogue():
    """Each query of products goes by an index, by what the database itself says of its plan."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table as a whole, whatever its indexes.")
    keep(f"{number:03}" for number in range(300))
    with CaptureQueriesContext(connection) as asked:
        (change,) = changes.take([changes.said_of("new", said().record)])
        changes.end(change)
        assert changes.item_ids([change]) == {change.pk: "new"}
        assert list(changes.done_lately()) == []
    of_products = [
        one["sql"]
        for one in asked.captured_queries
        if f'FROM "{Product._meta.db_table}"' in one["sql"]
    ]
    assert len(of_products) >= 4
    for statement in of_products:  # the first row of an index is found without a search
        assert "LIMIT 1" in statement or not [one for one in plan_of(statement) if "SCAN" in one]


def plan_of(statement):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}".replace("%", "%%"))
        return [row[3] for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("shops", "usual"), [((), "api"), (("a",), "a"), (("a", "b"), "api"), (("b", "b"), "b")]
)
def test_a_new_product_is_the_only_shops_or_that_of_the_api(shops, usual):
    for number, shop in enumerate(shops):
        keep([f"{number}"], shop=shop)
    assert changes.usual_shop() == usual
