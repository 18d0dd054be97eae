"""The widget on a page of another origin, in a real browser."""

import json
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from tests.shops import Shop
from web.api.models import ApiKey

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


def test_it_shows_tiles_of_the_width_that_suits_cut_where_the_network_looks(visit, live_server):
    Product.objects.filter(item_id="1").update(focus=85)
    opened = visit(device_scale_factor=2)
    opened.locator("look-alikes li").nth(4).wait_for()
    images = opened.locator("look-alikes img")
    opened.wait_for_function(
        "[...document.querySelector('look-alikes').shadowRoot.querySelectorAll('img')]"
        ".every(image => image.naturalWidth > 0)"
    )
    shown = images.evaluate_all("all => all.map(image => image.currentSrc)")
    tiles = tuple(f"{live_server.url}/media/tiles-{width}/" for width in (320, 500))
    assert all(address.startswith(tiles) for address in shown), shown
    hat = opened.locator("look-alikes li", has=opened.locator('[href="https://shop.example/hat"]'))
    cut = "image => getComputedStyle(image).objectPosition"
    assert hat.locator("img").evaluate(cut) == "85% 85%"


def test_of_an_older_site_it_shows_the_picture(visit, live_server, client):
    opened = visit("/far")
    known = client.get("/api/v1/products/0/similar/").json()
    for neighbour in known["neighbours"]:
        for name in ("tile_url", "tiles", "focus"):
            neighbour.pop(name)
    opened.route(
        "**/similar/**",
        lambda route: route.fulfill(json=known, headers={"Access-Control-Allow-Origin": "*"}),
    )
    opened.mouse.wheel(0, 4000)
    first = opened.locator("look-alikes img").first
    first.wait_for()
    assert first.get_attribute("src").startswith(f"{live_server.url}/media/pictures/")
    assert not first.get_attribute("srcset")


LAYOUTS = ["row", "grid", "carousel", "compact"]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_drawn_to_the_pixel(visit, shop, live_server, layout, width):
    script = (
        f'<script src="{live_server.url}/widget.js" data-item="0" data-layout="{layout}"></script>'
    )
    shop.answers["/layout"] = page(f"<main>{script}</main>")
    opened = visit("/layout", viewport={"width": width, "height": 800})
    opened.locator("look-alikes li").nth(4).wait_for()
    boxes = [opened.locator(f"look-alikes {what}").first.bounding_box() for what in ("h2", "img")]
    assert boxes[0]["x"] == boxes[1]["x"]  # heading and first picture begin at one line
    cards = opened.locator("look-alikes li").evaluate_all(
        "all => all.map(card => { const box = card.getBoundingClientRect(); return [box.top, box.height, box.width] })"
    )
    tops = {round(top) for top, _, _ in cards}
    assert len({round(height) for top, height, _ in cards if round(top) == min(tops)}) == 1
    assert (len(tops) == 1) == (layout in ("row", "carousel") or width == 1280)
    ratio = opened.locator("look-alikes img").first.evaluate(
        "it => it.offsetWidth / it.offsetHeight"
    )
    assert ratio == pytest.approx(0.8, abs=0.02)
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_carousel_stops_at_a_picture(visit, shop, live_server):
    script = (
        f'<script src="{live_server.url}/widget.js" data-item="0" data-layout="carousel"></script>'
    )
    shop.answers["/layout"] = page(script)
    opened = visit("/layout", viewport={"width": 390, "height": 800})
    opened.locator("look-alikes li").nth(4).wait_for()
    ends = "list => { list.scrollLeft = 150; return new Promise(done => setTimeout(() => done([...list.children].map(it => it.getBoundingClientRect().left - list.getBoundingClientRect().left)), 600)) }"
    lefts = opened.locator("look-alikes ul").evaluate(ends)
    assert min(abs(left - 4) for left in lefts) < 1


