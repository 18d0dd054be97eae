"""All products, the most alike to one of them first."""

import pytest

from catalog.filters import Filters
from catalog.models import Product
from recommender.live.engine import engine
from recommender.search.by_look import InOrder, by_look
from recommender.search.errors import BadQuery, NotReady, UnknownProduct
from tests.indexes import index_of
from tests.products import keep, leave

pytestmark = pytest.mark.django_db
# Further and further from a by their angle; c and d at the same.
POINTS = {"a": [1, 0], "b": [9, 1], "c": [1, 1], "d": [2, 2], "e": [0, 1], "f": [-1, 0]}


@pytest.fixture
def six():
    keep(POINTS)
    engine().publish(index_of({item_id: [*point, *[0] * 46] for item_id, point in POINTS.items()}))


def ordered(item_id, **filters):
    return "".join(by_look(item_id, Filters.of(**filters)).item_ids)


def test_itself_comes_first_then_the_nearest_and_ties_by_id(six):
    assert ordered("a") == "abcdef"
    assert ordered("f").startswith("f")


def test_only_what_passes_is_ordered_itself_too(six):
    Product.objects.filter(item_id__in="aef").update(category="Hats")
    assert ordered("a", category="Hats") == "aef"
    Product.objects.filter(item_id="a").update(category="Shirts")
    assert ordered("a", category="Hats") == "ef"
    assert ordered("a", category="None") == ""


def test_what_is_not_compared_yet_comes_last(six):
    keep(["new2", "new1"])
    assert ordered("a") == "abcdefnew1new2"


def test_what_has_left_is_not_shown(six):
    leave("b")
    assert ordered("a") == "acdef"


def test_a_product_that_is_not_there_or_not_compared_yet_is_refused(six):
    with pytest.raises(UnknownProduct):
        by_look("none", Filters())
    leave("b")
    with pytest.raises(UnknownProduct):
        by_look("b", Filters())
    keep(["new"], title="New tee")
    with pytest.raises(BadQuery, match="has not been compared"):
        by_look("new", Filters())


def test_without_an_index_nothing_is_ordered():
    keep("a")
    with pytest.raises(NotReady):
        by_look("a", Filters())


def test_only_the_products_that_are_looked_at_are_fetched(six, django_assert_num_queries):
    found = InOrder(list("fedcba"))
    with django_assert_num_queries(0):
        assert len(found) == 6
    with django_assert_num_queries(1):
        assert [product.item_id for product in found[1:4]] == ["e", "d", "c"]
    assert found[-1].item_id == "a"
    leave("d")
    assert [product.item_id for product in found[1:4]] == ["e", "c"]
