"""The grid: pages that come by themselves and have addresses all the same; colours."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Product

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages_of_two(monkeypatch):
    monkeypatch.setattr("web.pages.browse.PER_PAGE", 2)


def test_the_next_page_comes_while_one_scrolls(live, open_page, pages_of_two):
    page = open_page("/browse/?category=hats")
    page.mouse.wheel(0, 5000)
    page.locator("#grid a.tile").nth(2).wait_for()
    expect(page.locator("#grid ul.grid")).to_have_count(2)
    expect(page.locator("#grid .count")).to_have_count(1)
    expect(page.locator("nav.pages")).to_have_count(1)
    expect(page).to_have_url(re.compile("page=2"))
    page.locator("#grid a.tile").nth(2).click()
    page.locator("ol.looks").wait_for()
    page.go_back()
    page.locator("#grid a.tile").nth(0).wait_for()
    expect(page.locator("#grid a.tile"), "all that had come").to_have_count(3)
    expect(page).to_have_url(re.compile("category=hats"))


def test_pages_are_links_without_javascript(live, open_page, pages_of_two):
    page = open_page("/browse/", javascript=False)
    page.get_by_role("link", name="More").click()
    expect(page).to_have_url(re.compile(r"\?page=2$"))
    page.locator(".pages").get_by_role("link", name="3").click()
    expect(page.locator("#grid a.tile")).to_have_count(2)
    expect(page.locator(".pages [aria-current]")).to_have_text("3")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_colour_is_chosen_by_its_chip(live, open_page, javascript):
    Product.objects.update(colour_names=" blue ")
    Product.objects.filter(item_id="3").update(colour_names=" red blue ")
    page = open_page("/browse/", javascript=javascript)
    page.get_by_role("radio", name="red").check()
    if not javascript:
        page.get_by_role("button", name="Show").click()
    page.wait_for_url("**in_colour=red**")
    page.locator("#grid a.tile").nth(1).wait_for(state="detached")
    expect(page.locator("#grid a.tile")).to_have_attribute("data-item", "3")


@pytest.mark.parametrize("width", [390, 820, 1440, 1920])
def test_the_last_row_has_no_hole_when_a_page_is_full(live, open_page, width):
    page = open_page("/browse/", width=width)
    columns = page.locator("ul.grid").evaluate(
        "grid => getComputedStyle(grid).gridTemplateColumns.split(' ').length"
    )
    assert 48 % columns == 0


def test_an_address_says_what_is_asked_and_no_more(live, open_page):
    page = open_page("/browse/")
    page.get_by_role("radio", name="hats").check()
    page.wait_for_url("**/browse/?category=hats")
    page.get_by_role("button", name="Русский").click()
    page.locator("html[lang=ru]").wait_for(state="attached")
    expect(page).to_have_url(re.compile(r"/browse/\?category=hats$"))


@pytest.mark.parametrize("javascript", [True, False])
def test_all_products_stand_in_the_order_of_look(live, open_page, pages_of_two, javascript):
    page = open_page("/products/3/", javascript=javascript)
    page.get_by_role("link", name="All products, most similar first").click()
    page.wait_for_url("**/browse/?order=like&to=3")
    expect(page.locator("#grid a.tile").first).to_have_attribute("data-item", "3")
    if javascript:
        for count in (4, 6):
            page.mouse.wheel(0, 5000)
            expect(page.locator("#grid a.tile")).to_have_count(count)
        page.get_by_role("radio", name="hats").check()
        page.wait_for_url("**category=hats**")
        expect(page.locator("#grid .like-first")).to_be_visible()
    else:
        page.get_by_role("link", name="More").click()
        page.wait_for_url("**page=2**")
    page.get_by_role("link", name="Sort differently").click()
    expect(page.locator("#grid .like-first")).to_have_count(0)
