"""Named fields made a record."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.records import ProductRecord, Unreadable
from catalog.sources.described import MAX_PICTURES, described, pictures, stock, web_address

BASE = "https://shop.example/feed/all.xml"


def record(**said):
    return described({"item_id": "7"} | said, "line 4", BASE)


def test_fields_become_a_record():
    found = record(
        title=" Blue <b>tee</b> ", price="19,90 €", category=["Shirts"], product_url="/p/7", brand={"name": "Acme"},
        image_urls="/7.jpg", in_stock="yes", group=12,
    )  # fmt: skip
    assert found == ProductRecord(
        item_id="7", title="Blue tee", price=Decimal("19.90"), currency="EUR", category="Shirts", brand="Acme",
        product_url="https://shop.example/p/7", image_url="https://shop.example/7.jpg", in_stock=True,
        image_urls=("https://shop.example/7.jpg",), group="12", place="line 4",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "item_id"),
    [
        ({"item_id": 7}, "7"),
        ({"item_id": {"value": "A"}}, "A"),
        ({"item_id": "", "product_url": "https://shop.example/p/tee.html"}, "tee"),
        ({"product_url": "https://shop.example/?id=9&copy=1"}, "9"),
        ({"item_id": " "}, None),
        ({"product_url": "ftp://shop.example/p/7"}, None),
        ({"product_url": "https://shop.example/"}, None),
        ({}, None),
    ],
)
def test_what_has_neither_id_nor_address_is_told(said, item_id):
    found = described(said, "line 4")
    if item_id is None:
        assert found == Unreadable("line 4", "line 4 has neither an id nor an address")
    else:
        assert found.item_id == item_id


@pytest.mark.parametrize(
    ("price", "currency", "amount"),
    [
        ("1.299", "", "1299.00"),  # in a text it is grouped
        (1.299, "", "1.30"),  # what a program wrote is taken as it is
        ("1.299", "KWD", "1.30"),
        ("USD 5", "", "5.00"),
        (0, "", "0.00"),
        ("free", "", "0.00"),
        (None, "EUR", None),
        ("", "EUR", None),
        (True, "EUR", None),
    ],
)
def test_a_price_is_read_as_it_is_meant(price, currency, amount):
    found = record(price=price, currency=currency)
    assert found.price == (amount and Decimal(amount))
    assert found.unread == ()


def test_a_price_that_cannot_be_read_is_kept_beside_what_the_source_could_not_read():
    assert record(price="on request", unread=["sale 'soon'"]).unread == (
        "price 'on request'",
        "sale 'soon'",
    )
    assert len(record(price="ask " * 100).unread[0]) < 60


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (["/1.jpg", "/2.jpg", "/1.jpg"], ("/1.jpg", "/2.jpg")),
        ("/1.jpg", ("/1.jpg",)),
        ([{"value": "/1.jpg"}, None, "", 7], ("/1.jpg", "/feed/7")),
        (["file:///etc/passwd", "javascript:x", "http://[", "data:x"], ()),
        ("/i?a=1&amp;copy=2", ("/i?a=1&copy=2",)),  # no sign of a copyright
        (None, ()),
    ],
)
def test_pictures_are_addresses_of_the_web_each_once(said, found):
    assert pictures(said, BASE) == tuple(f"https://shop.example{path}" for path in found)


def test_a_product_has_so_many_pictures():
    assert len(pictures([f"/{n}.jpg" for n in range(1000)], BASE)) == MAX_PICTURES


@pytest.mark.parametrize(
    ("link", "base", "address"),
    [
        ("/p/1", BASE, "https://shop.example/p/1"),
        ("/p/1", "", ""),
        ("//cdn.example/1", BASE, "https://cdn.example/1"),
        ("HTTPS://shop.example/x", "", "HTTPS://shop.example/x"),
        ("C:\\pics\\1.jpg", "", ""),
        ("file:///etc/passwd", BASE, ""),
        ("", BASE, ""),
        ("https://shop.example/" + "x" * 2000, "", ""),
    ],
)
def test_only_addresses_of_the_web_are_links(link, base, address):
    assert web_address(link, base) == address


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (True, True), (False, False), (1, True), (0, False), ("Y", True), ("no", False),
        ("in stock", True), ("https://schema.org/SoldOut", False), (None, None), ([], None),
        ("12", True), (12, True), ("0", False), ("-3", False), ("--3", False), ("0 in stock", False),
    ],
)  # fmt: skip
def test_stock_is_yes_no_or_unknown(said, answer):
    assert stock(said) is answer


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    "item_id",
    "title",
    "price",
    "currency",
    "category",
    "product_url",
    "image_urls",
    "in_stock",
    "group",
]


@given(st.dictionaries(st.sampled_from(FIELDS), ANY))
def test_any_fields_are_a_record_or_told(said):
    found = described(said, "line 4", BASE)
    if isinstance(found, ProductRecord):
        assert found.item_id
        assert found.price is None or found.price >= 0
        assert all(
            link.startswith("http") for link in (*found.image_urls, found.product_url) if link
        )
