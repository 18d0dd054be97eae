"""Pages in a language that is read from right to left: mirrored, whole, and for everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from catalog.models import Product
from tests.browser.test_staff import sign_in  # noqa: F401
from tests.mirrored import LANGUAGE, from_the_right  # noqa: F401
from tests.recommender.search.test_contests import more  # noqa: F401
from tests.web.pages.test_judge import differing  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDTHS = [390, 1280]
PATHS = [
    "/",
    "/products/0/?measured=on&trail=1&trail=2&liked=3",
    "/browse/",
    "/browse/?category=hats&order=like&to=1",
    "/picture/",
    "/why/0/?like=2",
    "/compare/0/",
    "/map/",
    "/shelf/?liked=1&disliked=2",
    "/products/nobody/",
]


@pytest.fixture
def mirror(live, from_the_right, open_page):  # noqa: F811
    """Opens a page in that language."""

    def mirror(path, width=1280):
        page = open_page("/robots.txt", width=width, expect_errors=True)
        site = page.url.removesuffix("/robots.txt")
        cookie = {"name": "django_language", "value": LANGUAGE, "url": site}
        page.context.add_cookies([cookie])
        page.goto(site + path)
        expect(page.locator("html[dir=rtl]")).to_have_count(1)
        return page

    return mirror


def edges(locator) -> list[tuple[float, float]]:
    """The left and the right edge of each."""
    boxes = locator.evaluate_all("all => all.map(one => one.getBoundingClientRect())")
    return [(box["left"], box["right"]) for box in boxes]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PATHS)
def test_nothing_scrolls_sideways_and_everybody_can_use_it(mirror, width, path):
    page = mirror(path, width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.body.scrollLeft") == 0
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["help"]) for one in found] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_header_begins_at_the_right(mirror, width):
    page = mirror("/products/0/", width)
    ((_, logo),) = edges(page.locator(".wordmark"))
    others = edges(page.locator(".bar > :is(button, nav)").filter(visible=True))
    assert width - logo == pytest.approx(min(left for left, _ in others), abs=12), (
        "as far as a button of 44 pixels reaches"
    )
    assert width - logo <= 50


@pytest.mark.parametrize("width", WIDTHS)
def test_cards_stand_from_right_to_left_and_their_words_within(mirror, width):
    Product.objects.update(
        title="A shirt of linen with a title that is longer than a card", price=9
    )
    Product.objects.filter(item_id="0").update(title="Short")
    page = mirror("/browse/", width)
    tiles = page.locator("#grid a.tile")
    first, second = edges(tiles)[:2]
    assert first[1] > second[1], "the first stands at the right"
    short = page.locator(".tile-title", has_text="Short")
    assert short.evaluate("one => getComputedStyle(one).direction") == "ltr"
    assert short.evaluate("one => getComputedStyle(one).textAlign") == "right"
    ((_, word),) = edges(tiles.first.locator(".shot"))
    ((_, price),) = edges(tiles.first.locator(".tile-price"))
    assert price == pytest.approx(word, abs=1)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_trail_leads_to_the_left(mirror, width):
    page = mirror("/products/0/?trail=1&trail=2", width)
    steps = edges(page.locator(".trail li"))
    assert len(steps) == 3
    assert [left for left, _ in steps] == sorted((left for left, _ in steps), reverse=True)
    assert width - steps[0][1] == pytest.approx(edges(page.locator(".wordmark"))[0][1] * -1 + width)


def test_what_is_left_of_two_answers_stays_at_the_left(mirror, differing, sign_in):  # noqa: F811
    page = mirror("/admin/login/?next=/judge/")
    sign_in(page)
    page.locator(".judge").wait_for()
    left, right = (
        edges(page.locator(f"[aria-labelledby=side-{it}]"))[0] for it in ("left", "right")
    )
    assert left[1] < right[0]
    left, same, right = (
        edges(page.locator(f"[name=choice][value={it}]"))[0] for it in ("left", "same", "right")
    )
    assert left[1] < same[0] < same[1] < right[0]
