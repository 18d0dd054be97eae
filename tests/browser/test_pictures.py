"""The pictures of a product on its page: each can be seen whole, in the place of the first one."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from tests.browser.accessibility import in_the_way
from tests.recommender.building.test_further import give

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CUT = """one => {
  const {width, height} = one.getBoundingClientRect();
  return getComputedStyle(one).objectFit === "cover"
    && Math.abs(width / height - one.naturalWidth / one.naturalHeight) > 0.01;
}"""


def phone(open_page, path="/products/0/", **options):
    page = open_page(path, width=390, **options)
    page.set_viewport_size({"width": 390, "height": 844})
    return page


@pytest.mark.parametrize("trail", ["", "?trail=1"])
def test_on_a_phone_a_tap_shows_the_picture_whole_and_the_next_as_before(live, open_page, trail):
    page = phone(open_page, f"/products/0/{trail}")
    subject, whole = page.locator(".subject"), page.get_by_role("link", name="The whole picture")
    before = subject.bounding_box()["height"]
    whole.click(position={"x": 150, "y": 60})
    expect(whole).to_have_attribute("aria-expanded", "true")
    box = subject.bounding_box()
    assert box["width"] >= 390 - 1
    assert not subject.evaluate(CUT)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert in_the_way(page) == []
    whole.focus()
    page.keyboard.press("Enter")
    expect(whole).to_have_attribute("aria-expanded", "false")
    assert subject.bounding_box()["height"] == pytest.approx(before, abs=1)
    expect(page).to_have_url(re.compile(r"/products/0/"))


def test_where_there_is_room_the_picture_is_never_cut(live, open_page):
    page = open_page("/products/0/")
    assert not page.locator(".subject").evaluate(CUT)
    expect(page.get_by_role("link", name="The whole picture")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_further_picture_takes_the_place_of_the_first_which_comes_back(live, open_page, width):
    give("0", "red", "navy")
    page = open_page("/products/0/", width=width)
    subject, links = page.locator(".subject"), page.locator(".further a")
    first = subject.get_attribute("src")
    expect(links).to_have_count(3)
    expect(links.first).to_have_attribute("aria-current", "true")
    links.nth(2).click()
    expect(subject).to_have_attribute(
        "src", re.compile(re.escape(links.nth(2).get_attribute("href")))
    )
    expect(page.locator(".further [aria-current]")).to_have_attribute("aria-label", "Picture 3")
    expect(page).to_have_url(re.compile(r"/products/0/$"))
    assert in_the_way(page) == []
    links.nth(1).focus()
    page.keyboard.press("Enter")
    expect(subject).to_have_attribute(
        "src", re.compile(re.escape(links.nth(1).get_attribute("href")))
    )
    expect(links.nth(1)).to_be_focused()
    links.first.click()
    expect(subject).to_have_attribute("src", re.compile(re.escape(first) + "$"))


def test_without_javascript_they_are_links_to_the_pictures(live, open_page):
    give("0", "red")
    page = phone(open_page, javascript=False)
    whole = page.get_by_role("link", name="The whole picture")
    assert whole.get_attribute("href") == Product.objects.get(item_id="0").picture_url
    page.get_by_role("link", name="Picture 2").click()
    page.wait_for_url("**/more/**")
