from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.money import money
from catalog.reading.values import id_from_url, in_stock
from tests.catalog.reading.pages import OPENGRAPH, PAGE, json_ld, product, products_in

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


@pytest.mark.parametrize(
    "brand",
    ["Acme", {"@type": "Brand", "name": "Acme"}, [{"@type": "Organization", "name": "Acme"}]],
)
def test_a_brand_is_read_however_it_is_written(brand):
    [found] = products_in(json_ld(product("7", brand=brand)), PAGE)
    assert found.brand == "Acme"


def test_a_brand_is_read_from_microdata():
    marked = MICRODATA.replace("<img", '<meta itemprop="brand" content="Acme"><img', 1)
    assert [found.brand for found in products_in(marked, PAGE)] == ["Acme"]


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


def offered(url=PAGE, **offer):
    [found] = products_in(json_ld(product("7", offers=[{"@type": "Offer"} | offer])), url)
    return found


@pytest.mark.parametrize(
    ("offer", "url", "currency"),
    [
        ({"price": "19.90 EUR"}, PAGE, "EUR"),
        ({"price": "£19.90"}, PAGE, "GBP"),
        ({"price": "19.90", "priceCurrency": "$"}, "https://shop.example.ca/p/7", "CAD"),
        ({"price": "€19.90", "priceCurrency": "USD"}, PAGE, "USD"),  # what is named counts
    ],
)
def test_a_currency_stands_beside_the_price_or_is_the_shop_s_country_s(offer, url, currency):
    assert offered(url, **offer).currency == currency


@pytest.mark.parametrize(
    "not_now",
    [
        {"priceType": "https://schema.org/MinimumAdvertisedPrice"},
        {"priceType": "https://schema.org/InvoicePrice"},
        {"validForMemberTier": {"@type": "MemberProgramTier"}},
        {"eligibleQuantity": {"@type": "QuantitativeValue", "minValue": 10}},
    ],
)
def test_a_price_that_is_not_everybody_s_is_passed_over(not_now):
    everybody = {"price": "19.90", "eligibleQuantity": {"value": 1}}
    offer = {"priceCurrency": "EUR", "priceSpecification": [{"price": "15"} | not_now, everybody]}
    assert offered(**offer).price == Decimal("19.90")


@pytest.mark.parametrize(
    "word",
    [{"@id": "https://schema.org/OutOfStock"}, ["https://schema.org/OutOfStock"], "0 in stock"],
)
def test_stock_is_read_however_it_is_referred_to(word):
    assert offered(price="19.90", availability=word).in_stock is False


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


def test_microdata_too_broken_to_read_does_not_hide_opengraph():
    broken = """<div itemscope itemtype="http://schema.org/Product">
        <a itemprop="url" href="http://[bad"></a></div>"""
    [found] = products_in(OPENGRAPH.replace("</head>", f"</head><body>{broken}</body>"), PAGE)
    assert found.item_id == "blue-tee-77"
