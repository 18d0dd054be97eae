"""Look and facts in one score."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Product
from recommender.live.engine import engine
from recommender.models import Rule
from recommender.search.answering import answer
from recommender.search.facts import weights_of
from recommender.search.query import Query
from tests.indexes import grid_index
from tests.products import keep
from web.mcp_server import similar_products

pytestmark = pytest.mark.django_db(databases="__all__")
# On a line: b is the nearest of a, then c, d, e.
PLACES = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 6.0}
NOW = timezone.now()


@pytest.fixture(autouse=True)
def published():
    keep(PLACES, first_seen=NOW - timedelta(days=365))
    engine().publish(grid_index(PLACES))


def change(item_id, **fields):
    Product.objects.filter(item_id=item_id).update(**fields)


def matches(*liked, **more):
    return answer(Query(liked=liked or ("a",), **more)).looks.matches


def ids(*liked, **more):
    return "".join(match.product.item_id for match in matches(*liked, **more))


def points(**more):
    return {match.product.item_id: dict(match.points or {}) for match in matches(**more)}


def test_without_weights_an_answer_is_what_it_was_and_costs_the_same(django_assert_num_queries):
    with django_assert_num_queries(4):
        before = answer(Query(liked=("a",)))
    assert ids() == "bcde"
    assert all("points" not in found for found in before.as_dict()["neighbours"])
    zeros = Query(liked=("a",), weigh_category=0, weigh_price=0, weigh_new=0, weigh_stock=0)
    assert answer(zeros).as_dict() == before.as_dict()


def test_the_same_category_moves_up_and_is_told():
    change("a", category="Hats")
    change("e", category="HATS")
    found = matches(weigh_category=100)
    assert [match.product.item_id for match in found] == list("ebcd")
    assert (found[0].because, found[0].points) == ("weighed", {"category": 100})
    assert (found[1].because, found[1].points) == ("alike", {})


def test_a_few_points_move_nothing_that_looks_much_more_alike():
    change("a", category="Hats")
    change("e", category="Hats")
    assert ids(weigh_category=0.01) == "bcde"


def test_a_near_price_counts_by_its_ratio_and_in_one_currency_only():
    for item_id, price in (("a", 100), ("b", 200), ("c", 125), ("d", 80), ("e", 100)):
        change(item_id, price=Decimal(price), currency="EUR")
    found = points(weigh_price=10)
    assert found["e"] == {"price": pytest.approx(10)}
    assert found["c"] == {"price": pytest.approx(5)}
    assert found["d"] == {"price": pytest.approx(5)}
    assert found["b"]["price"] < 2
    change("e", currency="USD")
    change("d", price=None)
    change("c", price=Decimal(0))
    found = points(weigh_price=10)
    assert found["e"] == found["d"] == found["c"] == {}


def test_the_same_brand_counts_and_no_brand_is_none_in_common():
    assert points(weigh_brand=10) == {"b": {}, "c": {}, "d": {}, "e": {}}
    change("a", brand="Acme")
    change("d", brand="ACME")
    assert points(weigh_brand=10)["d"] == {"brand": 10}


def test_what_is_new_counts_from_the_newest_on_and_halves_in_a_month():
    change("e", first_seen=NOW)
    change("d", first_seen=NOW - timedelta(days=30))
    found = points(weigh_new=8)
    assert found["e"] == {"new": pytest.approx(8)}
    assert found["d"] == {"new": pytest.approx(4)}
    assert found["b"]["new"] < 0.01


def test_what_is_sold_out_falls_behind_and_what_nobody_knows_does_not():
    change("b", in_stock=False)
    change("c", in_stock=True)
    assert ids(weigh_stock=100) == "cdeb"


def test_of_several_liked_any_will_do():
    change("a", category="Hats")
    change("b", category="Shoes")
    change("e", category="Shoes")
    assert ids("a", "b", weigh_category=100)[0] == "e"


def test_points_add_up_with_each_other_and_with_boosts():
    change("a", category="Hats")
    change("e", category="Hats", in_stock=False)
    change("d", category="Hats")
    assert ids(weigh_category=100, weigh_stock=50)[0] == "d"
    Rule.objects.create(kind="boost", product=Product.objects.get(item_id="e"), points=100)
    first = matches(weigh_category=100, weigh_stock=50)[0]
    assert (first.product.item_id, first.because) == ("e", "boosted")


def test_more_than_are_shown_are_put_in_order():
    change("a", category="Hats")
    change("e", category="Hats")
    assert ids(weigh_category=100, k=1) == "e"


def test_a_site_says_them_for_all_and_a_query_says_otherwise(settings, client):
    settings.FACT_WEIGHTS = {"category": 100.0}
    change("a", category="Hats")
    change("e", category="Hats")
    assert ids()[0] == "e"
    assert ids(weigh_category=0.0) == "bcde"
    assert weights_of(Query(liked=("a",), weigh_stock=3)) == {"category": 100, "stock": 3}
    shown = client.get("/api/v1/products/a/similar/").json()["neighbours"]
    assert (shown[0]["item_id"], shown[0]["points"]) == ("e", {"category": 100.0})


def test_page_api_and_assistant_take_them_and_refuse_too_much(client):
    change("a", category="Hats")
    change("e", category="Hats")
    address = "/api/v1/products/a/similar/?weigh_category="
    assert client.get(f"{address}100").json()["neighbours"][0]["because"] == "weighed"
    refused = client.get(f"{address}101")
    assert refused.status_code == 400
    assert refused.json()["error"] == "weigh_category must be a number between 0 and 100."
    assert client.get("/products/a/?weigh_category=50").status_code == 200
    assert similar_products("a", weigh_category=100)["neighbours"][0]["item_id"] == "e"


def test_the_rankings_still_measure():
    change("a", category="Hats")
    change("e", category="Hats")
    (ranking,) = answer(Query(liked=("a",), weigh_category=100)).rankings
    assert [match.product.item_id for match in ranking.matches] == list("bcde")
