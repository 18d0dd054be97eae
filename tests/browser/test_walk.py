"""The way walked as small pictures, and what is liked and disliked."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def walked(page, steps):
    images = page.locator(".trail img")
    expect(images).to_have_count(steps)
    return images.evaluate_all("all => all.map(image => image.alt)")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_way_is_shown_and_can_be_clicked_back(live, open_page, javascript):
    page = open_page("/products/0/", javascript=javascript)
    expect(page.locator(".trail")).to_have_count(0)
    names = ["0"]
    for _ in range(3):
        tile = page.locator("ol.looks a.tile").first
        names.append(tile.get_attribute("data-item"))
        tile.click()
        page.wait_for_url(f"**/products/{names[-1]}/?**")
        page.locator(f".item-id:has-text('No. {names[-1]}')").wait_for()
        names = names[: names.index(names[-1]) + 1]  # it may have come back to a step
        way = names if len(names) > 1 else []
        assert walked(page, len(way)) == way
    if len(names) > 1:
        page.locator(".trail a").first.click()
        page.wait_for_url("**/products/0/")
        page.go_back()
        page.wait_for_url("**trail=0**")
        page.locator(".trail li").nth(1).wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_one_likes_and_dislikes_out_of_the_way_until_wanted(live, open_page, javascript):
    page = open_page("/products/0/?k=2", javascript=javascript)
    deeds = page.locator("ol.looks .deeds").first
    expect(deeds).to_have_css("opacity", "0")
    liked = page.locator("ol.looks a.tile").first.get_attribute("data-item")
    page.locator("ol.looks li").first.hover()
    expect(deeds).to_have_css("opacity", "1")
    page.get_by_role("button", name="More like this").first.click()
    page.wait_for_url(f"**liked={liked}**")
    page.locator(".named").wait_for()
    page.get_by_role("button", name="Less like this").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**disliked=**")
    page.locator(".named li").nth(1).wait_for()
    page.locator(".named a").first.click()
    page.wait_for_url(lambda url: f"liked={liked}" not in url.replace("disliked", ""))


@pytest.mark.parametrize("width", [390, 1440])
def test_a_long_way_does_not_widen_the_page(live, open_page, width):
    page = open_page("/products/5/?trail=0&trail=1&trail=2&trail=3&trail=4&liked=1", width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
