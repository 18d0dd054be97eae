from typing import Any

import pytest
from django.db import OperationalError

from catalog import batches, pictures
from catalog.ingest import ingest
from catalog.models import Product
from catalog.pictures import WRITTEN
from catalog.records import ProductRecord, SourceError, Unreadable
from runs.outcomes import Status
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def records(tmp_path):
    def make(*item_ids):
        for item_id in item_ids:
            path = tmp_path / f"{item_id}.jpg"
            path.write_bytes(picture_bytes("red", size=(40, 30 + len(item_id))))
            yield ProductRecord(item_id, image_path=path)

    return make


def taken(records):
    return {outcome.key: outcome.status for outcome in ingest(records, shop="s", source="x")}


def test_outcomes_come_in_the_order_of_the_records(records):
    a, b, c = records("a", "b", "c")
    found = taken([c, Unreadable("q", "no"), a, b])
    assert list(found.items()) == [
        ("c", Status.NEW), ("q", Status.FAILED), ("a", Status.NEW), ("b", Status.NEW),
    ]  # fmt: skip


def test_what_waits_is_kept_when_the_source_breaks_off(records):
    def broken():
        yield from records("a", "b")
        raise SourceError("the shop is closed")

    assert list(taken(broken()).values()) == [Status.NEW, Status.NEW, Status.FAILED]
    assert Product.objects.count() == 2


def test_what_waits_is_kept_when_the_run_is_stopped(records):
    def stopped():
        yield from records("a", "b")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        taken(stopped())
    assert sorted(Product.objects.values_list("item_id", flat=True)) == ["a", "b"]


def test_no_row_is_saved_before_its_pictures_are_in_their_places(records, monkeypatch):
    """So a kill at any moment leaves no product without its pictures."""
    seen: list[Any] = []
    save = batches._save

    def look_then_save(products):
        seen.extend(
            pictures.exists(kind, product.item_id) for product in products for kind in WRITTEN
        )
        save(products)

    monkeypatch.setattr(batches, "_save", look_then_save)
    taken(records("a", "b", "c"))
    assert seen == [True] * 6


def test_a_picture_that_cannot_be_written_is_that_product_s_failure(records, settings):
    (settings.MEDIA_ROOT / "pictures" / "b.jpg" / "a folder in its place").mkdir(parents=True)
    assert taken(records("a", "b", "c")) == {
        "a": Status.NEW, "b": Status.FAILED, "c": Status.NEW,
    }  # fmt: skip
    assert sorted(Product.objects.values_list("item_id", flat=True)) == ["a", "c"]


def test_a_row_that_no_database_takes_is_that_product_s_failure(records, monkeypatch):
    save = Product.save

    def refuse_b(product, *args, **kwargs):
        if product.item_id == "b":
            raise OperationalError("disk I/O error")
        save(product, *args, **kwargs)

    monkeypatch.setattr(Product, "save", refuse_b)
    assert taken(records("a", "b", "c")) == {
        "a": Status.NEW, "b": Status.FAILED, "c": Status.NEW,
    }  # fmt: skip


def test_a_database_that_is_held_for_long_is_tried_again(records, monkeypatch):
    failures = [OperationalError("database is locked")] * (batches.TRIES - 1)
    save = batches._save

    def busy(products):
        if failures:
            raise failures.pop()
        save(products)

    monkeypatch.setattr(batches, "_save", busy)
    assert taken(records("a", "b")) == {"a": Status.NEW, "b": Status.NEW}
    assert Product.objects.count() == 2


def test_products_come_out_as_they_are_kept_and_not_at_the_end_only(records, monkeypatch):
    monkeypatch.setattr(batches, "MOST", 2)
    outcomes = ingest(records(*"abcd"), shop="s", source="x")
    assert [next(outcomes).key, next(outcomes).key] == ["a", "b"]
    assert Product.objects.count() == 2
