"""What a real browser tells of what is seen and clicked, from the site's pages and a shop's."""

import json
import time

import pytest
from playwright.sync_api import expect

from recommender.models import ClickCount, Trial
from recommender.search import clicks
from tests.shops import Shop
from web.api.models import ApiKey

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def counting(settings, monkeypatch):
    settings.COUNT_CLICKS = True
    monkeypatch.setattr(clicks, "_here", clicks._Process())


@pytest.fixture
def told():
    """Watches what a page tells: the beacons, as they were sent."""

    def watch(page):
        found = []
        page.on(
            "request",
            lambda request: (
                found.append((request.post_data_json, request))
                if request.url.endswith("/api/v1/clicks/") and request.method == "POST"
                else None
            ),
        )
        return found

    return watch


def until(holds):
    """Waits until something holds, and says whether it does."""
    end = time.monotonic() + 20
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


def counted(place="page", **more):
    found = ClickCount.objects.filter(place=place, **more).order_by("position", "way")
    return list(found.values_list("position", "shown", "clicked"))


def leave(page):
    page.goto("about:blank")


def test_a_page_tells_once_what_was_seen_and_what_was_clicked(live, live_server, open_page, told):
    page = open_page("/browse/")
    page.context.add_cookies([{"name": "other", "value": "me", "url": live_server.url}])
    page.goto(live_server.url + "/products/0/")
    beacons = told(page)
    cards = page.locator("ol.looks > li[data-seen]")
    expect(cards).to_have_count(5)
    page.locator("ol.looks a.tile").nth(1).click()
    assert until(lambda: counted() == [(1, 1, 0), (2, 1, 1), (3, 1, 0), (4, 1, 0), (5, 1, 0)])
    body, request = beacons[0]
    assert body.keys() == {
        "place", "metric", "embedder", "trial", "shown", "clicked",
    }  # fmt: skip
    assert "cookie" not in request.all_headers()


def test_back_on_a_page_nothing_counts_twice(live, open_page, told):
    page = open_page("/products/0/")
    expect(page.locator("ol.looks > li[data-seen]")).to_have_count(5)
    page.locator("ol.looks a.tile").first.click()
    expect(page.locator("nav.trail")).to_be_visible()
    page.go_back()
    expect(page.locator("nav.trail")).to_have_count(0)
    expect(page.locator("ol.looks > li[data-seen]")).to_have_count(5)
    beacons = told(page)
    page.locator("ol.looks a.tile").nth(2).click()
    expect(page.locator("nav.trail")).to_be_visible()
    leave(page)
    assert [body["clicked"] for body, _request in beacons if body["clicked"]] == []


def test_what_lies_below_the_window_counts_when_it_is_seen(live, live_server, open_page, told):
    page = open_page("/browse/", width=390)
    page.set_viewport_size({"width": 390, "height": 200})
    beacons = told(page)
    page.goto(live_server.url + "/products/0/")
    page.locator("ol.looks > li").nth(4).wait_for(state="attached")
    page.goto(live_server.url + "/browse/")
    assert not [body for body, _request in beacons if body["place"] == "page"]
    page.goto(live_server.url + "/products/0/")
    page.locator("ol.looks > li").nth(1).scroll_into_view_if_needed()
    expect(page.locator("ol.looks > li").nth(1)).to_have_attribute("data-seen", "")
    page.goto(live_server.url + "/browse/")
    assert until(lambda: (2, 1, 0) in counted())
    assert not [row for row in counted() if row[0] == 5]


def test_without_the_setting_nothing_is_loaded_or_told(live, open_page, settings, told):
    settings.COUNT_CLICKS = False
    page = open_page("/products/0/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator("ol.looks a.tile").first.click()
    expect(page.locator("nav.trail")).to_be_visible()
    leave(page)
    assert not [url for url in asked if "clicks" in url]
    assert not ClickCount.objects.exists()


def test_who_does_not_want_to_be_tracked_is_not_counted(live, chromium, live_server):
    context = chromium.new_context()
    context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    page = context.new_page()
    page.goto(live_server.url + "/products/0/")
    page.locator("ol.looks a.tile").first.click()
    expect(page.locator("nav.trail")).to_be_visible()
    leave(page)
    context.close()
    assert not ClickCount.objects.exists()


# In a shop's pages ----------------------------------------------------------------------------


@pytest.fixture
def shop(live, live_server, settings):
    with Shop() as shop:
        settings.CORS_ALLOWED_ORIGINS = [shop.url]
        script = f'<script src="{live_server.url}/widget.js" data-item="0" data-k="5" data-link="/shop/{{item_id}}"></script>'
        shop.answers["/"] = f'<!doctype html><html lang="en"><title>Shop</title><body>{script}'
        policy = f"default-src 'none'; script-src {live_server.url}; connect-src {live_server.url}"
        headers = {
            "Content-Type": "text/html",
            "Content-Security-Policy": f"{policy}; img-src {live_server.url}",
        }
        shop.answers["/strict"] = (200, headers, shop.answers["/"].encode())
        yield shop


@pytest.fixture
def visit(chromium, shop):
    """Opens a page of the shop; at the end, nothing may stand in the console."""
    pages, problems = [], []

    def visit(path="/"):
        page = chromium.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text))
        page.goto(shop.url + path)
        return page

    yield visit
    for page in pages:
        page.context.close()
    assert [text for text in problems if "favicon" not in text and "404" not in text] == []


@pytest.mark.parametrize("path", ["/", "/strict"])
def test_the_widget_tells_from_another_origin(visit, shop, told, path):
    page = visit(path)
    beacons = told(page)
    expect(page.locator("look-alikes li[data-seen]")).to_have_count(5)
    page.locator("look-alikes a").first.click()
    assert until(lambda: (1, 1, 1) in counted("widget"))
    assert len(counted("widget")) == 5
    assert len(beacons) == 1


def test_the_widget_with_a_key_tells_with_it(visit, shop, live_server, settings):
    settings.CORS_ALLOWED_ORIGINS, settings.API_KEYS_REQUIRED = [], True
    key = ApiKey.make("shop", origins=[shop.url])
    shop.answers["/"] = shop.answers["/"].replace("data-k", f'data-key="{key}" data-k')
    page = visit()
    expect(page.locator("look-alikes li[data-seen]")).to_have_count(5)
    leave(page)
    assert until(lambda: len(counted("widget")) == 5)


def test_the_widget_of_a_site_that_does_not_count_loads_and_tells_nothing(visit, settings):
    settings.COUNT_CLICKS = False
    page = visit()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator("look-alikes li").nth(4).wait_for()
    page.locator("look-alikes a").first.click()
    leave(page)
    assert not [url for url in asked if "clicks" in url]
    assert not ClickCount.objects.exists()


def test_a_click_counts_for_the_way_that_put_the_card_there(visit, live, told):
    trial = Trial.objects.create(name="colour", other="metric=manhattan&diversity=1")
    page = visit()
    expect(page.locator("look-alikes li[data-seen]")).to_have_count(5)
    card = page.locator("look-alikes li:not([data-way=''])").first
    way = card.get_attribute("data-way")
    card.locator("a").click()
    assert until(lambda: ClickCount.objects.filter(trial=trial.pk, way=way, clicked=1).exists()), (
        json.dumps(list(ClickCount.objects.values()), default=str)
    )
