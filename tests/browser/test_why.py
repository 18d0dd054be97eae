"""Why two products look alike, as a visitor comes to it."""

import pytest

from tests.browser.accessibility import in_the_way
from tests.browser.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False])
def test_one_asks_why_and_goes_back(live, open_page, javascript):
    page = open_page("/products/0/", javascript=javascript)
    page.locator("ol.looks li").first.hover()
    page.get_by_role("link", name="Why?").first.click()
    page.wait_for_url("**/why/0/?like=*")
    page.locator(".sides img").nth(1).wait_for()
    page.get_by_role("link", name="Back to the look-alikes").click()
    page.wait_for_url("**/products/0/")


@pytest.mark.parametrize("width", [390, 820, 1440, 1920])
def test_the_page_fits_and_is_for_everybody(live, open_page, width):
    page = open_page("/why/0/?like=3", width=width)
    assert until(page, "[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert in_the_way(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
