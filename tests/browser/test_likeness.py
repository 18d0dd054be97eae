"""The similarity page: what looks similar, how it was measured, and the grid's order."""

import gzip

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from tests.browser.accessibility import in_the_way

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDTHS = (390, 820, 1440, 1920)


@pytest.mark.parametrize("javascript", [True, False])
def test_what_looks_similar_leads_with_price_and_stock(live, open_page, javascript):
    Product.objects.update(price="19.90", currency="EUR")
    Product.objects.filter(item_id="1").update(in_stock=False)
    page = open_page("/products/0/", javascript=javascript)
    tiles = page.locator("ol.looks a.tile")
    expect(tiles).to_have_count(5)
    expect(tiles.first).to_contain_text("19.90 EUR")
    expect(page.locator("ol.looks .sold-out")).to_have_count(1)
    expect(page.locator("meter")).to_have_count(0)
    expect(page.locator("ol.looks .distance")).to_have_count(0)
    page.get_by_role("link", name="With distances").click()
    page.wait_for_url("**distances=on")
    page.locator("ol.looks .distance").nth(4).wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_metric_that_leads_is_a_switch_in_the_address(live, open_page, javascript):
    page = open_page("/products/0/", javascript=javascript)
    page.get_by_text("How it was measured").click()
    page.get_by_role("link", name="Manhattan").click()
    page.wait_for_url("**metric=manhattan**")
    led = "ol.row[data-metric=manhattan] a >> nth=0"
    expect(page.locator("h4 a[aria-current]")).to_have_text("Manhattan")
    first = page.locator("ol.looks a >> nth=0").get_attribute("href")
    expect(page.locator(led)).to_have_attribute("href", first)


def test_a_neighbour_in_several_rows_is_tied_by_mouse_and_keyboard(live, open_page):
    page = open_page("/products/0/?measured=on")
    page.locator("ol.row a.tile").first.hover()
    tied = page.locator("a.tied")
    tied.nth(1).wait_for()
    items = tied.evaluate_all("all => [...new Set(all.map(tile => tile.dataset.item))]")
    assert len(items) == 1
    page.mouse.move(0, 0)
    expect(tied).to_have_count(0)
    page.locator("ol.looks a").first.focus()
    tied.nth(1).wait_for()


def test_the_shop_comes_first_among_the_buttons(live, open_page):
    Product.objects.filter(item_id="0").update(product_url="https://shop.example/0")
    page = open_page("/products/0/")
    expect(page.locator(".actions a").first).to_have_text("See it in the shop")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/products/0/", "/browse/", "/picture/"])
def test_nothing_serious_stands_in_the_way_of_anybody(live, open_page, width, path):
    assert in_the_way(open_page(path, width=width)) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_header_begins_where_the_content_does(live, open_page, width):
    page = open_page("/products/0/", width=width)
    left = "all => Math.round(all[0].getBoundingClientRect().left)"
    header = page.locator(".wordmark").evaluate_all(left)
    content = page.locator(".looks" if width < 704 else ".query")  # on a phone, that is all wide
    assert abs(header - content.evaluate_all(left)) <= 1


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "path", ["/products/0/?trail=1", "/browse/", "/picture/", "/why/0/?like=3"]
)
def test_nothing_moves_after_the_page_has_loaded(live, open_page, width, path):
    page = open_page(path, width=width)
    shift = page.evaluate(
        "new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const entry of "
        "list.getEntries()) sum += entry.value }).observe({type: 'layout-shift', buffered: true}); "
        "setTimeout(() => done(sum), 500) })"
    )
    assert shift < 0.01


COUNTED = """
  const begin = document.startViewTransition.bind(document);
  window.moves = [];
  document.startViewTransition = (change) => {
    const moving = document.querySelector(".moving");
    window.moves.push([moving?.closest("a").dataset.item, !!document.querySelector(".subject.still")]);
    return begin(change);
  };
  undefined;
"""