def test_in_a_dark_page_it_takes_the_page_s_colours(visit, shop, live_server):
    script = f'<script src="{live_server.url}/widget.js" data-item="0"></script>'
    dark = "<style>:root { color-scheme: dark; font: 18px Georgia } body { background: Canvas; color: CanvasText }</style>"
    shop.answers["/dark"] = page(dark + script)
    opened = visit("/dark")
    opened.locator("look-alikes li").first.wait_for()
    style = "it => [getComputedStyle(it).color, getComputedStyle(it).fontFamily]"
    assert opened.locator("look-alikes [part=title]").first.evaluate(style) == [
        "rgb(255, 255, 255)",
        "Georgia",
    ]


def test_an_unknown_layout_is_a_row_and_told_in_the_console(visit, shop, live_server):
    script = (
        f'<script src="{live_server.url}/widget.js" data-item="0" data-layout="cloud"></script>'
    )
    shop.answers["/layout"] = page(script)
    shop.answers["/quiet"] = page("")
    lines = in_console(visit("/quiet"), f"{shop.url}/layout")
    assert lines == [
        "look-alikes: data-layout is one of row, grid, carousel, compact, not cloud: a row is shown."
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de-AT", ("Ähnliche Artikel", "Ausverkauft", "12,50 EUR")),
        ("ja", ("似ている商品", "売り切れ", "12.50 EUR")),
        ("fr", ("Looks similar", "Sold out", "12,50 EUR")),
    ],
)
def test_its_own_words_are_of_the_language_around_it(visit, shop, live_server, language, words):
    script = f'<script src="{live_server.url}/widget.js" data-item="0" data-k="5"></script>'
    shop.answers["/lang"] = page(f'<div lang="{language}">{script}</div>')
    row = visit("/lang").locator("look-alikes")
    expect(row.locator("h2")).to_have_text(words[0])
    expect(row.locator("[part=sold-out]")).to_have_text(words[1])
    expect(row.locator("[part=price]")).to_have_text(words[2])


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
    assert len(STATIC.read_bytes()) < 12_000
    response = client.get("/widget.js")
    assert response["Content-Type"].startswith("text/javascript")
    again = client.get("/widget.js", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


# Where its site is -------------------------------------------------------------------------------


@pytest.fixture
def asked(shop):
    """A stand-in for sites: what they are asked, by whatever address, is kept in `requests`."""

    def answer(path, _headers):
        found = {"neighbours": [{"item_id": path, "thumbnail_url": "/none.jpg"}]}
        headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
        return 200, headers, json.dumps(found).encode()

    class Site(Shop):
        def answer(self, path, headers):
            return answer(path, headers) if "/similar/" in path else super().answer(path, headers)

    with Site() as site:
        script = {"Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*"}
        for path in (
            "/widget.js",
            "/look/widget.js",
            "/look/widget.js?v=1",
            "/js/chat-widget.js",
            "/a/lk.3f2a.js",
        ):
            body = b"" if "chat" in path else STATIC.read_bytes()
            site.answers[path] = (200, script, body)
        yield site


ROW = '<look-alikes data-item="7"></look-alikes>'


@pytest.mark.parametrize(
    ("body", "root"),
    [
        ('<script src="{site}/widget.js" data-item="7"></script>', "/"),
        ('<script src="{site}/look/widget.js?v=1" data-item="7"></script>', "/look/"),
        ('<script src="{site}/widget.js" data-item="7" data-server="{site}/look"></script>', "/look/"),
        ('<script src="{site}/widget.js" data-server="{site}/look//?a=b#c"></script>' + ROW, "/look/"),
        # A module, beside what others call widget.js.
        (
            '<script src="{site}/js/chat-widget.js"></script>'
            '<script type="module" src="{site}/look/widget.js"></script>' + ROW,
            "/look/",
        ),
        ('<script type="module" src="{site}/look/widget.js" data-item="7"></script>', "/look/"),
        ('<script type="module">import "{site}/look/widget.js"</script>' + ROW, "/look/"),
        # What a bundler made of it, and what a tag manager puts into the page.
        (
            '<script type="module" src="{site}/a/lk.3f2a.js"></script>'
            '<look-alikes data-item="7" data-server="{site}/look"></look-alikes>',
            "/look/",
        ),
        (
            "<script>document.head.append(Object.assign(document.createElement('script'),"
            "{{src: '{site}/look/widget.js'}}))</script>" + ROW,
            "/look/",
        ),
        # A <base> of the page, before and after.
        ('<base href="https://cdn.example/"><script src="{site}/look/widget.js"></script>' + ROW, "/look/"),
        (
            '<base href="{site}/x/"><script src="../look/widget.js"></script>'
            "<script>document.querySelector('base').href = 'https://cdn.example/'</script>" + ROW,
            "/look/",
        ),
    ],
)  # fmt: skip
def test_it_finds_its_site(visit, shop, asked, body, root):
    shop.answers["/where"] = page(body.format(site=asked.url))
    opened = visit("/where")
    opened.locator("look-alikes li").wait_for()
    questions = [path for path in asked.requests if "/similar/" in path]
    assert questions == [f"{root}api/v1/products/7/similar/?counted=on"]


def test_a_relative_site_is_one_of_the_page(visit, shop, asked):
    body = f'<script src="{asked.url}/widget.js" data-item="7" data-server="/look"></script>'
    shop.answers["/where"] = page(body)
    opened = visit("/where")
    with opened.expect_response(lambda response: "/similar/" in response.url) as told:
        opened.reload()
    assert told.value.url == f"{shop.url}/look/api/v1/products/7/similar/?counted=on"


def test_what_is_loaded_twice_asks_each_site_of_its_own(visit, shop, asked):
    tags = [
        f'<script src="{asked.url}/{at}widget.js" data-item="7"></script>' for at in ("", "look/")
    ]
    shop.answers["/where"] = page("".join(tags))
    opened = visit("/where")
    for row in range(2):
        opened.locator(f"look-alikes >> nth={row}").locator("li").wait_for()
    questions = sorted(path for path in asked.requests if "/similar/" in path)
    address = "api/v1/products/7/similar/?counted=on"
    assert questions == [f"{root}{address}" for root in ("/", "/look/")]


# What changes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "query"),
    [
        ("item", "8", "8/similar/"), ("k", "3", "?k=3"), ("metric", "manhattan", "?metric=manhattan"),
        ("category", "hats", "?category=hats"), ("inStock", "", "?in_stock=on"),
        ("priceFrom", "5", "?price_from=5"), ("key", "secret", "7/similar/"), ("label", "Look", "7/similar/"),
    ],
)  # fmt: skip
def test_it_follows_its_attributes(visit, shop, asked, name, value, query):
    shop.answers["/where"] = page(f'<script src="{asked.url}/widget.js"></script>{ROW}')
    opened = visit("/where")
    opened.locator("look-alikes li").wait_for()
    with opened.expect_request(lambda request: "/similar/" in request.url) as told:
        opened.evaluate(
            "([name, value]) => document.querySelector('look-alikes').dataset[name] = value",
            [name, value],
        )
    asked_besides = "&counted=on" if "?" in query else "?counted=on"
    assert told.value.url.endswith(query + asked_besides)
    assert told.value.all_headers().get("x-api-key") == ("secret" if name == "key" else None)


