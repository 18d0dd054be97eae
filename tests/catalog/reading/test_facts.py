"""What several places say of one product, put together."""

from decimal import Decimal

import pytest

from catalog.reading.facts import Facts

FULL = Facts(
    title="Tee", price=Decimal(5), currency="EUR", in_stock=False, url="https://shop.example/p/7",
    images=("/1.jpg",), category="Shirts", group="tees", ids={"sku": "BT-7", "gtin": "4006381"},
)  # fmt: skip


def test_silence_is_completed_and_what_is_said_stays():
    assert Facts().completed(FULL) == FULL
    assert FULL.completed(Facts()) == FULL
    other = Facts(title="Other", price=Decimal(9), in_stock=True, ids={"sku": "X", "mpn": "M"})
    assert FULL.completed(other) == Facts(**{**vars(FULL), "ids": FULL.ids | {"mpn": "M"}})


def test_out_of_stock_is_no_silence():
    assert Facts(in_stock=False).completed(Facts(in_stock=True)).in_stock is False


def test_a_price_of_nothing_is_no_silence():
    assert Facts(price=Decimal(0)).completed(Facts(price=Decimal(5))).price == 0


@pytest.mark.parametrize(
    ("price", "other", "currency"),
    [
        (None, ("5", "EUR"), "EUR"),
        ("5", ("5", "EUR"), "EUR"),
        ("5", (None, "EUR"), "EUR"),
        ("5", ("9", "EUR"), "EUR"),
    ],
)
def test_a_price_without_currency_takes_the_other_s(price, other, currency):
    amount, code = other
    one = Facts(price=price and Decimal(price))
    completed = one.completed(Facts(price=amount and Decimal(amount), currency=code))
    assert completed.currency == currency


def test_a_price_with_its_currency_keeps_it():
    one = Facts(price=Decimal(5), currency="USD")
    assert one.completed(Facts(price=Decimal(5), currency="EUR")).currency == "USD"


def test_the_shop_s_own_id_counts_before_the_maker_s():
    assert FULL.item_id == "BT-7"
    assert Facts(ids={"gtin": "1", "mpn": "M", "productid": "P"}).item_id == "P"
    assert Facts(ids={"sku": "", "gtin": "1"}).item_id == "1"
    assert Facts(ids={"unknown": "1"}).item_id == ""


def test_a_product_is_told_by_its_id_else_by_its_address():
    assert FULL.key == "BT-7"
    one, other = (Facts(url=f"https://{host}shop.example/p/7") for host in ("", "www."))
    assert one.key == other.key


def test_a_record_without_an_id_takes_the_end_of_its_address():
    record = Facts(url="https://shop.example/p/blue-tee.html").record("https://shop.example/list")
    assert (record.item_id, record.product_url) == (
        "blue-tee",
        "https://shop.example/p/blue-tee.html",
    )
    assert Facts().record("https://shop.example/p/9").item_id == "9"


def test_a_stand_in_is_the_picture_for_want_of_one():
    own = Facts(images=("/1.jpg",), stand_ins=("/none.gif",)).record("https://shop.example/p/1")
    assert (own.image_url, own.image_urls, own.shares_picture) == ("/1.jpg", ("/1.jpg",), False)
    shared = Facts(stand_ins=("/none.gif",)).record("https://shop.example/p/1")
    assert (shared.image_url, shared.shares_picture) == ("/none.gif", True)
    assert Facts().record("https://shop.example/p/1").image_url == ""
