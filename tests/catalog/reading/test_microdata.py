"""Items and properties in a page's tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.microdata import loose_properties, microdata
from catalog.reading.page import Page

URL = "https://shop.example/c/"
TYPE = "itemscope itemtype='http://schema.org/Product'"


def items(html):
    found = microdata(Page(html, URL))
    for item in found:
        item.pop("@number")
    return found


def properties(html):
    (item,) = items(f"<div {TYPE}>{html}</div>")
    return {key: value for key, value in item.items() if not key.startswith("@")}


@pytest.mark.parametrize(
    ("html", "value"),
    [
        ("<b itemprop=p> Blue\n tee </b>", "Blue tee"),
        ("<b itemprop=p content=' 5 '>five</b>", " 5 "),
        ("<meta itemprop=p content=5>", "5"),
        ("<a itemprop=p href=/x>text</a>", "/x"),
        ("<link itemprop=p href=InStock>", "InStock"),
        ("<b itemprop=p href=/x>text</b>", "text"),  # a <b> links nowhere
        ("<time itemprop=p datetime=2026>now</time>", "2026"),
        ("<data itemprop=p value=7>seven</data>", "7"),
        ("<object itemprop=p data=/o></object>", "/o"),
        ("<img itemprop=p src=i.jpg>", "https://shop.example/c/i.jpg"),
        (
            "<img itemprop=p src='data:image/gif;base64,x' data-src=/lazy.jpg>",
            "https://shop.example/lazy.jpg",
        ),
        ("<b itemprop=p></b>", ""),
    ],
)
def test_the_value_of_a_property_is_where_html_puts_it(html, value):
    assert properties(html) == {"p": [value]}


@pytest.mark.parametrize(
    ("html", "value"),
    [
        ("<b itemprop=price>1 299<sup>90</sup></b>", "1 299.90"),
        ("<b itemprop=lowPrice>19<i>,90 €</i></b>", "19,90 €"),
        ("<b itemprop=price><i>$29.00</i> <i>$19.00</i></b>", "$29.00 $19.00"),
        ("<b itemprop=name>Tee 19<sup>90</sup></b>", "Tee 19 90"),
    ],
)
def test_a_price_s_cents_may_stand_in_a_tag_of_their_own(html, value):
    assert list(properties(html).values()) == [[value]]


def test_properties_have_several_names_and_values():
    html = "<b itemprop='Name title'>Tee</b><b itemprop=name>Shirt</b>"
    assert properties(html) == {"name": ["Tee", "Shirt"], "title": ["Tee"]}


def test_an_item_within_another_is_a_value_of_it():
    offer = "<p itemprop=offers itemscope itemtype=Offer><b itemprop=price>5</b></p>"
    (item,) = items(f"<div {TYPE}>{offer}<b itemprop=name>Tee</b></div>")
    (inner,) = item["offers"]
    assert (inner["@type"], inner["price"]) == (["Offer"], ["5"])
    assert item["name"] == ["Tee"]
    assert "price" not in item


def test_items_side_by_side_keep_their_order_and_their_own():
    found = items("".join(f"<li {TYPE}><b itemprop=name>{n}</b></li>" for n in "abc"))
    assert [item["name"] for item in found] == [["a"], ["b"], ["c"]]


def test_a_reference_brings_properties_from_elsewhere():
    html = (
        f"<b id=p itemprop=price>5</b><div {TYPE} itemref='none p'><b itemprop=name>Tee</b></div>"
    )
    (item,) = items(html)
    assert (item["name"], item["price"]) == (["Tee"], ["5"])


def test_an_item_that_refers_to_itself_ends():
    (item,) = items(f"<div id=a {TYPE} itemref=a><b itemprop=name>Tee</b></div>")
    assert item["name"] == ["Tee"]


def test_properties_in_no_item_are_loose():
    page = Page(f"<b itemprop=price>5</b><div {TYPE}><b itemprop=name>Tee</b></div>", URL)
    assert loose_properties(page) == {"price": ["5"]}


@given(
    st.lists(
        st.sampled_from(
            ["<div itemscope>", "</div>", "<b itemprop=a>", "</b>", "<i id=x itemprop=b itemscope>",
             "</i>", "<p itemscope itemref='x x y'>", "text", "<img itemprop=image>"]
        )
    )
)  # fmt: skip
def test_any_nesting_of_items_is_read(parts):
    assert all("@type" in item for item in items("".join(parts)))
