"""What a scrape would do, without doing it."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from catalog.models import Product
from catalog.preview import preview
from catalog.records import ProductRecord, SourceError, Unreadable
from runs.outcomes import Status

pytestmark = pytest.mark.django_db
TEE = ProductRecord(
    "7",
    title="Blue tee",
    price=Decimal("19.90"),
    currency="EUR",
    image_url="https://s.example/7.jpg",
)


def keep(item_id, shop_item_id, shop="s"):
    now = timezone.now()
    Product.objects.create(
        item_id=item_id, shop_item_id=shop_item_id, shop=shop, first_seen=now, last_seen=now
    )


def told(*records, **more):
    return [(o.key, o.status, o.detail) for o in preview(records, shop="s", source="x", **more)]


def test_a_new_product_is_told_with_what_would_be_fetched():
    assert told(TEE) == [
        ("7", Status.NEW, "Blue tee, 19.90 EUR, would fetch https://s.example/7.jpg")
    ]
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("record", "detail"),
    [
        (ProductRecord("7", image_url="https://s/7"), "would fetch https://s/7"),
        (
            ProductRecord("7", price=Decimal("0.00"), image_url="https://s/7"),
            "0.00, would fetch https://s/7",
        ),
        (ProductRecord("7", image_path=Path("7.jpg")), "its picture is there"),
    ],
)
def test_what_is_not_known_is_not_told(record, detail):
    assert told(record) == [("7", Status.NEW, detail)]


def test_a_product_is_known_by_its_shop_and_its_id():
    keep("7@other", "7", "other")
    assert told(TEE)[0][1] == Status.NEW
    keep("7", "7")
    assert told(TEE)[0][1] == Status.SAME
    assert told(ProductRecord(" 7 ", image_url="https://s/7"))[0][1] == Status.SAME


def test_what_would_fail_is_told_as_such():
    assert told(
        ProductRecord("7"), Unreadable("8", "no id"), Unreadable("", "above", left_out=True)
    ) == [
        ("7", Status.FAILED, "it has no picture"),
        ("8", Status.FAILED, "no id"),
        ("", Status.NOTED, "above"),
    ]


def test_a_source_that_breaks_off_is_told_behind_what_came():
    def records():
        yield TEE
        raise SourceError("the shop hung up")

    *_, last = preview(records(), shop="s", source="shop.example")
    assert (last.key, last.status, last.detail, last.of_source) == (
        "shop.example", Status.FAILED, "the shop hung up", True,
    )  # fmt: skip


def test_a_limit_ends_it_before_more_is_read():
    def records():
        yield TEE
        yield TEE
        pytest.fail("one too many was read")

    assert len(list(preview(records(), shop="s", source="x", limit=2))) == 2


def test_an_id_that_no_database_takes_is_looked_for_as_it_would_be_kept():
    keep("x", "t\\udce9e")
    assert told(ProductRecord("t\udce9e", image_url="https://s/7"))[0][1] == Status.SAME
