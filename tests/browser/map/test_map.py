import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from catalog.models import Product

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PAINTED = """(selector) => {
  const canvas = document.querySelector(selector);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let opaque = 0;
  for (let at = 3; at < data.length; at += 4) opaque += data[at] > 0;
  return opaque / (canvas.width * canvas.height);
}"""


@pytest.fixture
def open_map(drawn, open_page):
    def open_map(query="", **options):
        page = open_page(f"/map/{query}", **options)
        page.locator(".map[data-live]").wait_for()
        return page

    return open_map


def painted(page) -> float:
    """The share of the canvas that is painted, once all pictures have come."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # they are drawn in the next frames
    return page.evaluate(PAINTED, ".map-canvas")


def place_of(page, drawn, item_id) -> dict[str, float]:
    """Where a product is on the canvas, from what the page's address says of the view."""
    given = dict(re.findall(r"(x|y|zoom)=([-\d.]+)", page.url))
    column, row = drawn.cells[drawn.item_ids.index(item_id)].tolist()
    box = page.locator(".map-canvas").bounding_box()
    scale = float(given["zoom"])
    return {
        "x": (column + 0.5 - float(given["x"])) * scale + box["width"] / 2,
        "y": (row + 0.5 - float(given["y"])) * scale + box["height"] / 2,
    }


def test_a_click_leads_to_the_product_and_back_to_the_same_place(open_map, drawn):
    page = open_map()
    assert page.evaluate(PAINTED, ".map-canvas") > 0.05
    expect(page).not_to_have_url(re.compile("zoom"))
    page.locator(".map-canvas").hover()
    page.mouse.wheel(0, -100)
    page.wait_for_url("**zoom=**")
    page.mouse.down()
    page.mouse.move(500, 400, steps=5)
    page.mouse.up()
    page.wait_for_timeout(700)
    before = page.url
    title = page.locator(".map-list .tile-title").first.inner_text()
    at = place_of(page, drawn, title)
    page.locator(".map-canvas").hover(position=at)
    expect(page.locator(".map-card-title")).to_have_text(title)
    page.locator(".map-canvas").click(position=at)
    page.wait_for_url(f"**/products/{title}/")
    page.go_back()
    page.wait_for_url(before)
    page.locator(".map[data-live]").wait_for()
    expect(page.locator(".map-list .tile-title").first).to_have_text(title)


def test_the_place_in_a_shared_address_is_where_it_opens(open_map, drawn):
    columns, rows = drawn.size
    given = f"?x={columns / 2:.2f}&y={rows / 2 + 0.3:.2f}&zoom=150.00&q=hats&colours=on"
    page = open_map(given)
    page.wait_for_timeout(400)
    expect(page).to_have_url(re.compile(re.escape(given) + "$"))
    expect(page.get_by_role("button", name="Colours")).to_have_attribute("aria-pressed", "true")


def test_search_and_categories_find_and_fly(open_map):
    Product.objects.filter(item_id="03").update(title="Ein Grüner Hut")
    page = open_map()
    page.get_by_label("Find on the map").fill("GRÜNER")
    page.get_by_text("Found: 1").wait_for()
    page.wait_for_url("**zoom=**")
    expect(page.locator(".map-list .tile-title")).to_have_text(["Ein Grüner Hut"])
    page.get_by_label("Find on the map").fill("nobody has this")
    page.get_by_text("Nothing found").wait_for()
    page.get_by_label("Find on the map").fill("")
    categories = page.get_by_role("group", name="Categories")
    categories.get_by_role("button", name="shirts").click()
    page.get_by_text("Found: 7").wait_for()
    page.wait_for_url("**category=shirts**")
    expect(page.locator(".map-list li")).to_have_count(7)


def test_by_keyboard_alone_one_moves_zooms_and_opens(open_map):
    page = open_map()
    page.get_by_label("Find on the map").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className").startswith("map-canvas"):
            break
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**zoom=**")
    said = page.locator(".map-said")
    title = page.locator(".map-list .tile-title").first.inner_text()
    expect(said).to_have_text(title)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/products/{title}/")


def test_the_list_in_the_middle_leads_to_products_too(open_map):
    page = open_map()
    tile = page.locator(".map-list a.tile").first
    target = tile.get_attribute("href")
    tile.click()
    page.wait_for_url(f"**{target}")


