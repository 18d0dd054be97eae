"""Filters, by the names of the fields' table."""

import pytest

from catalog.fields import FILTERS
from catalog.filters import Filters
from catalog.models import Product

pytestmark = pytest.mark.django_db


def ids(filters) -> str:
    return "".join(sorted(product.item_id for product in filters.products()))


def test_all_conditions_hold_at_once(catalogue):
    Product.objects.filter(item_id="3").update(price=9)
    Product.objects.filter(item_id="4").update(price=9)
    assert ids(Filters.of(category="hats", price_from=5)) == "3"
    assert ids(Filters.of(category="hats").leaving_out(("1", "5"))) == "3"


def test_what_says_nothing_asks_nothing(catalogue):
    asked = Filters.of(q="", category="", price_from=None, in_stock=False)
    assert asked == Filters()
    assert asked.keep_nearly_all()
    assert asked.leaving_out(("1",)).keep_nearly_all()
    assert ids(asked) == "012345"


def test_a_price_of_nothing_asks_for_a_price(catalogue):
    Product.objects.filter(item_id="3").update(price=0)
    assert ids(Filters.of(price_from=0)) == "3"


def test_there_are_the_filters_of_the_table_and_no_others():
    assert len(Filters.of(**{field.name: "1" for field in FILTERS}).conditions) == len(FILTERS)
    with pytest.raises(TypeError, match="There is no filter size"):
        Filters.of(size="XL")
