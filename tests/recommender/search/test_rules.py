"""What the merchant pins, bans and boosts acts on what looks similar, is told, and stays there."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from lxml import html

from catalog.filters import Filters
from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.models import Rule
from recommender.search.answering import answer
from recommender.search.answers import agreement
from recommender.search.comparing import compare
from recommender.search.query import Query
from web.mcp_server import similar_products

pytestmark = pytest.mark.django_db
PIN, BAN, BOOST = Rule.Kind.PIN, Rule.Kind.BAN, Rule.Kind.BOOST


def rule(kind, product, beside=None, **more):
    products = Product.objects.in_bulk(filter(None, [product, beside]), field_name="item_id")
    made = Rule(kind=kind, product=products[product], beside=products.get(beside), **more)
    made.full_clean()
    made.save()


def asked(item_id="0", **more):
    ranking = answer(Query(liked=(item_id,), **more)).looks
    return [(match.product.item_id, str(match.because)) for match in ranking.matches]


def ids(**more):
    return [item_id for item_id, _ in asked(**more)]


def test_a_pinned_product_comes_first_with_its_distance_and_once(live):
    before = answer(Query(liked=("0",))).looks.matches
    last = before[-1].product.item_id
    rule(PIN, last)
    after = answer(Query(liked=("0",))).looks.matches
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
    scores = {m.product.item_id: m.score for m in answer(Query(liked=("0",))).looks.matches}
    order = list(scores)
    rule(BOOST, order[2], points=100)
    assert asked()[0] == (order[2], "boosted")
    assert asked(k=1) == [(order[2], "boosted")]  # though it is not among the k nearest
    boosted = answer(Query(liked=("0",))).looks.matches[0]
    assert boosted.score == scores[order[2]]


def test_rules_keep_to_the_filters(live):
    rule(PIN, "1")  # a hat
    rule(PIN, "4")
    category = Product.objects.get(item_id="4").category
    found = ids(filters=Filters.of(category=category))
    assert found[0] == "4"
    assert "1" not in found
    Product.objects.filter(item_id="4").update(hidden=True)
    assert "4" not in ids()


def test_a_pinned_product_that_the_index_does_not_know_has_no_distance(live):
    Product.objects.filter(item_id="5").update(item_id="new")
    rule(PIN, "new")
    first = answer(Query(liked=("0",))).looks.matches[0]
    assert (first.product.item_id, first.distance, first.score) == ("new", None, None)


def measured(**asked):
    answered = answer(Query(metrics=tuple(Metric), **asked))
    return [
        (match.product.item_id, match.distance, match.because)
        for ranking in answered.rankings
        for match in ranking.matches
    ]


@pytest.mark.parametrize("kind", [PIN, BAN, BOOST])
@pytest.mark.parametrize("asked", [{"liked": ("0",), "k": 2}, {"liked": ("0",), "diversity": 0.5}])
def test_no_rule_reaches_what_is_measured(live, kind, asked):
    before = measured(**asked)
    for item_id in "12345":
        rule(kind, item_id, **({"points": 100} if item_id == "5" else {}))
    assert measured(**asked) == before


def test_what_fills_up_a_short_answer_is_not_measured_either(live):
    answered = answer(Query(liked=("0",), metrics=tuple(Metric), min_score=99.9))
    assert {str(match.because) for match in answered.looks.matches} == {"category"}
    assert [ranking.matches for ranking in answered.rankings] == [[], [], []]
    assert agreement(answered.rankings, 5) == 0


def test_nothing_stands_before_the_copy_of_a_picture(client, live, folder):
    rule(PIN, "5")
    rule(BOOST, "4", points=100)
    rule(BAN, "0")
    picture = (folder / "shirts" / "0.jpg").read_bytes()
    found = answer(Query(picture=picture)).looks.matches[0]
    assert (found.product.item_id, str(found.because)) == ("0", "alike")
    with (folder / "shirts" / "0.jpg").open("rb") as file:
        told = client.post("/api/v1/similar/", {"picture": file}).json()["neighbours"]
    assert (told[0]["item_id"], told[0]["because"]) == ("0", "alike")


def test_the_page_keeps_a_pinned_product_out_of_its_rows_of_metrics(client, live):
    rule(PIN, "5")
    page = html.fromstring(client.get("/products/0/").content)
    assert page.xpath("//ol[contains(@class, 'looks')]/li[1]/a/@data-item") == ["5"]
    rows = page.xpath("//ol[@data-metric]")
    measured = {
        str(r.metric): r for r in answer(Query(liked=("0",), metrics=tuple(Metric))).rankings
    }
    assert len(rows) == 3
    for row in rows:
        ids = [match.product.item_id for match in measured[row.get("data-metric")].matches]
        assert row.xpath(".//a/@data-item") == ids
        assert "chosen" not in row.text_content()


def test_a_banned_product_stands_in_the_rows_of_metrics_and_nowhere_above(client, live):
    rule(BAN, "1")
    page = html.fromstring(client.get("/products/0/").content)
    assert "1" not in page.xpath("//ol[contains(@class, 'looks')]//a/@data-item")
    assert page.xpath("count(//ol[@data-metric]//a[@data-item='1'])") == 3


def test_two_networks_are_compared_without_rules(live):
    before = compare(Query(liked=("0",), k=2), "fake", "fake")
    rule(PIN, "5")
    after = compare(Query(liked=("0",), k=2), "fake", "fake")
    assert after.shared == before.shared
    assert after.left.rankings == before.left.rankings


def test_the_terminal_and_an_assistant_are_told_of_a_pinned_product(capsys, live):
    rule(PIN, "5")
    call_command("similar", "0", "--json")
    assert json.loads(capsys.readouterr().out)["neighbours"][0]["because"] == "pinned"
    assert similar_products("0")["neighbours"][0]["item_id"] == "5"


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
    assert "Chosen by the shop" in client.get("/products/0/").content.decode()


def test_a_new_rule_counts_at_once_though_answers_are_kept(client, live):
    client.get("/api/v1/products/0/similar/")
    rule(BAN, "1")
    assert "1" not in [
        n["item_id"] for n in client.get("/api/v1/products/0/similar/").json()["neighbours"]
    ]


def test_rules_are_made_in_the_admin(admin_client, live):
    page = admin_client.get("/admin/lookalike_recommender/rule/add/").content.decode()
    assert "js/product_picker.js" in page
    product = Product.objects.get(item_id="2")
    fields = {"kind": "pin", "product": product.pk, "points": 10}
    assert admin_client.post("/admin/lookalike_recommender/rule/add/", fields).status_code == 302
    assert asked()[0] == ("2", "pinned")
    assert "2" in admin_client.get("/admin/lookalike_recommender/rule/").content.decode()


def test_the_admin_finds_products_with_their_picture_id_title_and_price(admin_client, live):
    Product.objects.filter(item_id="2").update(title="Red hat", price="9.50", currency="EUR")
    Product.objects.filter(item_id="3").update(title="Red shirt", hidden=True)
    asked = {"app_label": "lookalike_recommender", "model_name": "rule", "field_name": "product"}
    address = "/admin/lookalike_recommender/rule/products/"
    found = admin_client.get(address, {"term": "red", **asked}).json()["results"]
    product = Product.objects.get(item_id="2")
    assert found == [
        {
            "id": str(product.pk),
            "text": "2 · Red hat · 9.50 EUR",
            "thumbnail": product.thumbnail_url,
        }
    ]
    page = admin_client.get(
        f"/admin/lookalike_recommender/rule/add/?beside={product.pk}"
    ).content.decode()
    assert f'data-thumbnail="{product.thumbnail_url}"' in page
    assert "2 · Red hat · 9.50 EUR" in page


def test_visitors_are_not_told_what_the_admin_finds(client, live):
    assert client.get("/admin/lookalike_recommender/rule/products/?term=2").status_code == 302


@pytest.mark.parametrize("points", ["0", "-20", "101", "", "many", "1e9"])
def test_the_admin_says_the_limits_of_a_boost_whatever_is_wrong(admin_client, live, points):
    product = Product.objects.get(item_id="2")
    fields = {"kind": "boost", "product": product.pk, "points": points}
    page = admin_client.post("/admin/lookalike_recommender/rule/add/", fields)
    errors = html.fromstring(page.content).xpath("//ul[contains(@class,'errorlist')]/li/text()")
    assert errors == ["Say how many points, from 1 to 100."]
    assert not Rule.objects.exists()


@pytest.mark.parametrize("points", [0, -20, 101])
def test_the_rule_itself_says_the_same(live, points):
    with pytest.raises(ValidationError, match="from 1 to 100"):
        rule(BOOST, "1", points=points)


def test_whoever_came_from_a_product_is_led_back_there(admin_client, live):
    product, other = (Product.objects.get(item_id=item_id) for item_id in "02")
    address = f"/admin/lookalike_recommender/rule/add/?kind=pin&beside={product.pk}&next="
    fields = {"kind": "pin", "product": other.pk, "beside": product.pk, "points": 10, "_save": "1"}
    response = admin_client.post(f"{address}/products/0/%3Fdistances%3Don", fields)
    assert response["Location"] == "/products/0/?distances=on"
    Rule.objects.all().delete()
    response = admin_client.post(f"{address}https://elsewhere.example/", fields)
    assert response["Location"] == "/admin/lookalike_recommender/rule/"
