"""Ids that only the page itself shows."""

import pytest

from catalog.reading.identifiers import address_parts, identifiers
from catalog.reading.page import Page

URL = "https://shop.example/p/blue-tee-104233.html"


def found(html, url=URL, start=0, others=()):
    page = Page(f"<div>{html}</div>", url)
    apart = bytearray(len(page.tags))
    for name in others:
        for number in page.by_name[name]:
            apart[number] = 1
    return identifiers(page, start, apart)


@pytest.mark.parametrize(
    ("html", "ids"),
    [
        ("<p>SKU: BT-7</p>", {"sku": "BT-7"}),
        ("<dt>Art.-Nr.</dt><dd>4711/2</dd>", {"sku": "4711/2"}),
        ("<p>Артикул: 00123</p>", {"sku": "00123"}),
        ("<p>品番：AB-12</p>", {"sku": "AB-12"}),
        ("<p>Ref. 1044/320</p>", {"sku": "1044/320"}),
        ("<p>Model: X100 (black)</p>", {"mpn": "X100"}),
        ("<p>EAN: 4006381333931</p>", {"gtin": "4006381333931"}),
        ("<p>SKU: BT-7</p><p>MPN: M70</p><p>EAN: 4006381333931</p>",
         {"sku": "BT-7", "mpn": "M70", "gtin": "4006381333931"}),
        ("<p>SKU: BT-7</p><p>SKU: BT-8</p>", {"sku": "BT-7"}),
        ("<p>SKU: blue</p>", {}),  # an id has a digit
        ("<p>Model year is 2024</p>", {}),
        ("<p>Reference our shop of 2024 as you like it</p>", {}),
        ("<p>SKU:</p>", {}),
        (f"<p>SKU: {'7' * 100}</p>", {}),
        ("<p>Colour: B7</p>", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_label_names_an_id_in_its_own_text_or_in_the_next(html, ids):
    assert found(html) == ids


def test_the_label_behind_the_product_s_name_counts_first():
    html = "<p>SKU: OLD-1</p><h1>Tee</h1><p>SKU: BT-7</p>"
    assert found(html, start=1) == {"sku": "BT-7"}
    assert found("<p>SKU: BT-7</p><h1>Tee</h1>", start=1) == {"sku": "BT-7"}


def test_what_is_said_of_another_product_is_left_out():
    assert found("<li>SKU: OTHER-1</li><p>SKU: BT-7</p>", others=["li"]) == {"sku": "BT-7"}


@pytest.mark.parametrize(
    ("html", "ident"),
    [
        ("<input name=product_id value=104233>", "104233"),
        ("<i data-product-id=104233></i>", "104233"),
        ("<input name=quantity value=104233>", ""),
        ("<input name=product_id value=999999>", ""),  # of another product
        ("<i data-colour=104233></i>", ""),
        ("<i data-id=blue-tee-104233></i><input name=pid value=104233>", "104233"),
    ],
)
def test_an_id_that_both_the_address_and_a_tag_have_is_the_product_s(html, ident):
    assert found(html).get("productid", "") == ident


def test_a_label_counts_before_the_address():
    assert found("<p>SKU: BT-7</p><input name=pid value=104233>") == {"sku": "BT-7"}


def test_the_parts_of_an_address_that_can_be_ids_have_a_digit():
    parts = address_parts(
        "https://shop.example/en2/tees/Blue-Tee_104233-XL.html?color=5&id=B%2F77#x9"
    )
    assert {"104233", "blue-tee_104233-xl", "b/77", "en2"} <= set(parts)
    assert parts["blue-tee_104233-xl"] == "Blue-Tee_104233-XL"
    assert not {"tees", "5", "x9", "shop.example"} & set(parts)
    assert address_parts("") == {}
