import re

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from tests.browser.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


WIDTHS = (320, 390, 820, 1280, 1600)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_click_on_a_neighbour_pivots_and_back_comes_back(live, open_page, javascript):
    page = open_page("/products/0/", javascript=javascript)
    page.get_by_text("How it was measured").click()
    expect(page.locator("ol.row")).to_have_count(3)
    expect(page.locator("ol.row").first.locator("a.tile")).to_have_count(5)
    first = page.locator("ol.row[data-metric=cosine] a.tile").first
    target = first.get_attribute("href")
    first.click()
    page.wait_for_url(f"**{target}")
    page.locator(f".item-id:has-text('{target.split('/')[2]}')").wait_for()
    page.go_back()
    page.wait_for_url("**/products/0/")
    page.locator(".item-id:has-text('No. 0')").wait_for()


@pytest.mark.parametrize("style", ["", "color: red"])
def test_back_brings_no_styles_that_the_page_s_policy_would_refuse(live, open_page, style):
    """As extensions and measuring scripts leave them behind."""
    page = open_page("/products/0/")
    page.evaluate(
        "style => { for (const one of document.querySelectorAll('main, .query, .tile'))"
        " { one.style.color = 'red'; one.style.cssText = style; } }",
        style,
    )
    page.locator("#found .grid a.tile").first.click()
    page.wait_for_url("**/products/*/?trail=0")
    page.go_back()
    page.locator(".item-id:has-text('No. 0')").wait_for()
    expect(page.locator("main [style]")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/products/0/", "/browse/", "/products/nobody/"])
def test_no_page_scrolls_sideways(live, open_page, width, path):
    page = open_page(path, width=width, expect_errors="nobody" in path)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_what_a_shop_writes_without_a_space_widens_no_page(live, open_page, width):
    Product.objects.update(title="W" * 500, category="W" * 200, price="123456789012.34")
    Product.objects.filter(item_id="0").update(item_id="W" * 300, currency="WWW", in_stock=False)
    for path in ("/products/1/", f"/products/{'W' * 300}/", "/browse/", f"/browse/?q={'W' * 200}"):
        page = open_page(path, width=width, expect_errors=True)  # the renamed one's picture
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        tall = page.evaluate("document.querySelector('.query h1')?.offsetHeight ?? 0")
        assert tall < 450, "the title leaves room for the pictures"


@pytest.mark.slow
def test_pictures_have_their_room_before_they_load(live, open_page):
    page = open_page("/products/0/")
    assert page.evaluate("[...document.images].every(i => i.width && i.getAttribute('height'))")
    seen = "[...document.images].filter(i => i.checkVisibility())"  # none of the folded rows
    assert until(page, f"{seen}.length > 5 && {seen}.every(i => i.complete && i.naturalWidth > 0)")


@pytest.mark.slow
def test_another_random_one_leads_on(live, open_page):
    page = open_page("/products/0/")
    for _ in range(20):  # it may be the same once more
        with page.expect_response(lambda response: "/products/" in response.url) as came:
            page.get_by_text("Another random product").click()
        expect(page).to_have_url(came.value.url)
        if not came.value.url.endswith("/products/0/"):
            break
    assert re.search(r"/products/[1-5]/$", came.value.url)
    page.reload()
    expect(page).to_have_url(came.value.url)


@pytest.mark.slow
def test_what_is_searched_for_goes_on_when_the_grid_is_narrowed(live, open_page):
    Product.objects.filter(item_id="3").update(title="Blue striped tee")
    page = open_page("/browse/")
    expect(page.locator("#grid a.tile")).to_have_count(6)
    page.get_by_label("Search products").fill("striped")
    page.get_by_label("Search products").press("Enter")
    expect(page.locator("#grid .tile-title")).to_have_text(["Blue striped tee"])
    page.get_by_role("radio", name="hats").check()
    page.wait_for_url("**category=hats**")
    expect(page).to_have_url(re.compile("q=striped"))
    expect(page.locator("#grid .tile-title")).to_have_text(["Blue striped tee"])


@pytest.mark.slow
def test_browsing_works_without_javascript(live, open_page):
    page = open_page("/browse/", javascript=False)
    page.get_by_role("radio", name="hats").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#grid a.tile")).to_have_count(3)
    page.locator("#grid a.tile").first.click()
    expect(page.locator("ol.looks a.tile")).to_have_count(5)


@pytest.mark.slow
def test_the_keyboard_reaches_the_first_neighbour(live, open_page):
    page = open_page("/products/0/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "tile":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/products/0/"))


@pytest.mark.slow
def test_narrowing_down_keeps_to_what_is_asked_and_goes_on_with_the_visitor(live, open_page):
    page = open_page("/products/1/")
    page.get_by_label("Only hats").check()
    page.wait_for_url("**category=hats**")
    expect(page.locator("ol.looks a.tile")).to_have_count(2)
    page.locator("ol.looks a.tile").first.click()
    page.wait_for_url(re.compile(r"/products/[35]/\?category=hats&trail=1$"))
    page.get_by_role("link", name="Show all").click()
    page.wait_for_url(lambda url: "category" not in url)
    expect(page.locator("ol.looks a.tile")).to_have_count(5)
