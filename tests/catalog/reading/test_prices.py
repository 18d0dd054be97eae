"""Which of a page's prices speaks most for itself."""

from decimal import Decimal

import pytest

from catalog.reading.money import Price
from catalog.reading.page import Page
from catalog.reading.prices import (
    MAX_PRICES,
    PriceCandidate,
    lower_beside,
    names_of,
    own_names,
    prices_seen,
    tight,
)

URL = "https://shop.example/p/1"


def seen(html, url=URL):
    return [(str(one.price.amount), one.price.currency) for one in prices_seen(Page(html, url))]


def points(html):
    """Of the one price on a page."""
    (only,) = prices_seen(Page(html, URL))
    return only.points


@pytest.mark.parametrize(
    ("html", "prices"),
    [
        ("<p>€ 12,50</p>", [("12.50", "EUR")]),
        ("<p><b>$</b><b>34</b><b>.</b><b>98</b></p>", [("34.98", "USD")]),
        ("<p><b>34</b><sup>98</sup> <i>€</i></p>", [("34.98", "EUR")]),
        ("<p>$34<sup>98</sup></p>", [("34.98", "USD")]),
        ("<p>99¢</p>", [("0.99", "")]),
        ("<i class=price>19.90</i>", [("19.90", "")]),
        ("<i>19.90</i>", []),  # nothing says that it is a price
        ("<i class=price>3 sold</i>", []),
        ("<i class=price>0</i>", []),
        ("<i class=price>19.90 – 24.90 (from)</i>", []),
        ("<p>was £20</p><p>now £15</p>", [("20.00", "GBP"), ("15.00", "GBP")]),
        ("<p hidden>$1</p><script>'$2'</script><style>$3</style>", []),
        (f"<p>{'so ' * 60} $5</p>", []),  # within a long text
        ("<p>no price at all</p>", []),
        ("", []),
    ],
)
def test_prices_are_seen_as_a_visitor_sees_them(html, prices):
    assert seen(html) == prices


@pytest.mark.parametrize(
    ("html", "tags"),
    [
        ("<p><b>$34</b> <i>$20</i></p>", ["b", "i"]),
        ("<div><del>$34</del></div>", ["del"]),  # nothing is added by what is around it
        ("<p><b>$34</b><sup>98</sup></p>", ["p"]),
    ],
)
def test_a_price_stands_in_the_innermost_tag_that_holds_it_whole(html, tags):
    page = Page(html, URL)
    assert [page.tags[one.number].name for one in prices_seen(page)] == tags


@pytest.mark.parametrize(
    ("words", "price"),
    [
        ("Was £29.00 Now £19.00", "19.00"),
        ("Reg. $29.00 Sale $19.00", "19.00"),
        ("UVP 29,90 € 19,90 €", "19.90"),
        ("Save $10 $19.90", "19.90"),
        ("was £29, save £10, now £19", "19.00"),
        ("12x de R$ 16,58 ou R$ 199,00", "199.00"),
        ("£19.00 was £29.00", "19.00"),
        ("from $10 to $20", "10.00"),
        ("ab 19,90 € bis 29,90 €", "19.90"),
        ("2 for $30, $19.90 each", "30.00"),
        ("19,90 €/kg 5,00 €", "19.90"),
        ("Versand ab 50 € frei, sonst 4,90 €", "50.00"),
        ("Save £5 when you spend £50", "5.00"),
        ("Save £5 over £50", "5.00"),
        ("Was £20.00 - £30.00", "20.00"),
        ("UVP 29,90 € bis 39,90 €", "29.90"),
        ("Was £29.00 (£5 off)", "29.00"),
        ("Statt 29,90 € 2,99 €/kg", "29.90"),
        ("was £29.00", "29.00"),
    ],
)
def test_a_text_with_several_prices_is_of_the_one_now(words, price):
    assert [amount for amount, _ in seen(f"<p>{words}</p>")] == [price]


