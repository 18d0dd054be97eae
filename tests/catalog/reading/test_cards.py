"""Which tags of a page are the cards of its list."""

import pytest

from catalog.reading.cards import Look, cards, cards_like, look_of, main_link, repeated
from catalog.reading.page import Page

URL = "https://shop.example/tees/"
CARD = '<li class="card"><a href="/p/{n}"><img src="/{n}.jpg"></a><b>${n}.50</b></li>'


def many(card=CARD, count=3, first=1):
    return "".join(card.replace("{n}", str(n)) for n in range(first, first + count))


def addresses(html):
    return [card.url.removeprefix("https://shop.example") for card in cards(Page(html, URL))]


def links_of(html):
    """The main link of the page's one div."""
    page = Page(f"<div>{html}</div>", URL)
    return main_link(page, page.by_name["div"][0]).removeprefix("https://shop.example")


def test_what_repeats_with_picture_link_and_price_is_a_list():
    assert addresses(f"<ul>{many()}</ul>") == ["/p/1", "/p/2", "/p/3"]


@pytest.mark.parametrize(
    "card",
    [
        '<li><a href="/x/{n}">Tee</a><b>${n}.50</b></li>',  # without a picture
        '<li><img src="/{n}.jpg"><b>${n}.50</b></li>',  # without a link
        '<li><a href="#{n}"><img src="/{n}.jpg"></a><b>$5.00</b></li>',
        '<li><a href="/cart/"><img src="/{n}.jpg"></a><b>$5.00</b></li>',
        '<li><a href="/x/{n}"><img src="/{n}.jpg"></a></li>',  # and no word of a product
    ],
)
def test_what_lacks_something_of_a_card_is_none(card):
    assert addresses(f"<ul>{many(card)}</ul>") == []


@pytest.mark.parametrize(
    "card",
    [
        '<li class=product><a href="/x/{n}"><img src="/{n}.jpg"></a></li>',
        '<li><a href="/products/{n}"><img src="/{n}.jpg"></a></li>',
        '<li class=product><a href="/x/{n}" style="background:url(/{n}.jpg)">T</a></li>',
    ],
)
def test_a_list_without_prices_says_product_in_another_way(card):
    assert len(addresses(f"<ul>{many(card)}</ul>")) == 3


def test_one_card_is_no_list_and_two_are():
    assert addresses(f"<ul>{many(count=1)}</ul>") == []
    assert addresses(f"<ul>{many(count=2)}</ul>") == ["/p/1", "/p/2"]


def test_the_same_product_twice_is_one_card():
    assert addresses(f"<ul>{many(count=4)}{many(count=1)}</ul>") == ["/p/1", "/p/2", "/p/3", "/p/4"]


def test_the_larger_of_two_lists_is_the_page_s():
    aside = f"<aside><div>{many(count=2, first=8)}</div></aside>"
    assert addresses(f"{aside}<main><ul>{many(count=5)}</ul></main>") == [
        f"/p/{n}" for n in range(1, 6)
    ]


def test_the_outermost_of_what_repeats_is_the_card():
    card = '<li class=outer><div class=inner><a href="/p/{n}"><img src="/{n}.jpg"></a><b>${n}.50</b></div></li>'
    page = Page(f"<ul>{many(card)}</ul>", URL)
    assert {page.tags[card.number].name for card in cards(page)} == {"li"}


@pytest.mark.parametrize(
    ("html", "link"),
    [
        ("<a href=/shop>Shop</a><a href=/p/1><img src=1.jpg></a>", "/p/1"),  # around the picture
        ("<a href=/brand>B</a><h3><a href=/p/1>Tee</a></h3>", "/p/1"),  # the name's
        ("<a href=/brand>B</a><a class=product-link href=/p/1>T</a>", "/p/1"),
        ("<a href=/p/1#reviews>5 stars</a><a href=/p/1>T</a><a href=/brand>B</a>", "/p/1"),  # twice
        ("<a href=/wishlist/add>+</a><a href='?add-to-cart=1'>Buy</a><a href=/p/1>T</a>", "/p/1"),
        ("<a href='mailto:a@b'>Ask</a>", ""),
        ("<a href='http://['>x</a>", ""),
        ("<a href=/tees>All tees</a>", ""),  # the list itself
        ("<a>nowhere</a>", ""),
        ("no link", ""),
    ],
)
def test_the_main_link_is_the_picture_s_or_the_name_s(html, link):
    assert links_of(html) == link


def test_a_link_around_a_card_is_the_card_s():
    page = Page("<a href=/p/1><div><img src=1.jpg></div></a>", URL)
    assert main_link(page, page.by_name["div"][0]) == "https://shop.example/p/1"


def test_cards_beside_a_product_are_what_repeats():
    page = Page(f"<h1>Tee</h1><p>$9.99</p><ul>{many()}</ul>", URL)
    places = {page.tags[first].name: last for first, last in repeated(page)}
    assert "li" in places
    assert not any(first <= page.by_name["h1"][0] <= last for first, last in repeated(page))


def test_what_has_far_more_than_its_like_is_no_card():
    long = CARD.replace("</li>", "<p>word</p>" * 60 + "</li>")
    page = Page(f"<ul>{many(long, 1)}{many(count=3, first=2)}</ul>", URL)
    within = [page.tags[first] for first, _ in repeated(page)]
    assert page.tags[page.by_name["li"][0]] not in within
    assert page.tags[page.by_name["li"][1]] in within


def test_a_list_is_known_again_by_its_look_be_it_of_one_card():
    look = look_of(Page(f"<ul>{many()}</ul>", URL))
    assert look == Look("li", frozenset({"card"}), priced=True)
    last = Page(f"<ul>{many(count=1, first=9)}<li class=card>No price, no link</li></ul>", URL)
    assert [card.url for card in cards_like(last, look)] == ["https://shop.example/p/9"]


def test_a_list_without_a_class_in_common_has_no_look():
    nameless = CARD.replace(' class="card"', "")
    assert look_of(Page(f"<ul>{many(nameless)}</ul>", URL)) is None
    assert look_of(Page("<p>none</p>", URL)) is None
