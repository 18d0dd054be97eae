"""A product as a visitor sees it on its own page."""

from decimal import Decimal

import pytest

from catalog.reading.page import Page
from catalog.reading.visible import heading, visible_product

URL = "https://shop.example/x/blue-tee-104233"
HEAD = "<title>Blue tee | Shop</title>"
LONG = "Blue cotton summer tee"
LONG_HEAD = f"<title>{LONG} | Shop</title>"


def shown(html, url=URL):
    return visible_product(Page(html, url))


def name_of(html):
    page = Page(html, URL)
    number = heading(page)
    return page.text(number) if number >= 0 else ""


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<h1>Blue tee</h1>", "Blue tee"),
        (LONG_HEAD + f"<h1>Shop</h1><h2>{LONG}</h2>", LONG),
        (HEAD + "<h1>Blue tee</h1><h2>Blue tee reviews</h2>", "Blue tee"),
        (LONG_HEAD + f"<div class=product-name>{LONG}</div>", LONG),
        (LONG_HEAD + f"<div>{LONG}</div>", ""),  # words like any others
        ("<h2>Delivery</h2>", ""),
        ("<h1>x</h1>", ""),
        (f"<h1>{'word ' * 100}</h1>", ""),
        ("", ""),
    ],
)
def test_the_name_is_the_heading_that_the_title_confirms(html, name):
    assert name_of(html) == name


def test_a_page_without_a_heading_is_called_by_its_head():
    assert shown("<title>Shop | Blue cotton tee</title>").facts.title == "Blue cotton tee"
    og = "<meta property=og:title content='Blue tee'><title>Shop of tees and coats</title>"
    assert shown(og).facts.title == "Blue tee"
    assert shown("").facts.title == ""


def test_the_price_near_the_name_is_the_product_s():
    html = HEAD + "<p>$1.00</p>" + "<p>word</p>" * 300 + "<h1>Blue tee</h1><p>$19.90</p>"
    assert shown(html).facts.price == Decimal("19.90")


def test_a_price_that_all_speaks_against_is_none():
    assert shown("<h1>Blue tee</h1><p class=shipping>Shipping: $5.00</p>").facts.price is None


def test_what_stands_in_other_products_cards_is_theirs():
    cards = "".join(
        f"<li class=rel><a href=/p/{n}><img src=/{n}.jpg alt=Other></a><b>${n}.00</b>"
        "<i>In stock</i><p>SKU: X-10</p></li>"
        for n in (1, 2, 3)
    )
    facts = shown(f"<h1>Blue tee</h1><ul>{cards}</ul>").facts
    assert (facts.price, facts.in_stock, facts.images, facts.ids) == (None, None, (), {})


@pytest.mark.parametrize(
    ("html", "in_stock"),
    [
        ("<button>Add to cart</button>", True),
        ("<input type=submit value='Add to cart'>", True),
        ("<input type=text value='Add to cart'>", None),
        ("<button aria-label='Add to cart'><svg></svg></button>", True),
        ("<button name=add class=add-to-cart>+</button>", True),
        ("<button class=add-to-cart>Sold out</button>", False),
        ("<a><img src=buy.gif alt='Buy now'></a>", True),
        ("<button disabled>Add to cart</button>", None),
        ("<button class=is-disabled>Add to cart</button>", None),
        ("<header><button>Add to cart</button></header>", None),
        ("<p>Add to cart to see the price</p>", None),
        ("<p>In stock</p>", True),
        ("<p>Sold out</p>", False),
        ("<p>Sold out</p><button>Add to cart</button>", True),
        ("<select><option>XL – sold out</option></select>", None),
        ("<p>This size is sold out</p>", None),
        ("<p class=store>Out of stock</p>", None),
        ("<p hidden>Sold out</p>", None),
        ("<p>About our stock of tees</p>", None),
    ],
)
def test_stock_is_what_a_button_does_else_what_is_said_of_the_whole_product(html, in_stock):
    assert shown(f"<h1>Blue tee</h1>{html}").facts.in_stock is in_stock


def test_a_place_for_stock_counts_before_words_nearby():
    html = "<h1>Blue tee</h1><p>in stock</p><p class=availability>Sold out</p>"
    assert shown(html).facts.in_stock is False


@pytest.mark.parametrize(
    ("html", "picture"),
    [
        ("<img src=/a.jpg><img src=/b.jpg alt='Blue tee'>", "b.jpg"),
        ("<img src=/logo.png alt=Shop><div class=gallery><img src=/b.jpg></div>", "b.jpg"),
        ("<img src=/i.jpg width=20 alt='Blue tee'><img src=/b.jpg width=600>", "b.jpg"),
        ("<header><img src=/a.jpg></header><img src=/b.jpg width=600>", "b.jpg"),
        ("<img src=/payment-icon.png>", ""),
        ("<img src='data:,x' alt='Blue tee'>", ""),
        ("<picture><source srcset=/b.webp><img src=/a.jpg alt='Blue tee'></picture>", "b.webp"),
        ("<img src=/a.jpg alt='Blue tee'><noscript><img src=/b.jpg></noscript>", "b.jpg"),
        ("", ""),
    ],
)
def test_the_main_picture_is_large_and_called_like_the_product(html, picture):
    images = shown(f"<h1>Blue tee</h1>{html}").facts.images
    assert [link.rsplit("/", 1)[-1] for link in images] == [picture] * bool(picture)


def test_what_only_a_product_s_page_has_makes_it_sure():
    plain = shown("<h1>Blue tee</h1><p>About it</p>")
    assert not plain.sure
    for more in ("<button>Add to cart</button>", "<p>Sold out</p>", "<p>SKU: 104233</p>"):
        found = shown(f"<h1>Blue tee</h1>{more}")
        assert found.sure
        assert found.points > plain.points
    priced = shown("<h1>Blue tee</h1><p>$5.00</p>", "https://shop.example/products/tee")
    assert priced.sure


def test_a_page_without_a_name_is_no_product_s():
    assert shown("<p>$5.00</p><button>Add to cart</button>").points == 0
