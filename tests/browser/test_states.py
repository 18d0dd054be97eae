"""What is empty, refused, missing or not ready yet: drawn, calm, and with a way on."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from catalog.models import Product
from recommender.live import current
from recommender.live.paths import index_path
from tests.browser.accessibility import in_the_way

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# What is the owner's, and no shopper's.
COMMANDS = ("manage.py", "build_index", "index", "embedder", "Traceback")


def no_index(monkeypatch):
    monkeypatch.setattr(current, "_live", {})
    index_path("fake").unlink()


def a_broken_index(monkeypatch):
    monkeypatch.setattr(current, "_live", {})
    index_path("fake").write_bytes(b"broken")


def an_empty_shop(monkeypatch):
    no_index(monkeypatch)
    Product.objects.all().delete()


def nothing_amiss(monkeypatch):
    pass


STATES = {
    "no such page": (nothing_amiss, "/nowhere"),
    "no such product": (nothing_amiss, "/products/nobody/"),
    "a bad question": (nothing_amiss, "/products/0/?metric=x"),
    "nothing found": (nothing_amiss, "/browse/?q=zzzz"),
    "nothing passes": (nothing_amiss, "/products/0/?q=zzzz"),
    "no picture given": (nothing_amiss, "/picture/?url=http%3A%2F%2F%5B"),
    "no map": (nothing_amiss, "/map/"),
    "no index": (no_index, "/products/0/"),
    "a broken index": (a_broken_index, "/products/0/"),
    "an empty shop": (an_empty_shop, "/"),
    "an empty shop's grid": (an_empty_shop, "/browse/"),
}


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("state", STATES)
def test_it_leads_on_without_a_command(live, open_page, monkeypatch, width, state):
    make, path = STATES[state]
    make(monkeypatch)
    page = open_page(path, width=width, expect_errors=True)
    words = page.locator("main").inner_text()
    assert not [word for word in COMMANDS if word in words], words
    ways_on = page.locator("main a[href], main form button, main form input:not([type=hidden])")
    expect(ways_on.filter(visible=True).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert in_the_way(page) == []


def test_a_refused_upload_leads_back_to_the_next_picture(live, open_page, tmp_path):
    (tmp_path / "a.jpg").write_text("no picture")
    page = open_page("/picture/", javascript=False, expect_errors=True)
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "a.jpg")
    page.get_by_role("button", name="Find what looks like it").click()
    page.get_by_role("link", name="Try another picture").click()
    expect(page).to_have_url(re.compile(r"/picture/$"))


def test_what_takes_long_is_seen_to_go_on(live, open_page):
    page = open_page("/browse/")
    held = []
    page.route("**/browse/?*", lambda route: held.append(route))
    page.get_by_role("radio", name="hats").check()
    page.locator("#grid[aria-busy=true]").wait_for()
    assert page.evaluate("getComputedStyle(document.body, '::before').position") == "fixed"
    held[0].continue_()
    page.locator("#grid[aria-busy=false]").wait_for()
    expect(page.locator("#grid a.tile")).to_have_count(3)


def status_page(open_page):
    """On a phone, for the admin."""
    page = open_page("/status/", width=390)
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Status").wait_for()
    return page


def test_the_status_page_is_for_everybody_who_runs_the_site(live, open_page, admin_user):
    page = status_page(open_page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert in_the_way(page) == []


WIDE = """() => {
  const table = document.createElement("div");
  table.className = "wide-table";
  table.innerHTML = "<table><tr>" + "<td>Acolumn</td>".repeat(12) + "</tr></table>";
  document.querySelector(".status").append(table);
}"""


def test_a_table_that_scrolls_shows_on_which_side_there_is_more(live, open_page, admin_user):
    page = status_page(open_page)
    page.evaluate(WIDE)
    table = page.locator(".wide-table").last

    def edges():
        picture = Image.open(BytesIO(table.screenshot())).convert("L")
        return [picture.getpixel((x, 3)) for x in (1, picture.width - 2)]

    left, right = edges()
    assert left - right > 40
    table.evaluate("one => { one.scrollLeft = one.scrollWidth }")
    left, right = edges()
    assert right - left > 40
