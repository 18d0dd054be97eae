"""Products by their ids: as Django's own query finds them, without composing it each time."""

from decimal import Decimal
from unittest import mock

import pytest
from django.db.models.sql.compiler import SQLCompiler

from catalog import by_ids
from catalog.models import Product
from tests.products import keep, leave

pytestmark = pytest.mark.django_db

TOLD = {"price": "9.90", "in_stock": False, "more_pictures": [{"hash": "f" * 64}], "focus": 40}


def test_a_product_is_the_one_that_django_reads():
    keep(["a"], title='“Tee” & %s "one"', **TOLD)
    keep(["b"])
    found = by_ids.fetch(["b", "a"])
    for product in Product.shown.only(*by_ids.COLUMNS):
        fetched = found[product.item_id]
        assert fetched == product
        assert fetched._state.db == product._state.db
        assert fetched.get_deferred_fields() == product.get_deferred_fields()
        for column in by_ids.COLUMNS:
            assert getattr(fetched, column) == getattr(product, column)
    assert found["a"].price == Decimal("9.90")


def test_what_is_not_shown_or_not_there_is_left_out():
    keep("abc")
    leave("b")
    Product.objects.filter(item_id="c").update(hidden=True)
    assert list(by_ids.fetch(["a", "b", "c", "d", "%s", "a"])) == ["a"]


def test_it_is_one_query_and_none_without_ids(django_assert_num_queries):
    keep("abc")
    with django_assert_num_queries(1):
        assert set(by_ids.fetch(["a", "b", "c"])) == set("abc")
    with django_assert_num_queries(0):
        assert by_ids.fetch([]) == {}


def test_a_query_for_as_many_is_not_composed_again():
    keep("abcd")
    by_ids.fetch(["a", "b"])
    with mock.patch.object(SQLCompiler, "as_sql", side_effect=AssertionError("composed again")):
        assert set(by_ids.fetch(["c", "d"])) == {"c", "d"}


def test_one_that_is_changed_and_saved_keeps_what_was_not_read():
    keep(["a"], image_etag="tag")
    product = by_ids.fetch(["a"])["a"]
    product.title = "Tee"
    product.save()
    assert Product.objects.get(item_id="a").image_etag == "tag"
