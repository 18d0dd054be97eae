"""What staff say of a product's category holds, whatever its shop says later."""

import pytest

from catalog import filings
from catalog.batches import Batch
from catalog.ingest import ingest
from catalog.models import Filing, Product
from catalog.records import ProductRecord
from runs.outcomes import Outcome, Status
from tests.conftest import picture_bytes
from tests.products import keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path):
    """A run of a shop that says these categories; returns the products' outcomes by id."""
    picture = tmp_path / "a.jpg"
    picture.write_bytes(picture_bytes("red"))

    def made(**categories):
        records = [
            ProductRecord(item_id, category=category, image_path=picture)
            for item_id, category in categories.items()
        ]
        return {one.key: one for one in ingest(records, shop="s", source="x")}

    return made


def category(item_id="a"):
    return Product.objects.get(item_id=item_id).category


def test_a_word_of_staff_outlives_the_next_runs_and_is_no_change_of_the_shops(run):
    run(a="Hats", b="Hats")
    assert filings.file_under("a", "Shoes", "eve")
    assert run(a="Hats", b="Hats")["a"].status is Status.SAME
    assert (category("a"), category("b")) == ("Shoes", "Hats")
    assert "shoes" in Product.objects.get(item_id="a").search_text


def test_what_the_shop_says_meanwhile_is_kept_and_comes_back_with_the_undo(run):
    run(a="Hats")
    filings.file_under("a", "Shoes")
    assert run(a="Caps")["a"].detail == "category"
    assert category() == "Shoes"
    assert Filing.objects.get().shop_category == "Caps"
    assert [filing.item_id for filing in filings.disputed()] == ["a"]
    assert filings.take_back("a")
    assert category() == "Caps"
    assert not filings.take_back("a")


def test_that_it_is_right_holds_too(run):
    run(a="Hats")
    filings.file_under("a", "Hats")
    assert list(filings.disputed()) == []
    run(a="Shoes")
    assert category() == "Hats"


def test_decided_anew_the_shops_word_stays_what_the_shop_said(run):
    run(a="Hats")
    filings.file_under("a", "Shoes", "eve")
    filings.file_under("a", "Caps", "ada")
    filing = Filing.objects.get()
    assert (filing.category, filing.shop_category, filing.filed_by) == ("Caps", "Hats", "ada")


def test_a_shop_that_falls_silent_keeps_what_it_said_and_not_what_staff_did(run):
    run(a="Hats")
    filings.file_under("a", "Shoes")
    run(a="")
    assert Filing.objects.get().shop_category == "Hats"


def test_a_run_that_began_before_the_decision_puts_nothing_back():
    keep(["a"], category="Hats")
    product = Product.objects.get()  # as the run read it
    filings.file_under("a", "Shoes")
    batch = Batch()
    batch.add(Outcome("a", Status.SAME), product)
    batch.keep()
    assert category() == "Shoes"


def test_of_a_product_that_is_not_there_nothing_is_said():
    assert not filings.file_under("nobody", "Hats")
    assert not Filing.objects.exists()
