"""What /browse/ is narrowed by: chips with counts, prices, and on a phone a sheet from below."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from tests.browser.accessibility import in_the_way
from tests.browser.waiting import until
from tests.recommender.building.test_further import give

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(live):
    """Six products: three hats, four red ones, three black, prices from 5 to 30, one sold out."""
    for number in range(6):
        colours = " red black " if number == 0 else " red " if number < 4 else " black "
        Product.objects.filter(item_id=str(number)).update(
            price=5 + 5 * number, colour_names=colours, in_stock=number != 3
        )


def phone(open_page, path="/browse/", **options):
    page = open_page(path, width=390, **options)
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def count(page, name):
    """What a chip counts."""
    return page.locator(f".chip:has([value='{name}']) small, .chip:has([name='{name}']) small")


def test_on_a_phone_the_first_product_begins_near_the_top(shop, open_page):
    for path in ("/browse/", "/browse/?category=hats", "/browse/?in_colour=red"):
        page = phone(open_page, path)
        assert page.locator("#grid a.tile").first.bounding_box()["y"] <= 200, path


def test_on_a_phone_a_look_alike_is_seen_at_once(shop, open_page):
    Product.objects.filter(item_id="0").update(product_url="https://shop.example/0")
    page = phone(open_page, "/products/0/")
    tile = page.locator("ol.looks .shot").first.bounding_box()
    assert tile["y"] + 200 <= 844, "and not only its edge"
    picture = page.locator(".subject").bounding_box()
    assert picture["width"] >= 390 - 2 * 16 - 1


def test_each_chip_counts_what_it_would_leave_and_counts_follow(shop, open_page):
    page = open_page("/browse/")
    expect(count(page, "hats")).to_have_text("3")
    expect(count(page, "red")).to_have_text("4")
    expect(count(page, "in_stock")).to_have_text("5")
    page.get_by_role("radio", name="black").check()
    page.wait_for_url("**in_colour=black**")
    expect(count(page, "hats")).to_have_text("1")
    expect(count(page, "red")).to_have_text("4")
    expect(count(page, "in_stock")).to_have_text("3")
    page.get_by_role("radio", name="hats").check()
    expect(page.locator("#grid a.tile")).to_have_count(1)
    expect(count(page, "red")).to_have_text("2")


def test_what_was_chosen_is_still_chosen_when_one_comes_back(shop, open_page):
    page = open_page("/browse/")
    page.get_by_role("radio", name="hats").check()
    page.wait_for_url("**category=hats**")
    page.get_by_role("checkbox", name="In stock").check()
    page.wait_for_url("**in_stock=on**")
    expect(page.locator("#grid a.tile")).to_have_count(2)
    page.locator("#grid a.tile").first.click()
    page.locator("ol.looks").wait_for()
    page.go_back()
    expect(page.locator("#grid a.tile")).to_have_count(2)
    expect(page.get_by_role("radio", name="hats")).to_be_checked()
    expect(page.get_by_role("checkbox", name="In stock")).to_be_checked()


def says(page, address, *chosen, products, active=""):
    """Address, controls, counts and grid agree; nothing is dimmed as if it were waited for."""
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    expect(page.locator("#grid a.tile")).to_have_count(products)
    expect(page.locator("#grid .count")).to_contain_text(f"{products} product")
    expect(page.locator("#active")).to_have_text(active)
    checked = page.locator(".browse :checked").evaluate_all(
        "all => all.map(one => one.value).filter(Boolean)"
    )
    assert checked == list(chosen)
    expect(page.locator("#grid")).to_have_css("opacity", "1")
    expect(page.locator("[aria-busy=true], .htmx-request")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_back_and_forward_say_what_the_address_says(shop, open_page, width):
    page = open_page("/browse/", width=width)

    def choose(value, address):
        page.locator(f".chip [value='{value}'], option[value='{value}']").first.evaluate(
            "one => { one.matches('option') ? one.parentElement.value = one.value : one.checked = true;"
            " one.dispatchEvent(new Event('change', {bubbles: true})) }"
        )
        page.wait_for_url("**" + address)

    steps = [
        ("/browse/", [], 6, ""),
        ("/browse/?in_colour=red", ["red"], 4, "1"),
        ("/browse/?category=hats&in_colour=red", ["hats", "red"], 2, "1"),
        ("/browse/?category=hats&in_colour=red&order=price", ["hats", "red", "price"], 2, "1"),
    ]

    def stands_at(place):
        address, chosen, products, active = steps[place]
        says(page, address, *chosen, products=products, active=active)

    for value, (address, *_) in zip(["red", "hats", "price"], steps[1:], strict=True):
        choose(value, address)
    stands_at(3)
    page.locator("#grid a.tile").first.click()
    page.locator("ol.looks").wait_for()
    for place in (3, 2, 1, 0):
        page.go_back()
        stands_at(place)
    for place in (1, 2):
        page.go_forward()
        stands_at(place)
    expect(count(page, "shirts")).to_have_text("2")
    page.locator("[name=in_stock]").evaluate("one => one.click()")
    page.wait_for_url("**/browse/?category=hats&in_colour=red&in_stock=on")


def test_back_leads_to_where_one_was_in_the_grid(shop, open_page):
    page = open_page("/browse/?in_colour=red", width=390)
    page.set_viewport_size({"width": 390, "height": 300})
    page.evaluate("scrollTo(0, 250)")
    page.get_by_role("radio", name="hats").evaluate("one => one.click()")
    page.wait_for_url("**category=hats**")
    expect(page.locator("#grid a.tile")).to_have_count(2)
    page.evaluate("scrollTo(0, 0)")
    page.go_back()
    says(page, "/browse/?in_colour=red", "red", products=4, active="1")
    assert until(page, "Math.abs(scrollY - 250) < 2")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_sheet_opens_and_closes_by_keyboard_and_gives_the_focus_back(
    shop, open_page, javascript
):
    page = phone(open_page, javascript=javascript)
    opener, sheet = page.get_by_role("button", name="Filters"), page.locator(".sheet")
    expect(sheet).to_be_hidden()
    opener.focus()
    page.keyboard.press("Enter")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(844, abs=1), "it comes from below"
    page.keyboard.press("Tab")
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_sheets_button_counts_the_filters_that_are_set(shop, open_page, javascript):
    page = phone(
        open_page, "/browse/?category=hats&price_from=1&price_to=99", javascript=javascript
    )
    opener = page.get_by_role("button", name="Filters")
    expect(opener).to_have_text("Filters1")
    opener.click()
    page.get_by_role("radio", name="red").check()
    page.get_by_role("checkbox", name="In stock").check()
    page.locator(".sheet").get_by_role("button", name="Show").click()
    expect(page.locator(".sheet")).to_be_hidden()
    page.wait_for_url(re.compile("in_colour=red"))
    expect(opener).to_have_text("Filters3")
    expect(page.locator("#grid a.tile")).to_have_count(1)
    opener.click()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#grid a.tile")).to_have_count(6)
    expect(opener).to_have_text("Filters")


@pytest.mark.parametrize("trail", ["", "?trail=1&trail=2"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_so_it_is_with_further_pictures_a_slider_and_a_trail(shop, open_page, trail, scheme):
    Product.objects.filter(item_id="0").update(product_url="https://shop.example/0")
    give("0", "red", "navy", "green")
    page = phone(open_page, f"/products/0/{trail}")
    page.emulate_media(color_scheme=scheme)
    assert page.locator("ol.looks .shot").first.bounding_box()["y"] + 200 <= 844
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for picture in page.locator(".further a").all():
        box = picture.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert box["y"] + box["height"] <= page.locator("h1").bounding_box()["y"]
    assert in_the_way(page) == []
    page.get_by_text("Narrow down").click()
    expect(page.get_by_label("Price from")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_below_the_histogram_stand_the_lowest_and_the_highest_price(shop, open_page):
    page = open_page("/browse/?category=hats", width=1280)
    page.get_by_role("button", name="Price").click()
    bars = page.locator(".prices a")
    ends = page.locator(".scale span").all_inner_texts()
    assert ends == [bars.first.get_attribute("data-from"), bars.last.get_attribute("data-to")]
    expect(page.get_by_text("Looks like", exact=False)).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_bar_of_the_histogram_sets_both_prices(shop, open_page, javascript, width):
    page = open_page("/browse/?category=hats", width=width, javascript=javascript)
    page.get_by_role("button", name="Filters" if width == 390 else "Price").click()
    bars = page.locator(".prices a")
    expect(bars).to_have_count(6)
    bars.filter(has=page.locator("rect:not([height='0'])")).first.click()
    page.wait_for_url("**price_from=**")
    expect(page).to_have_url(re.compile("category=hats"))
    expect(page.locator("#grid a.tile")).to_have_count(1)
    expect(page.locator(".prices .asked")).to_have_count(1)
    expect(page.locator("[name=price_from]")).to_have_value("10")


def test_the_prices_stand_below_their_button_and_escape_leads_back(shop, open_page):
    page = open_page("/browse/")
    opener, panel = page.get_by_role("button", name="Price"), page.locator(".price-panel")
    expect(panel).to_be_hidden()
    opener.click()
    expect(panel).to_be_visible()
    above, below = opener.bounding_box(), panel.bounding_box()
    assert 0 <= below["y"] - above["y"] - above["height"] <= 16
    assert below["x"] <= above["x"] + above["width"]
    page.locator("[name=price_to]").focus()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("path", ["/browse/", "/products/0/?trail=1"])
def test_what_a_finger_has_to_meet_is_large_enough(shop, open_page, path):
    page = phone(open_page, path)
    if path == "/browse/":
        page.get_by_role("button", name="Filters").click()
    small = (
        page.locator(
            "main :is(button:not(.deed), select, summary, .chip, .button, .trail a, .pages a, input:not(.chip *),"
            " .facts a, .more a, .sheet a):not(.prices a)"
        )
        .filter(visible=True)
        .evaluate_all(
            "all => all.filter(one => Math.min(one.offsetHeight, one.offsetWidth) < 44)"
            ".map(one => one.outerHTML.slice(0, 80))"
        )
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_swatch_stands_out_and_no_word_lies_over_one(shop, open_page, scheme, width):
    page = open_page("/browse/", width=width)
    page.emulate_media(color_scheme=scheme)
    if width == 390:
        page.get_by_role("button", name="Filters").click()
    swatches = page.locator(".swatch")
    expect(swatches).to_have_count(3)
    assert page.locator(".swatch.black").evaluate("""one => {
      const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
      const light = (colour) => channels(colour).map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
      const chip = light(getComputedStyle(one.closest(".chip")).backgroundColor);
      const rings = getComputedStyle(one).boxShadow.match(/rgb[^)]*\\)/g).map(light);
      const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return Math.max(...rings.map((ring) => contrast(ring, chip)));
    }""") >= 3, "1.4.11 of WCAG 2.2"  # fmt: skip
    overlaps = page.locator(".colours .chip").evaluate_all("""all => all.filter(chip => {
      const swatch = chip.querySelector(".swatch").getBoundingClientRect();
      return [...chip.querySelectorAll("small, .swatch-word")].some(word => {
        const box = word.getBoundingClientRect();
        return box.width > 1 && box.left < swatch.right && box.right > swatch.left;
      });
    }).length""")
    assert overlaps == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "opener"), [(390, "Filters"), (1280, "Price")])
def test_filters_are_for_everybody_in_both_schemes(shop, open_page, scheme, width, opener):
    page = open_page("/browse/?in_colour=red&price_from=5&price_to=9.99", width=width)
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("button", name=opener).click()
    assert in_the_way(page) == []


def test_on_a_phone_many_categories_are_one_row_that_scrolls(shop, open_page):
    for number in range(6):
        Product.objects.filter(item_id=str(number)).update(category=f"A long category {number}")
    page = phone(open_page)
    row = page.locator(".categories")
    assert row.bounding_box()["height"] <= 60
    assert row.evaluate("row => row.scrollWidth > row.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("radio", name="category 5").check()
    page.wait_for_url("**category=A*5")
    assert until(page, "document.querySelector('.categories').scrollLeft > 0"), "it stays there"


def test_further_categories_wait_behind_a_button(shop, open_page, monkeypatch):
    monkeypatch.setattr("web.pages.browse.AT_ONCE", 1)
    page = open_page("/browse/")
    expect(page.get_by_role("radio", name="shirts")).to_be_hidden()
    page.locator("summary.chip").click()
    page.get_by_role("radio", name="shirts").check()
    page.wait_for_url("**category=shirts")
    page = open_page("/browse/?category=shirts")
    expect(page.get_by_role("radio", name="shirts")).to_be_visible()


def test_on_a_phone_the_trail_scrolls_sideways(shop, open_page):
    page = phone(open_page, "/products/0/?" + "&".join(f"trail={n}" for n in range(1, 6)))
    trail = page.locator(".trail ol")
    assert trail.evaluate("one => getComputedStyle(one).overflowX") == "auto"
    tops = page.locator(".trail li").evaluate_all(
        "all => new Set(all.map(one => Math.round(one.getBoundingClientRect().top))).size"
    )
    assert tops == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_phone_the_sheet_says_why_the_grid_was_refused(shop, open_page):
    page = phone(open_page, expect_errors=True)
    page.get_by_role("button", name="Filters").click()
    said = page.locator(".sheet-refused")
    expect(said).to_be_hidden()
    page.get_by_label("Price to").fill("1oo")
    page.get_by_label("Price to").blur()
    expect(said).to_have_text("Price to: Enter a number.")
    expect(said).to_be_in_viewport(ratio=1)
    assert in_the_way(page) == []
    page.get_by_label("Price to").fill("10")
    page.get_by_label("Price to").blur()
    expect(said).to_be_hidden()


def test_a_title_begins_where_its_price_does_whatever_its_letters(shop, open_page):
    Product.objects.filter(item_id="0").update(title="\u0642\u0645\u064a\u0635")
    card = phone(open_page).locator("#grid a.tile[data-item='0']")
    expect(card.locator(".tile-title")).to_have_css("text-align", "left")
    expect(card.locator(".tile-title")).to_have_css("direction", "rtl")


def test_enter_in_a_price_is_one_step_back(shop, open_page):
    page = open_page("/browse/")
    before = page.evaluate("history.length")
    page.get_by_role("button", name="Price").click()
    with page.expect_response("**price_from=25**"), page.expect_response("**price_from=25**"):
        page.get_by_label("Price from").fill("25")
        page.get_by_label("Price from").press("Enter")
    says(page, "/browse/?price_from=25", products=2, active="1")
    assert page.evaluate("history.length") == before + 1
