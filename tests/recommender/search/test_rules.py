"""What the merchant pins, bans and boosts comes last, and is told."""

import pytest
from django.core.exceptions import ValidationError

from catalog.filters import Filters
from catalog.models import Product
from recommender.models import Rule
from recommender.search.answering import answer
from recommender.search.query import Query

pytestmark = pytest.mark.django_db
PIN, BAN, BOOST = Rule.Kind.PIN, Rule.Kind.BAN, Rule.Kind.BOOST


def rule(kind, product, beside=None, **more):
    products = Product.objects.in_bulk(filter(None, [product, beside]), field_name="item_id")
    made = Rule(kind=kind, product=products[product], beside=products.get(beside), **more)
    made.full_clean()
    made.save()


def asked(item_id="0", **more):
    ranking = answer(Query(liked=(item_id,), **more)).rankings[0]
    return [(match.product.item_id, str(match.because)) for match in ranking.matches]


def ids(**more):
    return [item_id for item_id, _ in asked(**more)]


def test_a_pinned_product_comes_first_with_its_distance_and_once(live):
    before = answer(Query(liked=("0",))).rankings[0].matches
    last = before[-1].product.item_id
    rule(PIN, last)
    after = answer(Query(liked=("0",))).rankings[0].matches
    assert (after[0].product.item_id, after[0].because) == (last, "pinned")
    assert (after[0].distance, after[0].score) == (before[-1].distance, before[-1].score)
    assert sorted(m.product.item_id for m in after) == ["1", "2", "3", "4", "5"]


def test_a_banned_product_gives_its_place_to_the_next(live):
    first, second, third, *_ = ids(k=5)
    rule(BAN, first)
    assert ids(k=2) == [second, third]
    assert answer(Query(liked=(first,))).product.item_id == first  # its own page stays


def test_a_rule_for_a_pair_holds_beside_that_product_alone_and_goes_first(live):
    first = ids()[0]
    rule(BAN, first)
    rule(PIN, first, beside="0")
    assert asked()[0] == (first, "pinned")
    elsewhere = next(item_id for item_id in "12345" if item_id != first)
    assert first not in ids(item_id=elsewhere)


def test_a_boost_lifts_a_product_over_those_that_score_less_than_it_now_does(live):
    scores = {m.product.item_id: m.score for m in answer(Query(liked=("0",))).rankings[0].matches}
    order = list(scores)
    rule(BOOST, order[2], points=100)
    assert asked()[0] == (order[2], "boosted")
    assert asked(k=1) == [(order[2], "boosted")]  # though it is not among the k nearest
    boosted = answer(Query(liked=("0",))).rankings[0].matches[0]
    assert boosted.score == scores[order[2]]


def test_rules_keep_to_the_filters(live):
    rule(PIN, "1")  # a hat
    rule(PIN, "4")
    category = Product.objects.get(item_id="4").category
    found = ids(filters=Filters(category=category))
    assert found[0] == "4"
    assert "1" not in found
    Product.objects.filter(item_id="4").update(hidden=True)
    assert "4" not in ids()


def test_a_pinned_product_that_the_index_does_not_know_has_no_distance(live):
    Product.objects.filter(item_id="5").update(item_id="new")
    rule(PIN, "new")
    first = answer(Query(liked=("0",))).rankings[0].matches[0]
    assert (first.product.item_id, first.distance, first.score) == ("new", None, None)


def test_no_product_is_pinned_beside_itself(live):
    rule(PIN, "0")
    assert "0" not in ids()
    with pytest.raises(ValidationError, match="beside itself"):
        rule(PIN, "0", beside="0")


@pytest.mark.parametrize("beside", [None, "0"])
def test_two_rules_for_the_same_are_refused(live, beside):
    rule(PIN, "1", beside)
    with pytest.raises(ValidationError, match="already"):
        rule(BAN, "1", beside)


def test_a_pinned_product_is_told_by_api_and_page(client, live):
    rule(PIN, "3", note="the new one")
    neighbour = client.get("/api/v1/products/0/similar/").json()["neighbours"][0]
    assert (neighbour["item_id"], neighbour["because"]) == ("3", "pinned")
    assert "chosen by the shop" in client.get("/products/0/").content.decode()


def test_a_new_rule_counts_at_once_though_answers_are_kept(client, live):
    client.get("/api/v1/products/0/similar/")
    rule(BAN, "1")
    assert "1" not in [
        n["item_id"] for n in client.get("/api/v1/products/0/similar/").json()["neighbours"]
    ]


def test_rules_are_made_in_the_admin(admin_client, live):
    page = admin_client.get("/admin/recommender/rule/add/").content.decode()
    assert "admin/autocomplete" in page
    product = Product.objects.get(item_id="2")
    fields = {"kind": "pin", "product": product.pk, "points": 10}
    assert admin_client.post("/admin/recommender/rule/add/", fields).status_code == 302
    assert asked()[0] == ("2", "pinned")
    assert "2" in admin_client.get("/admin/recommender/rule/").content.decode()
