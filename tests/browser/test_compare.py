"""Two networks side by side, for learners."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import in_the_way
from tests.web.pages.test_compare import two  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False])
def test_one_comes_from_a_product_and_chooses_a_metric(two, open_page, javascript):  # noqa: F811
    page = open_page("/products/3/", javascript=javascript)
    page.get_by_text("How it was measured").click()
    page.locator(".measured").get_by_role("link", name="Compare two networks").click()
    page.locator("ol.column").nth(1).wait_for()
    page.get_by_label("Measured by").select_option("manhattan")
    if not javascript:
        page.get_by_role("button", name="Show").click()
    page.wait_for_url("**metric=manhattan**")
    page.locator("ol.column").nth(1).wait_for()
    expect(page.get_by_label("Measured by")).to_have_value("manhattan")


@pytest.mark.parametrize("width", [390, 820, 1440, 1920])
def test_the_columns_fit_and_are_for_everybody(two, open_page, width):  # noqa: F811
    page = open_page("/compare/3/", width=width)
    assert in_the_way(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    tops = page.locator("ol.column").evaluate_all(
        "all => all.map(one => Math.round(one.offsetTop))"
    )
    assert tops[0] == tops[1], "side by side"
