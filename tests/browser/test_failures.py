"""What fails is told: pages that say no stand like any page, and what does not come at all is said."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Product

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BAR = "#failed"


def told(page, words):
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()


def failed_offline(page):
    """Once what was asked for has failed, too, and not only the network gone."""
    told(page, "You are offline")
    expect(page.locator(f"{BAR} [data-again]")).to_be_visible()


def again(page):
    page.locator(f"{BAR} [data-again]").click()


def answer_with(page, pattern, **answer):
    page.route(pattern, lambda route: route.fulfill(**answer))


def tile_of(page):
    tile = page.locator("ol.looks a.tile").first
    expect(tile).to_be_visible()
    return tile


# Pages that say no ------------------------------------------------------------------------------


def test_a_link_to_a_product_that_has_left_leads_to_the_page_that_says_so(live, open_page):
    page = open_page("/products/0/", expect_errors=True)
    tile = tile_of(page)
    name = tile.get_attribute("data-item")
    Product.objects.filter(item_id=name).update(hidden=True)
    tile.click()
    expect(page.get_by_role("heading", name="Not found")).to_be_focused()
    expect(page).to_have_url(re.compile(f"/products/{name}/"))
    expect(page).to_have_title(re.compile("Not found"))
    expect(page.locator(BAR)).to_be_hidden()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/products/0/$"))
    tile_of(page)


def test_a_filter_that_is_not_understood_is_told_and_the_answer_stays(live, open_page):
    page = open_page("/products/0/", expect_errors=True)
    page.get_by_text("Narrow down").click()
    page.get_by_label("Price from").fill("abc")
    page.get_by_label("Price from").blur()
    told(page, "Price from: Enter a number")
    expect(page.locator("ol.looks a.tile")).to_have_count(5)
    page.get_by_label("Price from").fill("")
    page.get_by_label("Price from").blur()
    expect(page.locator(BAR)).to_be_hidden()


def test_a_price_that_is_none_is_refused_in_the_grids_place(live, open_page):
    page = open_page("/browse/", expect_errors=True)
    page.get_by_role("button", name="Price").click()
    page.get_by_label("Price from").fill("abc")
    page.get_by_label("Price from").blur()
    told(page, "Price from: Enter a number")
    expect(page.locator("#grid .refused")).to_be_visible()
    expect(page).to_have_url(re.compile("price_from=abc"))
    page.get_by_label("Price from").fill("")
    page.get_by_label("Price from").blur()
    expect(page.locator("#grid a.tile")).to_have_count(6)


def test_a_page_of_errors_stands_without_the_sites_frame(live, open_page, monkeypatch):
    page = open_page("/products/0/", expect_errors=True)
    body = "<main><div class='message'><h1>Something went wrong</h1></div></main>"
    answer_with(page, "**/products/*/?**", status=500, content_type="text/html", body=body)
    tile_of(page).click()
    expect(page.get_by_role("heading", name="Something went wrong")).to_be_visible()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}, "body": ""}, "in 7 seconds"),
        ({"status": 503, "headers": {"Retry-After": "3"}, "body": "{}"}, "in 3 seconds"),
        ({"status": 502, "body": "<h1>Bad Gateway</h1>"}, "could not answer (502)"),
        ({"status": 504, "body": ""}, "could not answer (504)"),
    ],
)
def test_an_answer_without_a_page_is_told_and_can_be_asked_for_again(
    live, open_page, answer, words
):
    page = open_page("/products/0/", expect_errors=True)
    answer_with(page, "**/products/*/?**", **answer)
    tile_of(page).click()
    told(page, words)
    expect(page).to_have_url(re.compile(r"/products/0/$"))
    page.unroute("**/products/*/?**")
    again(page)
    expect(page).to_have_url(re.compile("trail=0"))
    expect(page.locator(BAR)).to_be_hidden()


# Nothing comes at all ----------------------------------------------------------------------------

ACTIONS = {
    "a neighbour": lambda page: tile_of(page).click(),
    "a metric": lambda page: (
        page.get_by_text("How it was measured").click(),
        page.get_by_role("link", name="Euclidean").click(),
    ),
    "all": lambda page: page.get_by_role("link", name="All products, most similar first").click(),
    "another": lambda page: page.get_by_role("link", name="Another random product").click(),
    "a search": lambda page: page.locator(".bar [type=search]").press("Enter"),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_offline_it_is_said_and_the_same_is_asked_again(live, open_page, action):
    page = open_page("/products/0/", expect_errors=True)
    tile_of(page)
    page.context.set_offline(True)
    ACTIONS[action](page)
    failed_offline(page)
    page.context.set_offline(False)
    was = page.url
    with page.expect_response(lambda response: response.ok):
        again(page)
    if action != "another":  # which may be the same
        expect(page).not_to_have_url(was)
    expect(page.locator(BAR)).to_be_hidden()


def test_going_offline_is_said_and_coming_back_takes_it_away(live, open_page):
    page = open_page("/products/0/", expect_errors=True)
    page.context.set_offline(True)
    told(page, "You are offline")
    expect(page.locator(f"{BAR} [data-again]")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator(BAR)).to_be_hidden()


def test_what_takes_too_long_is_given_up_with_a_word(live, open_page):
    page = open_page("/products/0/", expect_errors=True)
    page.evaluate("htmx.config.timeout = 200")
    page.route("**/products/*/?**", lambda route: None)
    tile_of(page).click()
    told(page, "took too long")


def test_more_of_the_grid_that_does_not_come_while_one_scrolls(live, open_page, monkeypatch):
    monkeypatch.setattr("web.pages.browse.PER_PAGE", 2)
    page = open_page("/picture/", expect_errors=True)
    page.route("**/browse/?page=*", lambda route: route.abort())
    page.goto(page.url.replace("/picture/", "/browse/"))
    page.mouse.wheel(0, 5000)
    told(page, "The site could not be reached")
    expect(page.locator("nav.pages")).to_be_visible()
    expect(page.locator("#grid a.tile")).to_have_count(2)
    page.unroute("**/browse/?page=*")
    again(page)
    expect(page.locator("#grid a.tile").nth(2)).to_be_visible()
    expect(page.locator(BAR)).to_be_hidden()


def test_a_page_gone_back_to_is_asked_for_as_a_whole(live, open_page):
    page = open_page("/products/0/", expect_errors=True)
    tile_of(page).click()
    expect(page).to_have_url(re.compile("trail=0"))
    page.evaluate("sessionStorage.removeItem('htmx-history-cache')")
    page.context.set_offline(True)
    page.go_back()
    failed_offline(page)
    page.context.set_offline(False)
    Product.objects.filter(item_id="0").update(hidden=True)
    again(page)
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()


def test_a_page_gone_back_to_that_has_left_says_so(live, open_page):
    page = open_page("/products/0/", expect_errors=True)
    tile_of(page).click()
    expect(page).to_have_url(re.compile("trail=0"))
    page.evaluate("sessionStorage.removeItem('htmx-history-cache')")
    Product.objects.filter(item_id="0").update(hidden=True)
    page.go_back()
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()


# One's own picture, and pictures --------------------------------------------------------------------

HANDED = """([event, text]) => {
  const given = new DataTransfer();
  given.setData("text/plain", text);
  document.querySelector("#own").dispatchEvent(event === "paste"
    ? new ClipboardEvent("paste", {clipboardData: given, bubbles: true})
    : new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true}));
}"""


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_what_is_handed_over_without_a_picture_is_said(live, open_page, event):
    page = open_page("/picture/")
    page.evaluate(HANDED, [event, "words"])
    told(page, "That contains no picture")


def test_a_picture_that_cannot_be_sent_is_sent_again(live, folder, open_page):
    page = open_page("/picture/", expect_errors=True)
    page.context.set_offline(True)
    page.get_by_label("Choose a picture").set_input_files(folder / "hats" / "3.jpg")
    failed_offline(page)
    page.context.set_offline(False)
    again(page)
    expect(page.locator("ol.looks a.tile").first).to_have_attribute("data-item", "3")


def test_narrowing_down_before_there_is_a_picture_asks_for_one(live, open_page):
    page = open_page("/picture/")
    page.get_by_text("Narrow down").click()
    page.get_by_label("Hide sold-out products").check()
    told(page, "Choose a picture first")


def test_a_picture_of_why_that_does_not_come_can_be_asked_for_again(live, open_page):
    page = open_page("/products/0/", expect_errors=True)
    tile_of(page)
    answer_with(page, "**/why.webp/**", status=503, body="")
    page.goto(page.url.split("/products/")[0] + "/why/0/?like=1")
    told(page, "could not be loaded")
    expect(page.locator("img.missing")).to_have_count(2)
    page.unroute("**/why.webp/**")
    again(page)
    expect(page.locator("img.missing")).to_have_count(0)
    expect(page.locator(BAR)).to_be_hidden()


def test_the_bar_can_be_closed_and_goes_with_the_page(live, open_page):
    page = open_page("/picture/")
    page.evaluate(HANDED, ["paste", "words"])
    told(page, "That contains no picture")
    page.get_by_role("button", name="Close").click()
    expect(page.locator(BAR)).to_be_hidden()
