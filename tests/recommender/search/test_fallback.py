"""What is shown where too few look alike."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.filters import Filters
from catalog.models import Product
from recommender.search.answers import MatchReason
from recommender.search.fallback import newest_of_the_category
from recommender.search.query import Query
from tests.products import keep, leave

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hats_and_shirts():
    """Hats a to e, each a day newer than the one before; two shirts; one of no category."""
    for days, item_id in enumerate("abcde"):
        keep([item_id], category="Hats", first_seen=timezone.now() + timedelta(days=days))
    keep(["s1", "s2"], category="Shirts")
    keep(["none"])


def newest(*liked, taken=(), wanted=10, **more):
    named = Product.objects.in_bulk(list(liked), field_name="item_id")
    found = newest_of_the_category(Query(liked, **more), named, taken, wanted)
    assert all(
        (m.distance, m.score, m.because) == (None, None, MatchReason.CATEGORY) for m in found
    )
    return "".join(match.product.item_id for match in found)


def test_the_newest_of_the_same_category_come_first():
    assert newest("a") == "edcb"
    assert newest("a", wanted=2) == "ed"


@pytest.mark.parametrize("wanted", [0, -3])
def test_where_nothing_is_wanted_nothing_is_shown(wanted, django_assert_num_queries):
    assert newest("a", wanted=wanted) == ""


def test_neither_what_is_named_nor_what_is_taken_is_shown_again():
    assert newest("a", "c", disliked=("d",), taken=["e"]) == "b"


def test_all_categories_of_the_liked_count():
    assert newest("e", "s1", taken=["d"]) == "cbs2a"


def test_a_product_of_no_category_is_like_no_other():
    assert newest("none") == ""


def test_filters_and_what_has_left_count_here_too():
    leave("e")
    assert newest("a", filters=Filters(without=("d",))) == "cb"
    assert newest("a", filters=Filters.of(q="b")) == "b"
