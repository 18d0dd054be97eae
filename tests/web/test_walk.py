"""The way that a visitor has walked, and what is liked and disliked on it."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from catalog.models import Product

pytestmark = pytest.mark.django_db


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def steps(html):
    return [
        address.replace("&amp;", "&")
        for address in re.findall(r'class="step" href="([^"]*)"', html)
    ]


def tiles(html):
    found = re.findall(r'<a class="tile"[^>]*href="([^"]*)"', html)
    return [address.replace("&amp;", "&") for address in found]


def test_a_link_tells_where_it_came_from(client, live):
    first = tiles(page(client, "/products/0/"))[0]
    assert parse_qs(urlsplit(first).query) == {"trail": ["0"]}
    second = tiles(page(client, first))[0]
    assert parse_qs(urlsplit(second).query)["trail"][0] == "0"
    assert len(parse_qs(urlsplit(second).query)["trail"]) == 2


def test_each_step_leads_back_with_the_way_up_to_there(client, live):
    html = page(client, "/products/3/?trail=0&trail=1&category=hats")
    assert steps(html) == [
        "/products/0/?category=hats",
        "/products/1/?category=hats&trail=0",
    ]


def test_whoever_comes_back_to_a_step_is_there_again(client, live):
    assert steps(page(client, "/products/1/?trail=0&trail=1&trail=2")) == ["/products/0/"]


def test_the_way_keeps_its_last_steps_and_forgets_what_there_is_not(client, live):
    way = "&".join(f"trail={step}" for step in ["5", *["x"] * 3, "%00", *"0123"])
    assert [urlsplit(step).path for step in steps(page(client, f"/products/4/?{way}"))] == [
        f"/products/{number}/" for number in range(4)
    ]


def test_the_way_makes_no_address_too_long_for_a_server(client, live):
    for number in range(1, 6):
        Product.objects.filter(item_id=str(number)).update(item_id=f"{number}" + "я" * 299)
    way = "&".join(f"trail={number}{'%D1%8F' * 299}" for number in range(1, 6))
    for address in tiles(page(client, f"/products/0/?{way}")):
        assert len(address) < 4000


def test_the_way_costs_one_query(client, live, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as without:
        page(client, "/products/3/?k=6")
    with django_assert_num_queries(len(without) + 1):
        page(client, "/products/3/?trail=0&trail=1&trail=2&k=6")


def test_the_metric_and_the_distances_go_on(client, live):
    first = tiles(page(client, "/products/0/?metric=manhattan&distances=on&k=50"))[0]
    assert parse_qs(urlsplit(first).query) == {
        "metric": ["manhattan"],
        "distances": ["on"],
        "trail": ["0"],
    }


def test_a_liked_one_and_a_disliked_one_change_the_answer(client, live):
    html = page(client, "/products/0/?liked=1&disliked=5")
    items = set(re.findall(r'data-item="(\d)"', html))
    assert items == {"2", "3", "4"}
    assert "and like <b>1</b>" in html
    assert "but unlike <b>5</b>" in html
    choosing = html[html.index('<form id="choosing"') :]
    assert '<input type="hidden" name="liked" value="1">' in choosing
    assert 'form="choosing" name="liked" value="2"' in choosing


def test_what_is_liked_and_disliked_at_once_is_refused(client, live):
    assert client.get("/products/0/?liked=1&disliked=1").status_code == 400
    assert client.get("/products/0/?disliked=0").status_code == 400


def test_narrowing_down_keeps_what_else_is_asked(client, live):
    html = page(client, "/products/0/?liked=1&trail=2&q=x")
    assert '<input type="hidden" name="liked" value="1">' in html
    assert '<input type="hidden" name="trail" value="2">' in html
    assert 'name="q" value="x"' in html
    narrow = html[: html.index('<form id="choosing"')]
    assert 'type="hidden" name="q"' not in narrow
    assert 'href="/products/0/?liked=1&amp;trail=2">Show all' in html


def test_a_zero_that_says_something_goes_on(client, live):
    Product.objects.update(price=5, category="0")
    first = tiles(page(client, "/products/0/?category=0&price_from=0&weigh_price=0&measured=0"))[0]
    assert parse_qs(urlsplit(first).query) == {
        "category": ["0"],
        "price_from": ["0"],
        "weigh_price": ["0"],
        "measured": ["0"],
        "trail": ["0"],
    }
    first = tiles(page(client, "/products/0/?colour=0&diversity=0&min_score=0&in_stock=0"))[0]
    assert parse_qs(urlsplit(first).query) == {"trail": ["0"]}
