from decimal import Decimal

import pytest

from catalog.reading.page import Page
from catalog.reading.products import read_products
from tests.catalog.reading.styles import NAMES, STYLES, japanese

URL = "https://shop.example/all/"
CURRENCIES = {"magento": "GBP", "woocommerce": "EUR", "prestashop": "EUR"}


@pytest.mark.parametrize("style", STYLES)
def test_every_product_of_a_list_is_found_and_none_invented(style):
    reading = read_products(Page(STYLES[style](), URL))
    found = reading.products
    assert not reading.own
    assert [facts.title for facts in found] == list(NAMES)
    assert [facts.price for facts in found] == [Decimal(f"{n}9.90") for n in range(1, 6)]
    assert {facts.currency for facts in found} == {CURRENCIES.get(style, "USD")}
    assert len({facts.url for facts in found}) == 5
    for n, facts in enumerate(found, 1):
        assert str(n) in facts.url
        assert facts.images
        assert f"{n}" in facts.images[0]
    assert not any("swatch" in facts.images[0] or "loading" in facts.images[0] for facts in found)


def test_a_japanese_list_in_shift_jis_has_yen_and_rare_characters():
    page = Page.of(japanese(), "https://shop.example/all/", "text/html; charset=Shift_JIS")
    found = read_products(page).products
    assert [facts.title for facts in found] == [f"麻のシャツ 髙級 {n}号" for n in range(1, 6)]
    assert [facts.price for facts in found] == [Decimal(f"{n}980.00") for n in range(1, 6)]
    assert {facts.currency for facts in found} == {"JPY"}
    assert [facts.images[0][-5:] for facts in found] == [f"{n}.jpg" for n in range(1, 6)]
