"""What the cards of a list say of their products."""

from decimal import Decimal

import pytest

from catalog.reading.cards import Look
from catalog.reading.listed import listed
from catalog.reading.page import Page

URL = "https://shop.example/tees/"


def read(inner, count=3, link="<a href='/p/{n}'><img src='/{n}.jpg'></a>"):
    """The products of a list whose cards hold `inner`; {n} is each one's number."""
    card = f"<li class=product>{link}{inner}</li>"
    html = "".join(card.replace("{n}", str(n)) for n in range(1, count + 1))
    return listed(Page(f"<ul>{html}</ul>", URL))


def first(inner, **more):
    return read(inner, **more)[0]


@pytest.mark.parametrize(
    ("inner", "title"),
    [
        ("<h3>Tee {n}</h3><a class=title href='/p/{n}'>other</a>", "Tee 1"),
        ("<p class=product-title>Tee {n}</p><a href='/p/{n}'>other</a>", "Tee 1"),
        ("<a href='/p/{n}'>Tee {n}</a>", "Tee 1"),
        ("<a href='/p/{n}' title='Tee {n}'>View</a>", "Tee 1"),
        ("<a href='/p/{n}' aria-label='Tee {n}'></a>", "Tee 1"),
        ("<img src='/b.jpg' alt='Tee {n}'>", "Tee 1"),
        ("<h3>Sale!</h3><h4>Tee {n}</h4>", "Tee 1"),
        ("<h3>-20 %</h3><h3>New</h3><h3>Tee &amp;amp; {n}</h3>", "Tee & 1"),
        ("<h3>Футболка {n}</h3>", "Футболка 1"),
        ("<h3>Quick view</h3><a href='/p/{n}'>Add to cart</a>", ""),
        (f"<h3>{'x' * 301}</h3>", ""),
        ("", ""),
    ],
)
def test_a_card_s_name_is_its_heading_else_what_comes_nearest(inner, title):
    assert first(inner).title == title


def test_a_link_around_the_whole_card_leaves_the_name_to_the_picture():
    link = "<a href='/p/{n}'><img src='/{n}.jpg' alt='Blue tee {n}'>Blue tee {n} $5.00</a>"
    assert first("", link=link).title == "Blue tee 1"


@pytest.mark.parametrize(
    ("inner", "price"),
    [
        ("<b>{n}0,50 €</b>", ("10.50", "EUR")),
        ("<del>$20.00</del> <b>$15.00</b>", ("15.00", "USD")),
        ("<b>$15.00</b> <del>$20.00</del>", ("15.00", "USD")),
        ("<span>$20.00</span> <span>$15.00</span>", ("15.00", "USD")),  # side by side
        ("<b data-price='19.90'>?</b>", ("19.90", "")),
        ("<meta itemprop=price content='19.90'>", ("19.90", "")),
        ("<b data-price='on request, by telephone'>?</b>", (None, "")),
        ("<b>on request</b>", (None, "")),
    ],
)
def test_a_card_s_price_is_the_one_of_now(inner, price):
    facts = first(inner)
    amount, currency = price
    assert (facts.price, facts.currency) == (amount and Decimal(amount), currency)


def test_prices_between_cards_are_those_of_the_cards_before_them():
    card = "<dt class=product><a href='/p/{n}'><img src='/{n}.jpg'>Tee</a></dt><dd>${n}.50</dd>"
    html = "".join(card.replace("{n}", str(n)) for n in (1, 2, 3))
    assert [facts.price for facts in listed(Page(f"<dl>{html}</dl>", URL))] == [
        Decimal("1.50"), Decimal("2.50"), Decimal("3.50"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("inner", "in_stock"),
    [("<i>Sold out</i>", False), ("<i>In stock</i>", None), ("", None)],
)
def test_a_card_can_only_say_that_nothing_is_left(inner, in_stock):
    assert first(f"<b>$5.00</b>{inner}").in_stock is in_stock


@pytest.mark.parametrize(
    ("inner", "ids"),
    [
        ("<a data-product_sku=' BT-{n} '>Add</a>", {"sku": "BT-1"}),
        ("<a data-sku=''>Add</a>", {}),
        (f"<a data-sku={'7' * 90}>Add</a>", {}),
        ("<a data-product-id={n}>Add</a>", {}),  # a row of the shop's database
    ],
)
def test_a_card_s_id_is_a_sku_in_its_attributes(inner, ids):
    assert first(inner).ids == ids


def test_a_picture_of_many_cards_is_nobody_s_own():
    for facts in read("<b>$5.00</b>", link="<a href='/p/{n}'><img src=/soon.gif></a>"):
        assert (facts.images, facts.stand_ins) == ((), ("https://shop.example/soon.gif",))
    two = read("<b>$5.00</b>", count=2, link="<a href='/p/{n}'><img src=/same.gif></a>")
    assert [facts.images for facts in two] == [("https://shop.example/same.gif",)] * 2


def test_the_list_s_last_page_may_have_one_card():
    html = "<ul><li class='product wide'><a href=/p/9><img src=/9.jpg></a>$9.00</li></ul>"
    look = Look("li", frozenset({"product"}), priced=True)
    assert [facts.url for facts in listed(Page(html, URL), look)] == ["https://shop.example/p/9"]
    assert listed(Page(html, URL)) == []


def test_a_page_without_a_list_has_no_cards():
    assert listed(Page("<h1>About us</h1>", URL)) == []
    assert listed(Page("", URL)) == []
