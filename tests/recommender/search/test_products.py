"""Any product of the shop, found without counting them."""

import pytest

from catalog.models import Product
from recommender.search.errors import EmptyCatalogue
from recommender.search.products import random_product
from tests.indexes import index_of
from tests.products import keep, leave

pytestmark = pytest.mark.django_db


def test_where_the_index_knows_none_that_is_shown_any_product_is_found():
    keep("abcdef")
    leave("a", "c", "f")
    index = index_of({"gone": (1, 0), "f": (0, 1)})
    assert {random_product(index).item_id for _ in range(200)} == {"b", "d", "e"}


def test_it_takes_few_queries_and_none_of_them_counts(django_assert_num_queries):
    keep("abc")
    with django_assert_num_queries(4) as queries:
        random_product(index_of({"gone": (1, 0)}))
    assert not any("COUNT" in query["sql"] for query in queries.captured_queries)


def test_of_an_empty_catalogue_there_is_none():
    assert not Product.shown.exists()
    with pytest.raises(EmptyCatalogue):
        random_product(index_of({"gone": (1, 0)}))
