import pytest

from catalog.addresses import can_be_an_id, is_web_address
from catalog.models import Product


@pytest.mark.parametrize(
    "text", ["https://shop.example/p", "http://shop.example", "HTTPS://shop.example/ü?a=1#b"]
)
def test_addresses_of_the_web_may_be_shown(text):
    assert is_web_address(text)
    assert Product(product_url=text).shop_url == text
    assert Product(product_url=text, item_id="0").as_dict()["product_url"] == text


@pytest.mark.parametrize(
    "text",
    ["", "javascript:alert(1)", "data:text/html,x", "//shop.example", "https:", "http:///x",
     " https://shop.example", "java\nscript:alert(1)", "https://shop.example/\njavascript:", "ftp://a"],
)  # fmt: skip
def test_other_addresses_are_shown_nowhere(text):
    assert not is_web_address(text)
    assert Product(product_url=text, item_id="0").as_dict()["product_url"] == ""


@pytest.mark.parametrize("text", ["0", "a b/é?#1", "😀", "x" * 300, ".."])
def test_what_a_shop_may_call_a_product(text):
    assert can_be_an_id(text)


@pytest.mark.parametrize("text", ["", "a\0", "\ud800", "x" * 301])
def test_what_no_product_can_be_called(text):
    assert not can_be_an_id(text)
