"""What narrows an answer, above it: which chips and fields there are, and what goes along."""

import pytest
from lxml import html

from catalog.models import Product
from recommender.search.answering import live_index

pytestmark = pytest.mark.django_db


def form(client, address):
    (found,) = html.fromstring(client.get(address).content).xpath("//form[@class='sift']")
    return found


def values(found, name) -> list[str]:
    return found.xpath(f".//input[@name='{name}']/@value")


def test_what_else_is_asked_goes_along_and_pages_do_not(client, live):
    found = form(client, "/products/0/?metric=euclidean&distances=on&trail=3&trail=4&page=1&k=4")
    assert values(found, "trail") == ["3", "4"]
    assert (values(found, "metric"), values(found, "distances")) == (["euclidean"], ["on"])
    assert (values(found, "k"), values(found, "page")) == (["4"], [])


def test_each_field_stands_there_once(client, live):
    Product.objects.update(price=5)
    found = form(client, "/products/0/?category=hats&cheaper=on&q=1&price_from=2")
    names = found.xpath(".//input/@name | .//select/@name")
    assert sorted(names) == sorted(set(names))
    assert found.xpath(".//input[@name='category'][@checked]/@value") == ["hats"]
    assert found.xpath(".//input[@name='cheaper']/@checked")
    assert found.xpath(".//details/@open")
    assert not form(client, "/products/0/?category=hats").xpath(".//details/@open")


def test_cheaper_is_offered_where_all_that_is_liked_has_a_price(client, live):
    Product.objects.exclude(item_id="3").update(price=5)
    assert form(client, "/products/0/?liked=1").xpath(".//input[@name='cheaper']")
    assert not form(client, "/products/0/?liked=3").xpath(".//input[@name='cheaper']")


def test_the_slider_is_there_where_the_index_has_colours(client, live, monkeypatch):
    assert form(client, "/products/0/").xpath(".//input[@name='colour']/@type") == ["range"]
    monkeypatch.setattr(type(live_index()), "has_colours", False)
    assert form(client, "/products/1/").xpath(".//input[@name='colour']") == []


def test_show_all_takes_away_all_that_narrows_and_nothing_else(client, live):
    Product.objects.update(price=5)
    Product.objects.filter(item_id__in="12").update(price=3)
    page = html.fromstring(client.get("/products/0/?cheaper=on&metric=euclidean").content)
    assert page.xpath("//p[@class='sifted']/a/@href") == ["/products/0/?metric=euclidean"]
    assert not html.fromstring(client.get("/products/0/").content).xpath("//p[@class='sifted']")
