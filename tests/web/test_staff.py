"""What staff see on a product's page, and nobody else."""

from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from catalog.models import Product

pytestmark = pytest.mark.django_db
PAGE = "/products/0/?distances=on"


def rule_links(response):
    found = html.fromstring(response.content).xpath("//p[@class='staff']/a/@href")
    assert all(urlsplit(link).path == "/admin/lookalike_recommender/rule/add/" for link in found)
    return [parse_qs(urlsplit(link).query) for link in found]


def test_a_products_page_leads_staff_to_a_rule_and_back(admin_client, live):
    pks = {product.item_id: str(product.pk) for product in Product.objects.all()}
    pin, ban, *others = rule_links(admin_client.get(PAGE))
    beside = {"beside": [pks["0"]], "next": [PAGE]}
    assert (pin, ban) == ({"kind": ["pin"], **beside}, {"kind": ["ban"], **beside})
    assert len(others) == 2 * 5
    assert {"kind": ["ban"], "product": [pks["3"]], **beside} in others


def test_the_form_is_filled_in(admin_client, live):
    link = html.fromstring(admin_client.get(PAGE).content).xpath("//p[@class='staff']/a/@href")[-1]
    form = html.fromstring(admin_client.get(link).content)
    chosen = form.xpath("//option[@selected]/@value")
    pk = str(Product.objects.get(item_id="0").pk)
    assert chosen[0] == "ban"
    assert pk in chosen


def test_visitors_get_kept_answers_without_such_links_before_and_after(client, admin_client, live):
    assert rule_links(client.get(PAGE)) == []
    told = admin_client.get(PAGE)
    assert rule_links(told)
    assert told["Cache-Control"] == "private, no-store"
    assert "ETag" not in told
    again = client.get(PAGE)
    assert rule_links(again) == []
    assert again["Cache-Control"] == "public, max-age=60"


def test_a_made_up_session_gets_what_is_kept(client, live, django_assert_max_num_queries):
    client.get(PAGE)
    client.cookies["sessionid"] = "x" * 32
    with django_assert_max_num_queries(2):
        assert client.get(PAGE)["ETag"]


def test_staff_who_may_make_no_rules_see_no_such_links(client, live, django_user_model):
    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert rule_links(client.get(PAGE)) == []


def test_a_customer_with_an_account_sees_none_either(client, live, django_user_model):
    client.force_login(django_user_model.objects.create_user("customer"))
    assert rule_links(client.get(PAGE)) == []


def test_without_an_admin_there_are_none(admin_client, live, settings, monkeypatch):
    monkeypatch.setattr("web.staff.admin_address", lambda name: "")
    assert rule_links(admin_client.get(PAGE)) == []
