"""Tiles: one picture treatment, cards of one height, and what can be done with them."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from catalog.framing import window
from catalog.models import Product
from catalog.registry import import_folder
from demo.shop.drawing import draw_shirt
from demo.shop.specs import make_specs
from tests.browser.accessibility import in_the_way
from tests.browser.waiting import until
from tests.recommender.evaluation.builds import build
from tests.shirts import outline

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SHIRTS = make_specs(seed=7, count=30)
SIDE = 300
# Where a tile's picture lies in the tile, as shares of the picture: what is seen of it.
SEEN = """all => all.map(image => {
  const {width, height} = image.getBoundingClientRect();
  const {naturalWidth: wide, naturalHeight: high} = image;
  const scale = Math.max(width / wide, height / high);
  const [x, y] = getComputedStyle(image).objectPosition.split(" ").map(part => parseFloat(part) / 100);
  const shown = [width / scale / wide, height / scale / high];
  const begin = [x * (1 - shown[0]), y * (1 - shown[1])];
  return {
    item: image.closest("a").dataset.item,
    fit: getComputedStyle(image).objectFit,
    shape: width / height,
    seen: [begin[0], begin[1], begin[0] + shown[0], begin[1] + shown[1]],
  };
})"""
LOADED = "[...document.querySelectorAll('.tile img')].every(i => i.complete && i.naturalWidth > 0)"


@pytest.fixture
def shirts(db, tmp_path, fake_source):
    """Thirty drawn shirts, indexed with the fake network."""
    for spec in SHIRTS:
        draw_shirt(spec, SIDE).save(tmp_path / f"{spec.item_id}.png")
    list(import_folder(tmp_path))
    return build(fake_source)


def seen(page, selector):
    page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
    assert until(page, LOADED)
    return page.locator(selector).evaluate_all(SEEN)


@pytest.mark.parametrize("path", ["/browse/", f"/products/{SHIRTS[0].item_id}/?measured=on"])
def test_every_garment_is_whole_in_its_tile_and_no_tile_has_bars(shirts, open_page, path):
    tiles = seen(open_page(path), ".tile img")
    assert len(tiles) >= 24
    spec_of = {spec.item_id: spec for spec in SHIRTS}
    for tile in tiles:
        assert tile["fit"] == "cover"
        assert tile["shape"] == pytest.approx(4 / 5, abs=0.01)
        spec = spec_of[tile["item"]]
        part = window(draw_shirt(spec, SIDE))
        assert part is not None
        left, top, right, bottom = part
        garment, (x, y) = outline(spec, SIDE), (right - left, bottom - top)
        begin, end = tile["seen"][:2], tile["seen"][2:]
        assert left + begin[0] * x <= garment[0] + 1
        assert top + begin[1] * y <= garment[1] + 1
        assert left + end[0] * x >= garment[2] - 1
        assert top + end[1] * y >= garment[3] - 1


def test_a_picture_of_another_shape_is_cut_where_the_network_looks(
    db, tmp_path, fake_source, open_page
):
    noise = Image.effect_noise((500, 200), 90).convert("RGB")
    noise.save(tmp_path / "wide.png")
    Image.effect_noise((200, 500), 90).convert("RGB").save(tmp_path / "high.png")
    list(import_folder(tmp_path))
    build(fake_source)
    Product.objects.filter(item_id="wide").update(focus=85)
    by_item = {tile["item"]: tile for tile in seen(open_page("/browse/"), ".tile img")}
    left, _, right, _ = by_item["wide"]["seen"]
    assert left == pytest.approx(0.85 * (1 - 160 / 500), abs=0.02)
    assert right - left == pytest.approx(160 / 500, abs=0.02)
    _, top, _, bottom = by_item["high"]["seen"]
    assert top < 1 - bottom, "of a high picture that nobody has looked at, more of the upper end"


@pytest.mark.parametrize("width", [390, 820, 1280, 1920])
@pytest.mark.parametrize("path", ["/browse/", f"/products/{SHIRTS[0].item_id}/?distances=on"])
def test_the_cards_of_a_row_are_of_one_height_whatever_they_say(shirts, open_page, width, path):
    some = [spec.item_id for spec in SHIRTS[:20]]
    Product.objects.filter(item_id__in=some[:9]).update(title="A title that is far too long " * 5)
    Product.objects.filter(item_id__in=some[5:12]).update(price="12.50", currency="EUR")
    Product.objects.filter(item_id__in=some[10:15]).update(in_stock=False)
    page = open_page(path, width=width)
    boxes = page.locator("ul.grid > li, ol.looks > li").evaluate_all(
        "all => all.map(one => { const {top, height} = one.querySelector('.tile')"
        ".getBoundingClientRect(); return [Math.round(top), Math.round(height)] })"
    )
    assert len({height for _, height in boxes}) <= 2, boxes  # a rounding apart
    assert max(height for _, height in boxes) - min(height for _, height in boxes) <= 1
    columns = max([top for top, _ in boxes].count(top) for top, _ in boxes)
    assert columns in ({2} if width == 390 else {4} if width == 820 else {4, 6, 8})


def test_the_next_look_alikes_come_while_one_scrolls(shirts, open_page):
    page = open_page(f"/products/{SHIRTS[0].item_id}/")
    expect(page.locator("ol.looks a.tile")).to_have_count(24)
    page.mouse.wheel(0, 20_000)
    expect(page.locator("ol.looks a.tile")).to_have_count(29)
    items = page.locator("ol.looks a.tile").evaluate_all("all => all.map(one => one.dataset.item)")
    assert len(set(items)) == 29
    expect(page.get_by_role("link", name="More", exact=True)).to_have_count(0)


def test_they_have_pages_of_their_own_without_javascript(shirts, open_page):
    page = open_page(f"/products/{SHIRTS[0].item_id}/", javascript=False)
    page.get_by_role("link", name="More", exact=True).click()
    page.wait_for_url("**page=2")
    expect(page.locator("ol.looks a.tile")).to_have_count(5)
    expect(page.locator(".pages [aria-current]")).to_have_text("2")


@pytest.mark.parametrize("javascript", [True, False])
def test_on_touch_the_deeds_are_behind_one_button(live, chromium, live_server, javascript):
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
        java_script_enabled=javascript,
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{live_server.url}/products/0/")
    expect(page.locator(".deed").filter(visible=True)).to_have_count(0)
    opener = page.locator(".more-of-open").first
    box = opener.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    opener.tap()
    page.get_by_role("button", name="More like this").filter(visible=True).tap()
    page.wait_for_url("**liked=**")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/products/0/?measured=on&distances=on&liked=1", "/browse/"])
def test_cards_are_for_everybody_in_both_schemes(live, open_page, scheme, path):
    Product.objects.filter(item_id__in="24").update(in_stock=False)
    page = open_page(path)
    page.emulate_media(color_scheme=scheme)
    assert in_the_way(page) == []


@pytest.mark.parametrize(
    ("path", "selector"),
    [
        ("/products/0/", ".button"),
        ("/products/0/", ".looks a.tile"),
        ("/products/0/", ".deed"),
        ("/products/0/?trail=1", ".trail a"),
        ("/browse/", ".order select"),
        ("/", ".bar input"),
    ],
)
def test_the_focus_ring_has_the_shape_of_what_has_it(live, open_page, path, selector):
    page = open_page(path)
    one = page.locator(selector).first
    radius = "one => getComputedStyle(one).borderRadius"
    before = one.evaluate(radius)
    assert before != "0px"
    page.keyboard.press("Tab")  # so that the focus is seen
    one.focus()
    assert one.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    assert one.evaluate(radius) == before


def test_the_metrics_fold_into_one_line_but_not_for_the_tutorials_network(
    live, open_page, monkeypatch
):
    page = open_page("/products/0/")
    expect(page.locator("ol.row").first).to_be_hidden()
    page.get_by_text("How it was measured").click()
    expect(page.locator("ol.row").filter(visible=True)).to_have_count(3)
    tops = page.locator("ol.row li:first-child .shot").evaluate_all(
        "all => new Set(all.map(one => Math.round(one.getBoundingClientRect().left))).size"
    )
    assert tops == 1, "aligned"
    expect(open_page("/products/0/?measured=on").locator("ol.row").first).to_be_visible()
    monkeypatch.setattr("web.pages.rows.MEASURED", "fake")
    expect(open_page("/products/1/").locator("ol.row").first).to_be_visible()
    expect(open_page("/products/1/?measured=off").locator("ol.row").first).to_be_hidden()
