"""What a page's head says."""

from decimal import Decimal

import pytest

from catalog.reading.metas import about, canonical, is_of_a_product, meta, metas, title
from catalog.reading.page import Page

URL = "https://shop.example/c/1?x=2"


def page(html):
    return Page(html, URL)


def tags(**contents):
    return page("".join(
        f'<meta property="{name.replace("__", ":")}" content="{content}">'
        for name, content in contents.items()
    ))  # fmt: skip


def test_metas_are_known_by_property_or_name_in_any_case():
    one = page(
        '<meta property="OG:Title" content=A><meta name=" og:title " content=B><meta content=C>'
    )
    assert metas(one) == {"og:title": ["A", "B"]}
    assert meta(one, "none", "og:title") == "A"
    assert meta(one, "none") == ""


@pytest.mark.parametrize(
    ("amount", "currency", "price"),
    [
        ("12.50", "USD", ("12.50", "USD")),
        ("1.299,00", "EUR", ("1299.00", "EUR")),
        ("£5", "", ("5.00", "GBP")),
        ("5", "", ("5.00", "")),
        ("from 5", "EUR", (None, "EUR")),
        ("ask us", "", (None, "")),
    ],
)
def test_the_price_of_the_head(amount, currency, price):
    facts = about(tags(product__price__amount=amount, product__price__currency=currency))
    amount, code = price
    assert (facts.price, facts.currency) == (amount and Decimal(amount), code)


def test_the_price_of_now_counts_before_the_regular_one():
    facts = about(tags(product__price__amount="20", product__sale_price__amount="15"))
    assert facts.price == 15


def test_a_dollar_is_the_shop_s_own():
    head = '<html lang=en-CA><meta property=product:price content="$ 5">'
    assert about(page(head)).currency == "CAD"


def test_the_head_tells_stock_id_title_and_each_picture_once():
    facts = about(tags(
        product__availability="out of stock", product__retailer_item_id="BT-7", og__title="R&amp;amp;D",
        og__image="/a.jpg", og__image__secure_url="https://shop.example/a.jpg", twitter__image="b.jpg",
    ))  # fmt: skip
    assert (facts.in_stock, facts.item_id, facts.title) == (False, "BT-7", "R&D")
    assert facts.images == ("https://shop.example/a.jpg", "https://shop.example/c/b.jpg")


def test_a_head_without_a_word_says_nothing():
    facts = about(page("<p>Tee</p>"))
    assert (facts.price, facts.currency, facts.in_stock, facts.images, facts.ids) == (
        None,
        "",
        None,
        (),
        {},
    )


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ("<link rel=canonical href=/p/7>", "https://shop.example/p/7"),
        ("<link rel='nofollow CANONICAL' href=?id=7>", "https://shop.example/c/1?id=7"),
        (
            "<link rel=stylesheet href=/s.css><meta property=og:url content=/p/8>",
            "https://shop.example/p/8",
        ),
        ("<link rel=canonical href='javascript:void(0)'>", ""),
        ("<link rel=canonical>", ""),
        ("", ""),
    ],
)
def test_the_page_s_own_address(html, address):
    assert canonical(page(html)) == address


@pytest.mark.parametrize(
    ("html", "is_one"),
    [
        ("<meta property=og:type content=og:Product>", True),
        ("<meta property=product:price:amount content=5>", True),
        ("<meta property=og:type content=article>", False),
        ("", False),
    ],
)
def test_a_page_of_a_product_calls_itself_so(html, is_one):
    assert is_of_a_product(page(html)) is is_one


def test_the_title_is_the_first_without_spaces_around_and_no_picture_s():
    assert (
        title(page("<title>\n Blue &amp; tee </title><svg><title>Icon</title></svg>"))
        == "Blue & tee"
    )
    assert title(page("<p>none</p>")) == ""
    assert len(title(page(f"<title>{'x' * 5000}</title>"))) == 1000
