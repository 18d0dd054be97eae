"""The state that scripts carry."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.embedded import embedded, listed_object
from catalog.reading.page import Page

URL = "https://shop.example/p/blue-tee-104233"
TEE = {"name": "Blue tee", "price": "19.90", "currency": "EUR"}


def said(script, kind=""):
    return embedded(Page(f"<script type='{kind}'>{script}</script>", URL), "Blue tee")


@pytest.mark.parametrize(
    "script",
    [
        "var product = %s;",
        "dataLayer.push(%s)",
        'window.__STATE__ = {"deep": [{"er": %s}]}',
        "%s",
        "self.x=[%s]; broken = {'not': json}",
        'broken = {"half": ; product = %s',
    ],
)
def test_a_product_is_found_wherever_its_object_stands(script):
    facts = said(script % json.dumps(TEE))
    assert (facts.price, facts.currency) == (Decimal("19.90"), "EUR")


def test_what_is_called_otherwise_is_another_product():
    assert said(json.dumps(TEE | {"name": "Red coat"})).price is None
    assert said(json.dumps({"price": 5})).price is None
    assert said("no state at all").price is None


def test_json_ld_is_read_elsewhere():
    assert said(json.dumps(TEE), "application/ld+json").price is None


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({"price": 19.9}, "19.90"),
        ({"price": 20, "salePrice": 15}, "15.00"),
        ({"price": {"amount": "5", "currencyCode": "USD"}}, "5.00"),
        ({"offers": [{"price": 7}, {"price": 8}]}, "7.00"),
        ({"price": 0, "regularPrice": 9}, "9.00"),
        ({"price": "on request"}, None),
        ({"price": True}, None),
        ({"price": [[]]}, None),
        ({"price": None}, None),
    ],
)
def test_the_price_of_now_is_taken(fields, price):
    assert said(json.dumps({"name": "Blue tee"} | fields)).price == (price and Decimal(price))


@pytest.mark.parametrize(
    ("fields", "in_stock"),
    [
        ({"available": True}, True),
        ({"available": False}, False),
        ({"soldOut": True}, False),
        ({"soldOut": False}, True),
        ({"stockStatus": "OUT_OF_STOCK"}, False),
        ({"availability": "https://schema.org/InStock"}, True),
        ({"offers": {"availability": "SoldOut"}}, False),
        ({"stock": "who knows"}, None),
        ({"stock": 7}, None),
    ],
)
def test_stock_is_yes_no_or_unknown(fields, in_stock):
    assert said(json.dumps(TEE | fields)).in_stock is in_stock


def test_one_size_of_several_that_can_be_had_is_enough():
    sizes = [TEE | {"available": False, "sku": "BT-7"}, TEE | {"available": True}]
    assert said(json.dumps(sizes)).in_stock is True


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"sku": "BT-7"}, {"sku": "BT-7"}),
        ({"productId": 104233}, {"productid": "104233"}),  # the page's address has it
        ({"productId": 999999}, {}),  # of whatever else
        ({"sku": "blue"}, {}),
        ({"sku": 7}, {}),
        ({"sku": "7" * 100}, {}),
    ],
)
def test_an_id_is_a_sku_or_one_that_the_address_has(fields, ids):
    assert said(json.dumps(TEE | fields)).ids == ids


def listed(value):
    page = Page("", "https://shop.example/all")
    return listed_object({key.lower(): said for key, said in value.items()}, page)


def test_an_object_of_a_list_is_a_product_with_a_name_an_address_and_more():
    facts = listed(TEE | {"url": "/p/7", "id": 7, "image": {"src": "/7.jpg"}})
    assert (facts.title, facts.url, facts.item_id) == ("Blue tee", "https://shop.example/p/7", "7")
    assert facts.images == ("https://shop.example/7.jpg",)
    assert facts.price == Decimal("19.90")


@pytest.mark.parametrize("key", ["node", "product", "item", "_source", "attributes"])
def test_an_object_may_be_wrapped(key):
    assert listed({key: TEE | {"id": 7}}).item_id == "7"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"name": "Men"},
        {"name": "Men", "url": "/men"},  # a category
        {"name": "Blue tee", "price": 5},  # without id and address
        {"price": 5, "url": "/p/7"},  # without a name
        {"name": "Blue tee", "price": 5, "url": "javascript:x"},
        {"node": {"node": {"node": {}}}},
    ],
)
def test_what_is_no_product_is_none(value):
    assert listed(value) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["name", "price", "offers", "image", "url", "sku", "stock", "node", "title"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_state_makes_the_reader_fail(value):
    facts = said("x = " + json.dumps(value))
    assert facts.price is None or facts.price > 0
    if isinstance(value, dict):
        assert (found := listed_object(value, Page("", URL))) is None or found.title


def test_wrappers_in_wrappers_are_taken_off():
    value = {"name": "Blue tee", "url": "/p/1", "price": 5}
    for _ in range(300):
        value = {"node": value}
    assert listed(value).url == "https://shop.example/p/1"
