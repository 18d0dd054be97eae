"""Choices of filters, and how many products each would leave."""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import memory
from catalog.colours.names import NAMES
from catalog.facets import Bar, Choice, facets
from catalog.filters import Filters
from catalog.models import Product
from web.pages import browse

pytestmark = pytest.mark.django_db


def make(*facts):
    """Products of these categories, colours, prices, and whether they are in stock."""
    now = timezone.now()
    Product.objects.bulk_create(
        Product(
            item_id=str(number), shop_item_id=str(number), category=category,
            colour_names=f" {colours} ", price=price, in_stock=in_stock,
            content_hash="f" * 64, first_seen=now, last_seen=now,
        )
        for number, (category, colours, price, in_stock) in enumerate(facts)
    )  # fmt: skip


@pytest.fixture
def few():
    make(
        ("hats", "red blue", 10, True),
        ("hats", "blue", 20, False),
        ("hats", "blue", 30, None),
        ("shirts", "red", 40, True),
        ("", "", None, True),
    )


def test_each_choice_is_counted_and_the_largest_category_comes_first(few):
    found = facets(Filters())
    assert found.categories == [Choice("hats", 3), Choice("shirts", 1)]
    assert found.colours == [Choice("red", 2), Choice("blue", 3)]
    assert [NAMES.index(choice.value) for choice in found.colours] == [3, 8]
    assert found.in_stock == 4, "what is not known to be sold out"


def test_a_choice_is_counted_among_what_the_other_filters_leave_and_none_goes(few):
    found = facets(Filters.of(in_colour="red"))
    assert found.categories == [Choice("hats", 1), Choice("shirts", 1)]
    assert found.colours == [Choice("red", 2), Choice("blue", 3)], "its own filter does not count"
    found = facets(Filters.of(category="shirts", price_from=Decimal(35)))
    assert found.categories == [Choice("hats", 0), Choice("shirts", 1)]
    assert found.colours == [Choice("red", 1), Choice("blue", 0)]


def test_every_count_is_that_of_what_the_choice_shows(few):
    asked = {"price_from": Decimal(15), "in_stock": True}
    found = facets(Filters.of(**asked))
    for name, choices in (("category", found.categories), ("in_colour", found.colours)):
        for choice in choices:
            assert Filters.of(**asked, **{name: choice.value}).products().count() == choice.count
    for bar in found.prices:
        within = Filters.of(in_stock=True, price_from=bar.low, price_to=bar.high)
        assert within.products().count() == bar.count


def test_prices_stand_in_few_bars_between_round_numbers():
    make(*[("", "", price, None) for price in ("9.90", "12", "19.99", "20", "49", "1200")])
    bars = facets(Filters()).prices
    assert sum(bar.count for bar in bars) == 6
    assert bars[0].low == 0
    assert bars[-1] == Bar(bars[-1].low, None, 1, bars[-1].height)
    assert len(bars) <= 12
    lows = [bar.low for bar in bars]
    assert {b - a for a, b in itertools.pairwise(lows)} == {Decimal(100)}
    assert max(bar.height for bar in bars) == 100


@pytest.mark.parametrize("prices", [[], [None], [5], [5, 5, 5]])
def test_of_one_price_or_none_there_is_nothing_to_choose(prices):
    make(*[("", "", price, None) for price in prices])
    assert facets(Filters()).prices == []


@pytest.mark.parametrize("prices", [["0.01", "0.02"], ["0", "1"], [1, "999999999999.99"]])
def test_prices_of_any_size_have_bars(prices):
    make(*[("", "", price, None) for price in prices])
    bars = facets(Filters()).prices
    assert sum(bar.count for bar in bars) == 2
    assert 1 <= len(bars) <= 12


def test_a_bar_is_asked_for_where_all_of_its_prices_are():
    bar, last = Bar(Decimal(10), Decimal("19.99"), 1, 50), Bar(Decimal(20), None, 1, 50)
    assert bar.is_within(None, None)
    assert bar.is_within(Decimal(10), Decimal("19.99"))
    assert not bar.is_within(Decimal(11), None)
    assert last.is_within(Decimal(20), None)
    assert not last.is_within(None, Decimal(99))
    assert (bar.least, bar.most, last.most, bar.top) == ("10", "19.99", None, 50)


def test_what_is_hidden_or_gone_is_not_counted(few):
    Product.objects.filter(item_id="0").update(hidden=True)
    Product.objects.filter(item_id="3").update(gone_since=timezone.now())
    found = facets(Filters())
    assert found.categories == [Choice("hats", 2)]
    assert found.colours == [Choice("blue", 2)]


def test_a_part_of_the_map_narrows_all_counts_and_none_of_it_too(few):
    found = facets(Filters(within=("0", "3")))
    assert found.categories == [Choice("hats", 1), Choice("shirts", 1)]
    assert found.in_stock == 2
    assert sum(bar.count for bar in found.prices) == 2
    assert facets(Filters(within=())).categories == [Choice("hats", 0), Choice("shirts", 0)]


def test_marks_tell_all_values_apart_and_are_names_of_html():
    marks = {Choice(name, 1).mark for name in ("a", "b", "a b", "é", "<", "")}
    assert len(marks) == 6
    assert all(mark.replace("-", "").isalnum() for mark in marks)


@pytest.mark.django_db(transaction=True)
def test_counts_are_made_once_for_the_catalogue_as_it_is():
    make(*[(f"kind {n % 40}", "red", n % 90, n % 3 > 0) for n in range(500)])
    for filters, most in ((Filters(), 7), (Filters.of(in_colour="red"), 5)):
        with CaptureQueriesContext(
            connection,
        ) as first:
            before = facets(filters)
        assert len(first) <= most, "as many for 40 categories as for two"
        with CaptureQueriesContext(connection) as second:
            assert facets(filters) == before
        assert len(second) == 1, "whether the catalogue is what it was"
    Product.objects.filter(item_id="0").update(hidden=True)
    assert facets(Filters()).categories != before.categories


def test_in_a_large_catalogue_choices_are_counted_among_all(client, few, monkeypatch):
    monkeypatch.setattr(memory, "LARGE", 4)
    every = facets(Filters())
    found = facets(Filters.of(in_colour="red"))
    assert found == replace(every, of_all=True)
    assert not every.of_all
    page = client.get("/browse/?in_colour=red").content.decode()
    assert "The filters count all products." in page
    assert "The filters count all products." not in client.get("/browse/").content.decode()


def test_in_a_large_catalogue_a_filtered_grid_has_so_many_pages(client, few, monkeypatch):
    monkeypatch.setattr(memory, "LARGE", 4)
    monkeypatch.setattr(browse, "MOST_FILTERED", 3)
    page = client.get("/browse/?price_from=0").content.decode()
    assert "3+ products" in page
    assert client.get("/browse/?price_from=0&page=2").status_code == 404
    assert "5 products" in client.get("/browse/").content.decode()