def test_the_clicked_picture_moves_into_the_querys_place(live, open_page):
    page = open_page("/products/0/")
    page.evaluate(COUNTED)
    tile = page.locator("ol.looks a.tile").first
    item = tile.get_attribute("data-item")
    tile.click()
    page.wait_for_url(f"**/products/{item}/**")
    page.locator(f".item-id:has-text('No. {item}')").wait_for()
    assert page.evaluate("window.moves") == [[item, True]]
    name = page.locator(".subject").evaluate("one => getComputedStyle(one).viewTransitionName")
    assert name == "subject"


def test_nothing_moves_for_whom_motion_is_too_much(live, open_page):
    page = open_page("/products/0/")
    page.emulate_media(reduced_motion="reduce")
    page.locator("ol.looks a.tile").first.hover()
    moved = page.locator("ol.looks img").first.evaluate(
        "one => getComputedStyle(one).transitionDuration"
    )
    assert moved == "0s"
    animated = page.evaluate(
        "document.startViewTransition(() => { document.querySelector('h1').append('!') })"
        ".ready.then(() => document.getAnimations().length)"
    )
    assert animated == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_the_grid_is_put_in_order_and_narrowed_by_price(live, open_page, javascript):
    for number in range(6):
        Product.objects.filter(item_id=str(number)).update(price=10 * number, title=f"Tee {number}")
    page = open_page("/browse/?sort=-price&price_from=20", javascript=javascript)
    titles = page.locator("#grid .tile-title")
    expect(titles).to_have_text(["Tee 5", "Tee 4", "Tee 3", "Tee 2"])


def test_the_page_is_light(client, live):
    page = client.get("/products/0/").content
    assert len(page) <= 60_000
    assert len(gzip.compress(page)) <= 18_000


def test_print_makes_a_contact_sheet(live, open_page):
    page = open_page("/products/0/?k=50")
    page.emulate_media(media="print")
    left_out = page.locator(".bar, .actions, .sift, .narrow, .more, .more-of, footer")
    expect(left_out.filter(visible=True)).to_have_count(0)
    expect(page.locator("ol.looks a.tile").filter(visible=True)).to_have_count(5)
    tops = page.locator("ol.looks a.tile").evaluate_all(
        "all => new Set(all.map(one => one.getBoundingClientRect().top)).size"
    )
    assert tops == 1, "six in a row"


def test_the_page_tells_others_what_it_shows(live, open_page):
    page = open_page("/products/0/")
    for name in ("og:title", "og:image", "og:url"):
        assert page.locator(f"meta[property='{name}']").get_attribute("content")
    picture = page.locator("meta[property='og:image']").get_attribute("content")
    assert page.request.get(picture).headers["content-type"] == "image/jpeg"


def test_the_keyboard_alone_goes_from_the_grid_to_the_third_product(live, open_page):
    Product.objects.update(colour_names=" blue ")
    page = open_page("/browse/")

    def reach(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached")

    reach("[name=in_colour]")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**in_colour=blue**")
    reach("a.tile")
    page.keyboard.press("Enter")
    page.locator("ol.looks").wait_for()
    reach("a.tile")
    page.keyboard.press("Enter")
    page.locator(".trail").wait_for()
    reach("a.step")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "one sees where one is"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "trail" not in url)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_how_alike_a_product_is_is_told_whole_beside_any_price(photos, open_page, language, width):
    first, *others = Product.objects.order_by("item_id")
    for place, other in enumerate(others):
        price = (12, 1299.95, 129_999.95)[place % 3]
        Product.objects.filter(pk=other.pk).update(price=price, currency="EUR")
    page = open_page(first.get_absolute_url(), width=width)
    if language == "de":
        page.get_by_role("button", name="Deutsch").click()
        page.locator("html[lang=de]").wait_for(state="attached")
    words = page.locator("ol.looks .tile-word")
    expect(words.nth(3)).to_be_visible()
    assert words.evaluate_all("""all => all.filter(one => {
      const card = one.closest("a").getBoundingClientRect(), own = one.getBoundingClientRect();
      return one.scrollWidth > one.clientWidth || own.right > card.right + 1 || own.left < card.left - 1
        || getComputedStyle(one).textOverflow === "ellipsis";
    }).map(one => one.textContent)""") == []  # fmt: skip
    prices = page.locator("ol.looks .tile-price").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    )
    assert prices == 0
    assert page.evaluate("document.documentElement.scrollWidth") == width
