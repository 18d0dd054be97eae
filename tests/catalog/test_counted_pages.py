"""Pages of what the catalogue holds, of which a large one counts a part."""

import pytest

from catalog import memory
from catalog.counted_pages import CountedPages
from catalog.models import Product
from tests.products import keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def ten():
    keep("abcdefghij")


def pages(most=None):
    return CountedPages(Product.shown.order_by("item_id"), 2, most=most)


def test_of_a_small_catalogue_all_have_pages(ten):
    assert (pages(most=4).count, pages(most=4).num_pages, pages(most=4).is_cut) == (10, 5, False)


def test_of_a_large_one_the_first_have(ten, monkeypatch):
    monkeypatch.setattr(memory, "LARGE", 9)
    found = pages(most=4)
    assert (found.count, found.num_pages, found.is_cut) == (4, 2, True)
    assert [product.item_id for product in found.page(2)] == ["c", "d"]
    assert pages().count == 10


def test_what_is_fewer_than_these_is_counted_to_its_end(ten, monkeypatch):
    monkeypatch.setattr(memory, "LARGE", 9)
    found = pages(most=11)
    assert (found.count, found.is_cut) == (10, False)
