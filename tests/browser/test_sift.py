"""What narrows an answer at once: two chips and a slider above it, in place and without a reload."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from tests.browser.accessibility import in_the_way
from tests.browser.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Milliseconds from a click on the chip to its answer in the page.
TAKES = """() => new Promise(done => {
  const began = performance.now();
  const seen = new MutationObserver(() => done(performance.now() - began));
  seen.observe(document.querySelector("#answer").parentElement, {childList: true});
  document.querySelector(".sift [name=category]").click();
})"""
MARK = "document.body.dataset.same = 'yes'"


@pytest.fixture
def prices(photos):
    """The photos, each with a price: its place in the order of ids."""
    for place, product in enumerate(Product.objects.order_by("item_id")):
        Product.objects.filter(pk=product.pk).update(price=place + 1)
    return Product.objects.order_by("item_id")


def tiles(page):
    return page.locator("ol.looks a.tile")


def categories(page) -> set[str]:
    items = tiles(page).evaluate_all("all => all.map(one => one.dataset.item)")
    return set(Product.objects.filter(item_id__in=items).values_list("category", flat=True))


@pytest.mark.parametrize("width", [390, 1280])
def test_a_chip_keeps_to_the_category_in_place_and_goes_back(photos, open_page, width):
    product = Product.objects.order_by("item_id")[0]
    page = open_page(product.get_absolute_url(), width=width)
    page.evaluate(MARK)
    before = tiles(page).count()
    chip = page.get_by_label(f"Only {product.category}")
    chip.click()
    page.wait_for_url("**category=**")
    assert until(page, f"document.querySelectorAll('ol.looks a.tile').length < {before}")
    assert categories(page) == {product.category}
    assert "category=" in tiles(page).first.get_attribute("href")
    expect(chip).to_be_focused()
    chip.click()
    page.wait_for_url(lambda url: "category" not in url)
    expect(tiles(page)).to_have_count(before)
    assert page.evaluate("document.body.dataset.same") == "yes", "the page itself has stayed"


def test_cheaper_shows_what_costs_less_and_only_where_there_is_a_price(prices, open_page):
    page = open_page(prices[20].get_absolute_url())
    page.get_by_label("Cheaper").check()
    page.wait_for_url("**cheaper=on**")
    expect(tiles(page)).to_have_count(20)
    page.get_by_role("link", name="Show all").click()
    page.wait_for_url(lambda url: "cheaper" not in url)
    expect(page.get_by_label("Cheaper")).not_to_be_checked()
    page = open_page(prices[0].get_absolute_url() + "?cheaper=on")
    expect(page.locator("#answer")).to_contain_text("Nothing matches these filters")
    Product.objects.filter(pk=prices[0].pk).update(price=None)
    expect(open_page(prices[0].get_absolute_url()).get_by_label("Cheaper")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_slider_is_live_by_mouse_and_by_keyboard(photos, open_page, width):
    page = open_page(Product.objects.order_by("item_id")[3].get_absolute_url(), width=width)
    page.evaluate(MARK)
    slider = page.locator(".sift [name=colour]")
    slider.scroll_into_view_if_needed()  # on a phone it stands in a row that scrolls
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=5)
    page.wait_for_url("**colour=0.**")  # before it is let go
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=5)
    page.mouse.up()
    page.wait_for_url("**colour=1**")
    assert "colour=1" in tiles(page).first.get_attribute("href")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**colour=0.9**")
    page.keyboard.press("Home")
    page.wait_for_url(lambda url: "colour" not in url)
    assert page.evaluate("document.body.dataset.same") == "yes"


def test_what_is_kept_comes_within_a_tenth_of_a_second(photos, open_page):
    page = open_page(Product.objects.order_by("item_id")[0].get_absolute_url())
    for _ in range(2):  # on, and off again: both answers are kept then
        page.evaluate(TAKES)
        page.wait_for_timeout(300)
    times = []
    for _ in range(9):
        times.append(page.evaluate(TAKES))
        page.wait_for_timeout(100)
    assert sorted(times)[4] < 100, times


def test_back_from_a_product_shows_the_answer_and_the_controls_as_they_were(photos, open_page):
    product = Product.objects.order_by("item_id")[0]
    page = open_page(product.get_absolute_url())
    page.get_by_label(f"Only {product.category}").check()
    page.wait_for_url("**category=**")
    narrowed = page.url
    number = tiles(page).count()
    tiles(page).first.click()
    page.wait_for_url("**trail=**")
    page.go_back()
    page.wait_for_url(narrowed)
    expect(page.get_by_label(f"Only {product.category}")).to_be_checked()
    expect(tiles(page)).to_have_count(number)


def test_chips_and_fields_go_together(prices, open_page):
    page = open_page(prices[20].get_absolute_url())
    page.get_by_label("Cheaper").check()
    page.wait_for_url("**cheaper=on**")
    page.get_by_text("Narrow down").click()
    page.get_by_label("Price from").fill("10")
    page.get_by_label("Price from").press("Enter")
    page.wait_for_url("**price_from=10**")
    expect(tiles(page)).to_have_count(11)
    expect(page).to_have_url(re.compile("cheaper=on"))


def test_without_javascript_it_is_a_form(prices, open_page):
    page = open_page(prices[20].get_absolute_url() + "?metric=euclidean", javascript=False)
    page.get_by_label("Cheaper").check()
    page.get_by_label(re.compile("colour")).first.fill("0.5")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**cheaper=on**")
    expect(page).to_have_url(re.compile("colour=0.5"))
    expect(page).to_have_url(re.compile("metric=euclidean"))
    expect(page.get_by_label("Cheaper")).to_be_checked()
    expect(tiles(page)).to_have_count(20)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_for_everybody_in_both_schemes_and_fits(prices, open_page, scheme, width):
    page = open_page(prices[20].get_absolute_url() + "?cheaper=on&price_from=2", width=width)
    page.emulate_media(color_scheme=scheme)
    assert in_the_way(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if width == 390:
        assert all(one.bounding_box()["height"] >= 44 for one in page.locator(".sift .chip").all())
