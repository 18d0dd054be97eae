"""The first page: its wall, its ways on, and the picture that is handed to the page for it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import in_the_way
from tests.browser.test_own_picture import hand

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SHIFT = """new Promise(done => new PerformanceObserver(list => {
  done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0));
}).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done(0), 1500))"""


@pytest.mark.parametrize("javascript", [True, False])
def test_a_click_on_the_wall_leads_to_the_product_and_what_looks_like_it(
    live, open_page, javascript
):
    page = open_page("/", javascript=javascript)
    first = page.locator(".mosaic a").first
    target = first.get_attribute("href")
    first.click()
    page.wait_for_url(f"**{target}")
    expect(page.locator("ol.looks a.tile")).to_have_count(5)
    page.go_back()
    expect(page.locator(".mosaic a")).to_have_count(6)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_wall_begins_on_the_first_screen_and_nothing_shifts(photos, open_page, width):
    page = open_page("/", width=width)
    assert page.locator(".mosaic img").first.bounding_box()["y"] < 450
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(SHIFT) < 0.01
    lead, *others = page.locator(".mosaic").first.locator("a").all()
    side = lead.bounding_box()["width"]
    assert all(other.bounding_box()["width"] < 0.55 * side for other in others)
    if width == 390:
        targets = page.locator(".opening .button, .handed .file").filter(visible=True).all()
        assert all(one.bounding_box()["height"] >= 44 for one in targets)


def test_on_a_phone_the_search_opens_from_the_page_itself(live, open_page):
    page = open_page("/", width=390)
    page.get_by_role("button", name="Search products").click()
    page.get_by_role("searchbox").or_(page.get_by_role("combobox")).fill("hats")
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse/?q=hats")


def test_the_keyboard_reaches_the_wall(live, open_page):
    page = open_page("/")
    for _ in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.mosaic a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/products/\d/"))


@pytest.mark.parametrize("way", ["choose", "drop", "paste"])
def test_a_picture_goes_on_to_its_own_page_and_stands_there_with_its_frame(
    live, folder, open_page, way
):
    page = open_page("/")
    if way == "choose":
        page.get_by_label("Choose a picture").set_input_files(folder / "hats" / "3.jpg")
    else:
        hand(page, way, folder / "hats" / "3.jpg")
    page.wait_for_url("**/picture/")
    expect(page.locator("ol.looks a.tile").first).to_have_attribute("data-item", "3")
    expect(page.locator(".stage canvas")).to_be_visible()
    page.reload()
    expect(page.locator(".stage")).to_be_hidden()


def test_what_is_no_picture_is_refused_by_the_server(live, tmp_path, open_page):
    (tmp_path / "a.jpg").write_text("no picture at all")
    page = open_page("/", expect_errors=True)
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "a.jpg")
    expect(page.locator("main")).to_contain_text("cannot be read")


def test_without_javascript_the_picture_is_sent_by_the_form(live, folder, open_page):
    page = open_page("/", javascript=False)
    page.get_by_label("Choose a picture").set_input_files(folder / "hats" / "3.jpg")
    page.get_by_role("button", name="Find what looks like it").click()
    expect(page.locator("ol.looks a.tile").first).to_have_attribute("data-item", "3")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_home_is_for_everybody_in_both_schemes(live, open_page, scheme, width):
    page = open_page("/", width=width)
    page.emulate_media(color_scheme=scheme)
    assert in_the_way(page) == []
