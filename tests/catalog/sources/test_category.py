import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.structured import id_from_url, in_stock, money, products_in
from catalog.records import SourceError
from catalog.sources.category import walk_category
from catalog.visiting.fetching import Fetcher
from tests.shops import Shop

PAGE = "https://shop.example/tees/"


@pytest.fixture
def fetcher():
    return Fetcher("Test/1.0", pause=0, allow_loopback=True)


def json_ld(data) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def product(item_id, **more):
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": item_id,
        "name": f"Shirt {item_id}",
        "image": f"/i/{item_id}.jpg",
        "url": f"/p/{item_id}",
        "offers": {"@type": "Offer", "price": "19.90", "priceCurrency": "EUR"},
    } | more


MICRODATA = """
<div itemscope itemtype="https://schema.org/Product">
  <span itemprop="sku">77</span><a itemprop="url" href="/p/77"><b itemprop="name">Blue tee</b></a>
  <img itemprop="image" src="/i/77.jpg">
  <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
    <span itemprop="price" content="1299.00">1.299,00</span>
    <meta itemprop="priceCurrency" content="EUR">
    <link itemprop="availability" href="https://schema.org/OutOfStock">
  </div>
</div>"""

OPENGRAPH = """<html prefix="og: http://ogp.me/ns#"><head>
<meta property="og:type" content="product"><meta property="og:title" content="Blue tee">
<meta property="og:url" content="https://shop.example/p/blue-tee-77.html">
<meta property="og:image" content="https://shop.example/i/77.jpg">
<meta property="product:price:amount" content="12.50">
<meta property="product:price:currency" content="USD"></head></html>"""


def test_json_ld_is_read_whole():
    stock = {"availability": "https://schema.org/InStock", "price": 19.9, "priceCurrency": "EUR"}
    [found] = products_in(json_ld(product("7", category="Men", offers=[stock])), PAGE)
    assert (found.item_id, found.title, found.price) == ("7", "Shirt 7", Decimal("19.90"))
    assert (found.currency, found.category, found.in_stock) == ("EUR", "Men", True)
    assert found.product_url == "https://shop.example/p/7"
    assert found.image_url == "https://shop.example/i/7.jpg"


def test_products_are_found_in_graphs_lists_and_item_lists():
    graph = {"@graph": [{"@type": "WebSite"}, product("1"), [product("2")]]}
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": product("3")}]}
    found = products_in(json_ld(graph) + json_ld(listed), PAGE)
    assert [record.item_id for record in found] == ["1", "2", "3"]


def test_microdata_is_read_where_there_is_no_json_ld():
    [found] = products_in(MICRODATA, PAGE)
    assert (found.item_id, found.title, found.in_stock) == ("77", "Blue tee", False)
    assert (found.price, found.currency) == (Decimal("1299.00"), "EUR")
    assert found.image_url == "https://shop.example/i/77.jpg"


def test_opengraph_is_read_where_there_is_nothing_better():
    [found] = products_in(OPENGRAPH, PAGE)
    assert (found.item_id, found.title) == ("blue-tee-77", "Blue tee")
    assert (found.price, found.currency) == (Decimal("12.50"), "USD")


def test_a_page_about_nothing_for_sale_has_no_products():
    assert products_in("<html><h1>About us</h1></html>", PAGE) == []
    assert products_in('<meta property="og:type" content="article">', PAGE) == []


@pytest.mark.parametrize("broken", ["{", "[1, 2", "null", '"x"', "{'a': 1}"])
def test_broken_json_ld_does_not_hide_the_rest(broken):
    page = f'<script type="application/ld+json">{broken}</script>{MICRODATA}'
    assert [record.item_id for record in products_in(page, PAGE)] == ["77"]


@pytest.mark.parametrize(
    ("node", "item_id"),
    [
        ({"sku": "s", "productID": "p", "mpn": "m"}, "s"),
        ({"productID": "p", "mpn": "m"}, "p"),
        ({"mpn": 12345}, "12345"),
        ({"url": "/p/blue-tee-9.html"}, "blue-tee-9"),
    ],
)
def test_the_id_is_taken_in_a_fixed_order(node, item_id):
    page = json_ld({"@type": "Product", "@context": "https://schema.org", "name": "x"} | node)
    assert products_in(page, PAGE)[0].item_id == item_id


@pytest.mark.parametrize(
    ("written", "price"),
    [("19.90", "19.90"), ("1.299,00 €", "1299.00"), ("$1,299.00", "1299.00"), (20, "20.00"),
     ("¥2,980", "2980.00"), ("free", "0.00"), ("", None), ("-3", None), ("NaN", None), ("1e30", None)],
)  # fmt: skip
def test_prices_are_read_as_they_are_written(written, price):
    assert money(written) == (None if price is None else Decimal(price))


@pytest.mark.parametrize(
    ("word", "answer"),
    [("https://schema.org/InStock", True), ("in stock", True), ("SoldOut", False), ("?", None)],
)
def test_stock_is_yes_no_or_unknown(word, answer):
    assert in_stock(word) is answer


def test_ids_from_addresses_are_decoded():
    assert id_from_url("https://a.example/p/%C3%A9t%C3%A9.html?x=1") == "été"


@given(st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["@type", "@graph", "sku", "name", "image", "offers", "price", "url"]),
        inner | st.just("Product"), max_size=5,
    ),
    max_leaves=12,
))  # fmt: skip
def test_no_json_ld_makes_the_parser_fail(data):
    for record in products_in(json_ld(data), PAGE):
        assert isinstance(record.item_id, str)


def paged(**pages):
    return {path.replace("_", "/"): text for path, text in pages.items()}


