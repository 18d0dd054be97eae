"""The shelf in a real browser: it remembers what its visitor kept, and works without scripts."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def items(page):
    return page.locator("main a.tile").evaluate_all("all => all.map(it => it.dataset.item)")


def put(page, address):
    page.goto(address)
    page.get_by_role("link", name="Put on your shelf").click()
    page.wait_for_url("**/shelf/?**")


def test_what_is_put_there_comes_together_and_is_remembered(live, live_server, open_page):
    page = open_page("/products/1/")
    put(page, live_server.url + "/products/1/")
    put(page, live_server.url + "/products/2/?disliked=3")
    assert items(page) == ["1", "2", "3"]
    page.get_by_role("link", name="Remove 1").click()
    page.wait_for_url("**/shelf/?liked=2&disliked=3")
    page.goto(live_server.url + "/shelf/", wait_until="commit")  # it leads on at once
    page.wait_for_url("**/shelf/?liked=2&disliked=3")
    assert items(page) == ["2", "3"]
    page.get_by_role("link", name="More like these").click()
    page.wait_for_url("**/products/2/?disliked=3")


def test_a_shelf_that_is_shared_changes_nothing_until_it_is_kept(live, live_server, open_page):
    page = open_page("/products/1/")
    put(page, live_server.url + "/products/1/")
    shared = live_server.url + "/shelf/?liked=4&liked=5"
    page.goto(shared)
    expect(page.get_by_text("This is not the shelf that you kept here.")).to_be_visible()
    page.get_by_role("link", name="Go to yours").click()
    page.wait_for_url("**/shelf/?liked=1")
    page.goto(shared)
    page.get_by_role("link", name="Keep this one instead").click()
    expect(page.get_by_text("This is not the shelf that you kept here.")).to_be_hidden()
    asked = []
    page.on("request", lambda it: asked.append(it.url) if it.is_navigation_request() else None)
    page.goto(live_server.url + "/shelf/", wait_until="commit")  # it leads on at once
    page.wait_for_url("**/shelf/?liked=4&liked=5")
    assert asked == [live_server.url + "/shelf/", shared]  # and once


def test_its_link_is_copied(live, live_server, open_page):
    page = open_page("/shelf/?liked=1")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == live_server.url + "/shelf/?liked=1"


def test_without_scripts_the_address_does_all(live, live_server, open_page):
    page = open_page("/products/2/?disliked=3", javascript=False)
    page.get_by_role("link", name="Put on your shelf").click()
    address = live_server.url + "/shelf/?liked=2"
    expect(page).to_have_url(f"{address}&disliked=3")
    expect(page.get_by_role("button", name="Share")).to_be_hidden()
    expect(page.get_by_label("The link to this shelf")).to_have_value(f"{address}&disliked=3")
    page.get_by_role("link", name="Remove 3").click()
    expect(page).to_have_url(address)
