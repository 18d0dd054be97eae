"""Who goes elsewhere waits for nothing: an answer that comes late changes neither page nor address."""

import re

import pytest
from playwright.sync_api import expect

from web.pages import browse

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def late():
    """Holds back the next answer from such an address; what it returns lets it come."""

    def hold(page, address):
        held = []
        page.route(re.compile(address), lambda route: held.append(route), times=1)

        def come():
            (route,) = held
            route.continue_()
            page.wait_for_timeout(700)

        return come

    return hold


def stands(page, address, heading):
    expect(page).to_have_url(re.compile(f"{address}$"))
    expect(page.locator("h1")).to_have_text(heading)


def to_browse(page):
    page.get_by_role("link", name="See all products").first.click()
    expect(page).to_have_url(re.compile("/browse/$"))
    expect(page.locator("#grid a.tile").first).to_be_visible()


def test_of_two_links_the_last_one_counts(live, open_page, late):
    page = open_page("/products/0/")
    come = late(page, "/products/1/")
    page.locator("ol.looks a.tile[data-item='1']").click()
    page.locator("ol.looks a.tile[data-item='3']").click()
    stands(page, r"/products/3/\?trail=0", "3")
    come()
    stands(page, r"/products/3/\?trail=0", "3")


@pytest.mark.parametrize("what", ["a filter", "a product"])
def test_back_waits_for_nothing(live, open_page, late, what):
    page = open_page("/")
    to_browse(page)
    if what == "a filter":
        come = late(page, "category=hats")
        page.get_by_role("radio", name="hats").check()
    else:
        come = late(page, "/products/")
        page.locator("#grid a.tile").first.click()
    page.go_back()
    stands(page, r":\d+/", re.compile("Click a picture"))
    come()
    stands(page, r":\d+/", re.compile("Click a picture"))


def test_what_is_gone_back_to_waits_for_nothing_either(live, open_page, late):
    page = open_page("/")
    to_browse(page)
    page.locator("#grid a.tile[data-item='0']").click()
    stands(page, "/products/0/", "0")
    page.evaluate("sessionStorage.removeItem('htmx-history-cache')")
    come = late(page, "/browse/$")
    with page.expect_request(re.compile("/browse/$")):
        page.go_back()
    page.go_back()
    stands(page, r":\d+/", re.compile("Click a picture"))
    come()
    stands(page, r":\d+/", re.compile("Click a picture"))


def test_a_filter_leaves_the_next_page_of_the_grid_before(live, open_page, late, monkeypatch):
    monkeypatch.setattr(browse, "PER_PAGE", 3)
    page = open_page("/")
    come = late(page, r"/browse/\?page=2")
    to_browse(page)
    page.get_by_role("radio", name="hats").check()
    stands(page, r"/browse/\?category=hats", "Browse")
    come()
    stands(page, r"/browse/\?category=hats", "Browse")
    expect(page.locator("#grid a.tile")).to_have_count(3)


def test_a_product_leaves_the_filters_of_the_one_before(live, open_page, late):
    page = open_page("/products/0/")
    come = late(page, "category=")
    page.locator(".sift [name=category]").check()
    page.locator("ol.looks a.tile[data-item='3']").click()
    stands(page, r"/products/3/\?trail=0", "3")
    come()
    stands(page, r"/products/3/\?trail=0", "3")


def test_a_filter_leaves_the_link_that_was_clicked_after_it(live, open_page, late):
    page = open_page("/browse/")
    come = late(page, "/products/3/")
    page.get_by_role("radio", name="hats").check()
    expect(page).to_have_url(re.compile("category=hats"))
    page.locator("#grid a.tile[data-item='3']").click()
    page.get_by_role("radio", name="All", exact=True).check()
    expect(page).to_have_url(re.compile("/browse/$"))
    come()
    stands(page, "/products/3/.*", "3")