def test_an_empty_attribute_asks_for_something_only_where_it_is_a_yes(visit, shop, asked):
    row = '<look-alikes data-item="7" data-category="" data-price-to="" data-in-stock data-cheaper></look-alikes>'
    shop.answers["/where"] = page(f'<script src="{asked.url}/widget.js"></script>{row}')
    visit("/where").locator("look-alikes li").wait_for()
    (question,) = [path for path in asked.requests if "/similar/" in path]
    assert question == "/api/v1/products/7/similar/?in_stock=on&cheaper=on&counted=on"


def test_an_older_answer_never_overwrites_a_newer_one(visit, shop, asked):
    late, original = threading.Event(), asked.answer
    asked.answer = lambda path, headers: (
        late.wait(10) if "/slow/" in path else None, original(path, headers)
    )[1]  # fmt: skip
    row = '<look-alikes data-item="slow"></look-alikes>'
    shop.answers["/where"] = page(f'<script src="{asked.url}/widget.js"></script>{row}')
    opened = visit("/where")
    with opened.expect_request(lambda request: "/slow/" in request.url):
        opened.reload()
    opened.evaluate("document.querySelector('look-alikes').dataset.item = 'fast'")
    expect(opened.locator("look-alikes li")).to_contain_text("/fast/")
    with opened.expect_response(lambda response: "/slow/" in response.url):
        late.set()
    opened.wait_for_timeout(200)
    expect(opened.locator("look-alikes li")).to_contain_text("/fast/")