def test_the_price_now_is_as_likely_behind_the_old_one_as_alone():
    assert points("<p>Was $9 Now $5</p>") == points(PLAIN)


def test_the_shop_s_country_tells_whose_dollars_they_are():
    assert seen("<p>$5</p>", "https://shop.example.ca/p/1") == [("5.00", "CAD")]
    assert seen("<html lang=es-MX><p>$5</p>") == [("5.00", "MXN")]


def test_a_page_of_prices_ends_at_some_number():
    assert len(seen("<p>$5</p>" * (MAX_PRICES + 10))) == MAX_PRICES


PLAIN = "<p>$5</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p class=price>$5</p>",
        "<p class='sale-price'>$5</p>",
        "<div class=prezzo><p>$5</p></div>",
    ],
)
def test_a_price_is_more_likely_where_its_class_says_so(html):
    assert points(html) > points(PLAIN)


def test_the_nearer_the_class_the_more_it_says():
    near = points("<p class=price>$5</p>")
    far = points("<div class=price><div><div><p>$5</p></div></div></div>")
    assert near > far > points(PLAIN)
    assert points("<p class='price sale'>$5</p>") > near > points("<p class='price old'>$5</p>")


@pytest.mark.parametrize(
    "html",
    [
        "<del>$5</del>",
        "<p style='text-decoration:line-through'>$5</p>",
        "<p class=old-price>$5</p>",
        "<p>RRP: $5</p>",
        "<p>Shipping: $5</p>",
        "<p>$5 / 100 g</p>",
        "<p>$5 per month</p>",
        "<p>$5 excl. VAT</p>",
        "<p class=minicart>$5</p>",
        "<select><option>$5</option></select>",
        "<header><p>$5</p></header>",
        f"<p>{'so ' * 30}$5</p>",
    ],
)
def test_a_price_is_less_likely_where_something_speaks_against_it(html):
    assert points(html) < points(PLAIN)


def test_what_stands_behind_one_price_is_not_said_of_the_next():
    first, second = prices_seen(Page("<p>$5 <i>off</i></p><p>$9</p>", URL))
    assert first.points < second.points


def candidate(amount, place, points=3):
    return PriceCandidate(place, Price(Decimal(amount), "EUR"), place, points)


@pytest.mark.parametrize(
    ("other", "chosen"),
    [
        (("80", 11), "80"),  # right behind it, and lower
        (("80", 12), "80"),
        (("80", 13), "100"),  # too far
        (("80", 9), "100"),  # before it
        (("120", 11), "100"),  # the higher one is the old one
        (("29", 11), "100"),  # that cheap is something else
        (("100", 11), "100"),
    ],
)
def test_of_two_prices_side_by_side_the_lower_is_asked(other, chosen):
    best, beside = candidate("100", 10), candidate(*other)
    assert lower_beside(best, [best, beside]).price.amount == Decimal(chosen)


def test_a_price_alone_is_itself():
    only = candidate("5", 1)
    assert lower_beside(only, []) is only


def test_names_are_of_the_tag_and_of_those_around_it():
    page = Page("<div id=Outer><p class='A b' itemprop=price data-test=x>1</p></div>", URL)
    (number,) = page.by_name["p"]
    assert own_names(page, number) == "a b price x"
    assert names_of(page, number, 2).split() == ["a", "b", "price", "x", "outer"]
    assert names_of(page, number, 99).split()[-1] == "outer"


@pytest.mark.parametrize(
    ("html", "joined"),
    [
        ("<p><b>$</b><b>34</b><b>98</b></p>", "$34.98"),
        ("<p><b>34,</b><b>98</b><b>€</b></p>", "34,98 €"),
        ("<p><b>$</b><b>1,299</b><b>.</b><b>00</b></p>", "$1,299.00"),
        ("<p><b>Tee</b><b>blue</b></p>", "Tee blue"),
        ("<p></p>", ""),
    ],
)
def test_the_parts_of_a_number_are_put_together(html, joined):
    page = Page(html, URL)
    assert tight(page, page.by_name["p"][0]) == joined
