"""The header: one row at every width; where it is narrow, its search and its menu open over the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import in_the_way

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATHS = ["/products/0/", "/browse/", "/picture/", "/map/", "/nowhere"]


@pytest.mark.parametrize("width", [320, 390, 704, 820, 1280, 1920])
@pytest.mark.parametrize("path", PATHS)
def test_it_is_one_row_and_nothing_hangs_over_the_edge(live, open_page, width, path):
    page = open_page(path, width=width, expect_errors=True)
    box = page.locator(".bar").bounding_box()
    assert box["height"] <= (56 if width < 704 else 72)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    middles = (
        page.locator(".bar > :is(a, button, form, nav)")
        .filter(visible=True)
        .evaluate_all(
            "all => all.map(one => { const {top, height} = one.getBoundingClientRect();"
            " return Math.round(top + height / 2) })"
        )
    )
    assert max(middles) - min(middles) <= 2


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_can_be_searched_from_its_header(live, open_page, width, javascript, path):
    page = open_page(path, width=width, javascript=javascript, expect_errors=True)
    box = page.locator(".bar").get_by_role("searchbox").or_(page.locator(".bar input[name=q]"))
    if width == 390:
        expect(box).to_be_hidden()
        page.get_by_role("button", name="Search", exact=True).first.click()
    box.first.fill("shirts")
    box.first.press("Enter")
    page.wait_for_url("**/browse/?q=shirts")
    expect(page.locator("#grid a.tile")).to_have_count(3)


def test_on_a_phone_one_types_at_once_and_escape_leads_back(live, open_page):
    page = open_page("/products/0/", width=390)
    opener = page.get_by_role("button", name="Search", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bar input[name=q]")).to_be_focused()
    page.keyboard.press("Escape")
    if page.locator(".bar-search").is_visible():  # the first one empties what is typed
        page.keyboard.press("Escape")
    expect(page.locator(".bar-search")).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_menu_opens_by_keyboard_and_gives_the_focus_back(live, open_page, javascript):
    page = open_page("/products/0/", width=390, javascript=javascript)
    opener, menu = page.get_by_role("button", name="Menu"), page.locator(".bar nav")
    expect(menu).to_be_hidden()
    opener.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    menu.get_by_role("link", name="Browse").click()
    page.wait_for_url(re.compile("/browse/$"))


def test_what_a_finger_has_to_meet_is_large_enough(live, open_page):
    page = open_page("/products/0/", width=390)
    page.get_by_role("button", name="Menu").click()
    sizes = (
        page.locator(".bar :is(a, button)")
        .filter(visible=True)
        .evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
        )
    )
    assert len(sizes) >= 6
    assert min(min(size) for size in sizes) >= 44, sizes


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("opener", ["Search", "Menu"])
def test_what_opens_is_for_everybody_in_both_schemes(live, open_page, scheme, opener):
    page = open_page("/products/0/", width=390)
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("button", name=opener, exact=True).click()
    assert in_the_way(page) == []


def typed(page, words="hat"):
    page.locator(".bar [name=q]").press_sequentially(words)
    page.locator("[role=option]").first.wait_for()
    return page.locator("[role=option]")


def test_what_is_suggested_is_gone_through_by_keyboard(live, open_page):
    page = open_page("/products/0/")
    box, options = page.locator(".bar [name=q]"), typed(page)
    expect(options).to_have_count(4)
    expect(box).to_have_attribute("aria-expanded", "true")
    for key, place in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)]:
        page.keyboard.press(key)
        expect(page.locator("[aria-selected=true]")).to_have_count(1)
        expect(options.nth(place)).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute(
            "aria-activedescendant", options.nth(place).get_attribute("id")
        )
    expect(box).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/5/")


def test_escape_puts_them_away_and_keeps_what_was_typed(live, open_page):
    page = open_page("/browse/")
    options = typed(page)
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(page.locator(".bar [name=q]")).to_have_value("hat")
    expect(page.locator(".bar [name=q]")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse/?q=hat")
    expect(page.locator(".bar [name=q]")).to_have_value("hat")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_suggestion_is_clicked_and_they_go_when_one_goes_elsewhere(live, open_page, width):
    page = open_page("/products/0/", width=width)
    if width == 390:
        page.get_by_role("button", name="Search", exact=True).click()
    options = typed(page)
    if width == 390:
        heights = options.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
        assert min(heights) >= 44
    page.keyboard.press("Tab")
    expect(options.first).to_be_hidden()
    page.locator(".bar [name=q]").press("End")
    page.keyboard.type("s")
    options.first.wait_for()
    options.first.click()
    page.wait_for_url("**/browse/?category=hats")
    expect(page.locator("#grid a.tile")).to_have_count(3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_suggestions_are_for_everybody_in_both_schemes(live, open_page, scheme, width):
    page = open_page("/products/0/", width=width)
    page.emulate_media(color_scheme=scheme)
    if width == 390:
        page.get_by_role("button", name="Search", exact=True).click()
    typed(page)
    page.keyboard.press("ArrowDown")
    assert in_the_way(page) == []


def test_too_many_words_are_told_where_suggestions_stand(live, open_page):
    page = open_page("/products/0/", expect_errors=True)
    page.locator(".bar [name=q]").fill("a b c d e f g h i")
    expect(page.locator(".suggestions .refused")).to_contain_text("At most 8 words")


def test_on_a_phone_the_shelf_stands_in_the_menu(live, open_page):
    page = open_page("/products/0/", width=390)
    page.get_by_role("button", name="Menu").click()
    page.locator("#menu").get_by_role("link", name="Your shelf").click()
    page.wait_for_url("**/shelf/")
    page.get_by_role("button", name="Menu").click()
    shelf = page.locator("#menu").get_by_role("link", name="Your shelf")
    expect(shelf).to_have_attribute("aria-current", "page")


def test_what_was_suggested_does_not_come_back_with_the_page(live, open_page):
    page = open_page("/products/0/")
    typed(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/browse/\?category=hats$"))
    expect(page.locator("#grid a.tile")).to_have_count(3)
    page.go_back()
    expect(page.locator("ol.looks")).to_be_visible()
    expect(page.locator(".suggestions")).to_be_hidden()
    page.locator(".bar [name=q]").press("ArrowDown")
    expect(page.locator(".suggestions")).to_be_hidden()
