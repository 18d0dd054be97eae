"""Switching languages, and pages that hold the longer and the denser words."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False])
def test_one_switches_the_language_and_stays_where_one_is(live, open_page, javascript):
    page = open_page("/browse/?category=hats", javascript=javascript)
    page.get_by_role("button", name="日本語").click()
    page.locator("html[lang=ja]").wait_for(state="attached")
    expect(page).to_have_url(re.compile(r"/browse/\?category=hats$"))
    page.locator("#grid a.tile").first.click()
    page.get_by_role("heading", name="似ている商品").wait_for()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Looks similar").wait_for()


@pytest.mark.parametrize("language", ["ru", "ja"])
@pytest.mark.parametrize("width", [390, 820])
def test_no_page_scrolls_sideways_in_any_language(live, open_page, width, language):
    page = open_page("/products/0/?tune=on&trail=1", width=width)
    site = page.url.split("/products/")[0]
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    for path in ("/products/0/?tune=on&trail=1", "/browse/", "/picture/", "/why/0/?like=1"):
        page.goto(site + path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
