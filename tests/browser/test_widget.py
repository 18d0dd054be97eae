"""The widget on a page of another origin, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from tests.shops import Shop

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
STATIC = Path(__file__).resolve().parents[2] / "static" / "js" / "widget.js"
STYLE = "<style>look-alikes { --look-alikes-radius: 7px } look-alikes::part(price) { color: rgb(9, 8, 7) }</style>"


@pytest.fixture
def shop(live, live_server, settings):
    """A shop on another port, whose pages show what the site finds."""
    Product.objects.filter(item_id="1").update(
        title="<b>Hat</b>", price="12.50", currency="EUR", product_url="https://shop.example/hat"
    )
    Product.objects.filter(item_id="2").update(in_stock=False, product_url="javascript:alert(1)")
    with Shop() as shop:
        settings.CORS_ALLOWED_ORIGINS = [shop.url]
        script = f'<script src="{live_server.url}/widget.js" data-item="0" data-k="5"></script>'
        shop.answers["/"] = page(f"{STYLE}<h1>A shirt</h1>{script}")
        shop.answers["/far"] = page(f'<div id="gap" style="height: 4000px"></div>{script}')
        shop.answers["/unknown"] = page(script.replace('data-item="0"', 'data-item="nobody"'))
        shop.answers["/element"] = page(
            f'<script src="{live_server.url}/widget.js"></script>'
            '<look-alikes data-item="0" data-k="2" data-label="Passt dazu"></look-alikes>'
            '<look-alikes data-item="3" data-k="3" data-category="hats"></look-alikes>'
        )
        shop.answers["/strict"] = (
            200,
            {
                "Content-Type": "text/html",
                "Content-Security-Policy": f"default-src 'none'; script-src {live_server.url}; "
                f"connect-src {live_server.url}; img-src {live_server.url}",
            },
            page(script).encode(),
        )
        yield shop


def page(body) -> str:
    return f'<!doctype html><html lang="en"><title>Shop</title><body>{body}</body></html>'


@pytest.fixture
def visit(chromium, shop):
    """Opens a page of the shop; at the end no script may have failed."""
    pages, broken = [], []

    def visit(path="/", **options):
        opened = chromium.new_page(**options)
        opened.on("pageerror", lambda error: broken.append(str(error)))
        pages.append(opened)
        opened.goto(shop.url + path)
        return opened

    yield visit
    for opened in pages:
        opened.context.close()
    assert broken == []


def test_a_row_appears_with_pictures_prices_and_links(visit, live_server):
    page = visit()
    page.locator("look-alikes li").nth(4).wait_for()
    row = page.locator("look-alikes")
    expect(row.locator("h2")).to_have_text("Looks similar")
    hat = row.locator("li", has=page.locator('[href="https://shop.example/hat"]'))
    expect(hat).to_contain_text("<b>Hat</b>")
    expect(hat).to_contain_text("12.50 EUR")
    expect(row.locator("[part=sold-out]")).to_have_text("Sold out")
    expect(row.locator('a[href^="javascript"]')).to_have_count(0)
    sources = row.locator("img").evaluate_all("all => all.map(image => image.src)")
    assert all(source.startswith(f"{live_server.url}/media/") for source in sources)
    page.wait_for_function(
        "[...document.querySelector('look-alikes').shadowRoot.images ?? "
        "document.querySelector('look-alikes').shadowRoot.querySelectorAll('img')]"
        ".every(image => image.naturalWidth > 0)"
    )


def test_the_shop_s_styles_reach_what_is_meant_for_them(visit):
    page = visit()
    page.locator("look-alikes li").first.wait_for()
    style = "all => getComputedStyle(all[0])."
    assert page.locator("look-alikes img").evaluate_all(style + "borderRadius") == "7px"
    assert page.locator("look-alikes [part=price]").evaluate_all(style + "color") == "rgb(9, 8, 7)"


def test_nothing_is_asked_for_until_it_comes_near(visit):
    page, asked = visit("/far"), []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(300)
    assert asked == []
    with page.expect_response(lambda response: "/similar/" in response.url):
        page.mouse.wheel(0, 4000)
    page.locator("look-alikes li").first.wait_for()


def test_elements_are_rows_too_each_with_its_own_question(visit):
    page = visit("/element")
    page.locator("look-alikes >> nth=1").locator("li").first.wait_for()
    expect(page.locator("look-alikes >> nth=0").locator("li")).to_have_count(2)
    expect(page.locator("look-alikes >> nth=0").locator("h2")).to_have_text("Passt dazu")
    hats_beside_it = page.locator("look-alikes >> nth=1").locator("li")
    expect(hats_beside_it).to_have_count(2)
    page.evaluate("document.querySelector('look-alikes').dataset.item = '5'")
    page.locator("look-alikes >> nth=0").locator("li").nth(1).wait_for()


def test_a_strict_policy_of_the_page_is_kept(visit):
    page = visit("/strict")
    page.locator("look-alikes li").nth(4).wait_for()
    assert (
        page.locator("look-alikes ul").evaluate("list => getComputedStyle(list).display") == "grid"
    )


@pytest.mark.parametrize("path", ["/unknown", "/"])
def test_when_there_is_no_answer_nothing_is_shown_and_nothing_breaks(visit, settings, path):
    if path == "/":
        settings.CORS_ALLOWED_ORIGINS = []  # as good as away: no answer reaches the page
    page = visit(path)
    page.wait_for_timeout(500)
    expect(page.locator("look-alikes li, look-alikes h2")).to_have_count(0)


def test_it_is_reached_by_keyboard_and_read_aloud(visit):
    page = visit()
    page.locator("look-alikes li").nth(4).wait_for()
    page.keyboard.press("Tab")
    focused = "document.activeElement.shadowRoot.activeElement.getAttribute('href')"
    assert page.evaluate(focused) == "https://shop.example/hat"
    expect(page.get_by_role("list", name="Looks similar")).to_have_count(1)


def test_it_is_small_and_browsers_may_keep_it(client, db):
    assert len(STATIC.read_bytes()) < 6000
    response = client.get("/widget.js")
    assert response["Content-Type"].startswith("text/javascript")
    again = client.get("/widget.js", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
