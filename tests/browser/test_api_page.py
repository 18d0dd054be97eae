"""The page that shows the API and lets one try it, under the same policy as all pages."""

import pytest
from playwright.sync_api import expect

from web.api.models import ApiKey

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_page_lets_one_try_the_api_and_the_console_stays_empty(live, open_page):
    page = open_page("/api/v1/docs/")
    page.get_by_text("The look-alikes of a product", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_placeholder("item_id").fill("0")
    page.get_by_role("button", name="Execute").click()
    answered = page.locator(".live-responses-table")
    expect(answered.locator(".response-col_status").nth(1)).to_contain_text("200")
    expect(answered).to_contain_text('"item_id"')


def test_a_key_that_is_given_to_authorize_goes_along(live, open_page, settings):
    settings.API_KEYS_REQUIRED = True
    page = open_page("/api/v1/docs/")
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").fill(ApiKey.make("shop"))
    page.locator(".auth-btn-wrapper").get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").click()
    page.get_by_text("The index", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    answered = page.locator(".live-responses-table .response-col_status")
    expect(answered.nth(1)).to_contain_text("200")