# Where keys are asked for ------------------------------------------------------------------------


@pytest.fixture
def with_keys(shop, live_server, settings):
    """The site asks everybody for a key; pages of it with any, made by `with_keys(name, key)`."""
    settings.API_KEYS_REQUIRED = True
    settings.CORS_ALLOWED_ORIGINS = []
    shop.answers["/quiet"] = page("")

    def put(path, key):
        script = (
            f'<script src="{live_server.url}/widget.js" data-item="0" data-key="{key}"></script>'
        )
        shop.answers[path] = page(f"<h1>A shirt</h1>{script}<p>below</p>")

    return put


def in_console(opened, address, event="requestfinished"):
    """What a page says of look-alikes in the console, up to a while after it has asked."""
    lines = []
    opened.on("console", lambda message: lines.append(message.text))
    with opened.expect_event(event, ours):
        opened.goto(address)
    opened.wait_for_timeout(300)
    return [line for line in lines if line.startswith("look-alikes: ")]


def ours(request) -> bool:
    return "/similar/" in request.url


def test_a_key_for_pages_lets_them_ask(visit, shop, with_keys):
    with_keys("/key", ApiKey.make("shop", origins=[shop.url]))
    visit("/key").locator("look-alikes li").first.wait_for()


def test_a_refusal_is_one_line_in_the_console_and_nothing_in_the_page(
    visit, shop, settings, with_keys
):
    settings.CORS_ALLOWED_ORIGINS = [shop.url]
    other = ApiKey.make("other", origins=["https://other.example"])
    for path, key, told in (
        ("/none", "", "answered 401: Send a valid key"),
        ("/wrong", "wrong", "answered 401: Send a valid key"),
        ("/other", other, "answered 403: This key is for pages of https://other.example, not of"),
    ):
        with_keys(path, key)
        opened = visit("/quiet")
        lines = in_console(opened, shop.url + path)
        assert len(lines) == 1, (path, lines)
        assert told in lines[0]
        expect(opened.locator("look-alikes li, look-alikes h2")).to_have_count(0)
        assert opened.locator("look-alikes").evaluate("row => row.offsetHeight") == 0


def test_a_page_that_may_not_ask_is_told_where_that_is_set(visit, shop, with_keys):
    with_keys("/key", ApiKey.make("other", origins=["https://other.example"]))
    lines = in_console(visit("/quiet"), f"{shop.url}/key", "requestfailed")
    assert len(lines) == 1
    assert "CORS_ALLOWED_ORIGINS, or among those of its data-key?" in lines[0]


def test_a_row_that_stands_nowhere_says_so(visit, shop, live_server):
    tag = f'<script src="{live_server.url}/widget.js" data-item="0" data-into="#none"></script>'
    shop.answers["/into"] = page(tag)
    shop.answers["/quiet"] = page("")
    opened, lines = visit("/quiet"), []
    opened.on("console", lambda message: lines.append(message.text))
    opened.goto(f"{shop.url}/into")
    opened.wait_for_timeout(200)
    ours = [line for line in lines if line.startswith("look-alikes")]
    assert ours == ["look-alikes: data-into names nothing in this page: #none"]