def ids(shop, fetcher, path="/1"):
    return [record.item_id for record in walk_category(f"{shop.url}{path}", fetcher)]


def test_rel_next_is_followed_to_the_end(fetcher):
    with Shop({
        "/1": json_ld([product("1")]) + '<link rel="next" href="/2">',
        "/2": json_ld([product("2")]) + '<a rel="next" href="/3">on</a>',
        "/3": json_ld([product("3")]),
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["1", "2", "3"]


def test_numbered_pages_are_followed_where_there_is_no_rel_next(fetcher):
    links = '<a href="/tees?page=2">2</a><a href="/tees?page=3">3</a>'
    with Shop({
        "/tees": json_ld(product("1")) + links,
        "/tees?page=2": json_ld(product("2")) + links,
        "/tees?page=3": json_ld(product("3")) + links,
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher, "/tees") == ["1", "2", "3"]


def test_a_loop_of_pages_ends(fetcher):
    with Shop({
        "/1": json_ld(product("1")) + '<link rel="next" href="/2">',
        "/2": json_ld(product("2")) + '<link rel="next" href="/1">',
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["1", "2"]


def test_pages_that_only_repeat_end_the_walk(fetcher):
    with Shop({
        f"/{n}": json_ld(product("1")) + f'<link rel="next" href="/{n + 1}">' for n in range(1, 99)
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["1"]
        assert len(shop.requests) == 3  # robots.txt, the first page, and one that brought nothing


def test_the_next_page_on_another_host_is_not_visited(fetcher):
    with Shop({
        "/1": json_ld(product("1")) + '<link rel="next" href="http://other.example/2">'
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["1"]


def test_a_product_page_is_visited_only_for_what_the_list_lacks(fetcher):
    bare = {"@context": "https://schema.org", "@type": "Product", "sku": "2", "url": "/p/2"}
    with Shop({
        "/1": json_ld([product("1"), bare]),
        "/p/2": json_ld(product("2")),
    }) as shop:  # fmt: skip
        records = list(walk_category(f"{shop.url}/1", fetcher))
        assert [(r.item_id, r.title) for r in records] == [("1", "Shirt 1"), ("2", "Shirt 2")]
        assert "/p/1" not in shop.requests


def test_a_list_of_addresses_leads_to_the_product_pages(fetcher):
    elements = [{"@type": "ListItem", "position": n, "url": f"/p/{n}"} for n in (1, 2)]
    listed = {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": elements}
    with Shop({
        "/1": json_ld(listed), "/p/1": json_ld(product("a1")), "/p/2": OPENGRAPH,
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["a1", "blue-tee-77"]


def test_relative_addresses_start_from_the_base(fetcher):
    page = '<base href="/deep/"><link rel="next" href="2">' + json_ld(product("1", image="i.jpg"))
    with Shop({"/1": page, "/deep/2": json_ld(product("2"))}) as shop:
        records = list(walk_category(f"{shop.url}/1", fetcher))
        assert records[0].image_url == f"{shop.url}/deep/i.jpg"
        assert len(records) == 2


def test_a_product_whose_page_fails_is_a_problem_not_the_end(fetcher):
    bare = {"@context": "https://schema.org", "@type": "Product", "sku": "1", "url": "/gone"}
    with Shop({"/1": json_ld([bare, product("2")])}) as shop:
        first, second = walk_category(f"{shop.url}/1", fetcher)
        assert "404" in first.reason
        assert second.item_id == "2"


def test_a_page_without_products_and_one_that_fails_are_named(fetcher):
    with Shop({"/1": "<h1>nothing</h1>"}) as shop:
        with pytest.raises(SourceError, match="no products found"):
            ids(shop, fetcher)
        with pytest.raises(SourceError, match="404"):
            ids(shop, fetcher, "/2")


def test_the_walk_goes_on_where_a_redirect_has_led(fetcher):
    with Shop() as shop:
        other = shop.url.replace("127.0.0.1", "localhost")
        shop.answers = {
            "/1": (302, {"Location": f"{other}/c"}, b""),
            "/c": json_ld(product("1")) + '<link rel="next" href="/c2">',
            "/c2": json_ld(product("2")),
        }
        assert ids(shop, fetcher) == ["1", "2"]


def test_links_that_are_no_addresses_are_left_out(fetcher):
    page = json_ld(product("1")) + '<a href="http://[x">q</a><link rel="next" href="http://[bad">'
    with Shop({"/1": page}) as shop:
        assert ids(shop, fetcher) == ["1"]


def test_the_header_says_how_the_page_is_encoded(fetcher):
    page = json_ld(product("1")).replace("Shirt 1", "Футболка").encode("koi8-r")
    headers = {"Content-Type": "text/html; charset=koi8-r"}
    with Shop({"/1": (200, headers, page)}) as shop:
        [record] = walk_category(f"{shop.url}/1", fetcher)
        assert record.title == "Футболка"


@pytest.mark.parametrize("page", [b"", b"\xff\xfe\0\0", b"<", b"<!-- ", b"\x89PNG\r\n"])
def test_a_page_that_is_no_page_is_named(fetcher, page):
    with Shop({"/1": page}) as shop, pytest.raises(SourceError, match="no products found"):
        ids(shop, fetcher)


def test_microdata_too_broken_to_read_does_not_hide_opengraph():
    broken = """<div itemscope itemtype="http://schema.org/Product">
        <a itemprop="url" href="http://[bad"></a></div>"""
    [found] = products_in(OPENGRAPH.replace("</head>", f"</head><body>{broken}</body>"), PAGE)
    assert found.item_id == "blue-tee-77"