def test_a_finger_zooms_in_before_it_opens_and_two_pinch(open_map):
    page = open_map(width=390)
    client = page.context.new_cdp_session(page)
    box = page.locator(".map-canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def touch(kind, *points):
        client.send(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [{"x": a, "y": b, "id": n} for n, (a, b) in enumerate(points)],
            },
        )

    touch("touchStart", (x - 20, y), (x + 20, y))
    for way in (40, 60, 80):
        touch("touchMove", (x - way, y), (x + way, y))
    touch("touchEnd")
    page.wait_for_url("**zoom=**")
    expect(page).to_have_url(re.compile("/map/"))


def test_without_javascript_there_is_the_picture_and_the_list(drawn, open_page):
    page = open_page("/map/", javascript=False)
    still = page.get_by_alt_text(
        "All products as small pictures; those that look alike lie close together"
    )
    expect(still).to_be_visible()
    expect(page.locator(".map-zoom")).to_be_hidden()
    page.get_by_label("Find on the map").fill("03")
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse/?q=03")
    page.go_back()
    page.get_by_role("link", name="See all products as a list.").click()
    page.wait_for_url("**/browse/")


def test_nothing_shifts_once_it_stands(open_map):
    page = open_map()
    page.wait_for_timeout(500)
    shifts = """() => new Promise((done) => new PerformanceObserver((list) =>
      done(list.getEntries().map((entry) => entry.value))).observe({ type: "layout-shift", buffered: true })
      || setTimeout(() => done([]), 300))"""
    assert page.evaluate(shifts) == []
    page.get_by_role("button", name="Colours").click()
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(700)
    assert page.evaluate(shifts) == []


def test_who_wants_no_motion_is_taken_there_at_once(open_map):
    page = open_map()
    zooms = """() => new Promise((done) => {
      document.querySelector("[data-do=in]").click();
      const seen = [];
      const look = () => {
        const canvas = document.querySelector(".map-canvas");
        seen.push(canvas.toDataURL().length);
        seen.length < 12 ? requestAnimationFrame(look) : done(new Set(seen.slice(1)).size);
      };
      requestAnimationFrame(look);
    })"""
    assert page.evaluate(zooms) > 3
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(zooms) <= 2, "the new place, and it again with a sharper picture"


@pytest.mark.parametrize("width", [390, 820, 1440, 1920])
def test_at_every_width_nothing_serious_hinders_and_nothing_scrolls_sideways(open_map, width):
    page = open_map("?colours=on", width=width)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


def test_hidden_products_are_not_painted(open_map, drawn):
    whole = painted(open_map())
    Product.objects.filter(item_id__in=[f"{n:02}" for n in range(7)]).update(hidden=True)
    half = painted(open_map())
    assert half == pytest.approx(whole / 2, rel=0.1)


@pytest.mark.parametrize("by", ["shift", "button"])
def test_a_box_opens_browse_with_what_is_inside(open_map, drawn, by):
    page = open_map()
    page.wait_for_timeout(400)
    middle = page.locator(".map-canvas").bounding_box()
    scale = min((middle["width"] - 32) / drawn.size[0], (middle["height"] - 32) / drawn.size[1])
    columns = drawn.size[0] // 2
    at = [(part - drawn.size[0] / 2) * scale + middle["width"] / 2 for part in (0.1, columns - 0.1)]
    left, right = [middle["x"] + place for place in at]
    if by == "shift":
        page.keyboard.down("Shift")
    else:
        page.get_by_role("button", name="Draw a box").click()
    page.mouse.move(left, middle["y"] + 20)
    page.mouse.down()
    page.mouse.move(right, middle["y"] + middle["height"] - 20, steps=4)
    expect(page.locator(".map-box")).to_be_visible()
    page.mouse.up()
    page.wait_for_url("**/browse/?area=*")
    inside = [
        item for item, cell in zip(drawn.item_ids, drawn.cells, strict=True) if cell[0] < columns
    ]
    expect(page.locator(".grid > li")).to_have_count(len(inside))
    page.get_by_role("link", name="All products").click()
    expect(page.locator(".grid > li")).to_have_count(len(drawn))


def test_what_is_in_sight_can_be_browsed_by_keyboard(open_map, drawn):
    page = open_map()
    browse = page.get_by_role("link", name="Browse what is in sight")
    expect(browse).to_have_attribute("href", re.compile(r"/browse/\?area=0-0-\d+-\d+$"))
    browse.press("Enter")
    expect(page.locator(".grid > li")).to_have_count(len(drawn))


def test_the_name_of_a_part_leads_to_it(open_map):
    page = open_map()
    page.get_by_role("button", name="hats 7").nth(1).click()
    page.wait_for_url("**zoom=**")
    titles = page.locator(".map-list .tile-title")
    expect(titles.first).to_be_visible()
