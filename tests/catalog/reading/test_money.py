from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.money import Price, currency_of, money, place_of, prices_in


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("CHF 1’299.00", "1299.00"),
        ("1'299.–", "1299.00"),
        ("1\u202f299,90 zł", "1299.90"),
        ("1\u00a0299,90", "1299.90"),
        ("1.299,00 €", "1299.00"),
        ("1,299.00", "1299.00"),
        ("1.299.000 ₫", "1299000.00"),
        ("₹ 1,29,900.00", "129900.00"),
        ("٣٬٢٩٩٫٥٠", "3299.50"),
        ("१२९९", "1299.00"),
        ("１，２９８円", "1298.00"),
        ("24,- €", "24.00"),
        ("12€50", "12.50"),
        ("from 9,95 €", "9.95"),
        ("2 for 20", "20.00"),
        ("2 for £20", "20.00"),
        (".99", "0.99"),
        ("$.99", "0.99"),
        ("1.299.00", "1299.00"),
        ("1,299,00", "1299.00"),
        ("49.– CHF", "49.00"),
        ("1.980.000đ", "1980000.00"),
        ("12.5", "12.50"),
        ("1299.0000", "1299.00"),
        (Decimal("1.299"), "1.30"),
        (0.1, "0.10"),
    ],
)
def test_prices_of_any_locale_are_read(written, amount):
    assert money(written) == Decimal(amount)


def test_the_currency_decides_what_three_digits_after_a_dot_are():
    assert money("1.250", "KWD") == Decimal("1.25")
    assert money("1.250", "EUR") == Decimal("1250.00")
    assert money("KWD 1.250") == Decimal("1.25")
    assert money("¥1,250") == Decimal("1250.00")


@pytest.mark.parametrize(
    "written", ["", "on request", "-3", "nan", "9" * 40, "9" * 9999, True, None, []]
)
def test_what_is_no_price_is_none(written):
    assert money(written) is None


def test_a_text_gives_its_prices_with_their_currencies_in_order():
    assert prices_in("was £20.00 now £15.50") == [
        Price(Decimal("20.00"), "GBP"),
        Price(Decimal("15.50"), "GBP"),
    ]
    assert prices_in("Agenda 2016 R$81,90") == [Price(Decimal("81.90"), "BRL")]
    assert prices_in("Room 12, 17ft long") == []


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("$19.90 CAD", "CAD"),
        ("CAD $19.90", "CAD"),
        ("CAD$19.90", "CAD"),
        ("$19.90 USD", "USD"),
        ("$19.90 ABC", "USD"),  # no code that the sign may stand for
        ("kr 199 NOK", "NOK"),
        ("199 DH", "MAD"),
        ("199.000 đ", "VND"),
    ],
)
def test_a_code_beside_a_sign_of_many_countries_tells_which(written, currency):
    assert [price.currency for price in prices_in(written)] == [currency]


def test_a_price_s_code_is_not_the_next_one_s():
    codes = [price.currency for price in prices_in("$19.90 CAD $29.90")]
    assert codes == ["CAD", "USD"]


def test_a_sign_of_many_countries_is_told_by_the_shops_place():
    assert currency_of("$", place_of("https://shop.example.ca/", "en")) == "CAD"
    assert currency_of("$", place_of("https://shop.example/", "es-AR")) == "ARS"
    assert currency_of("$") == "USD"
    assert currency_of("kr", place_of("https://shop.example/", "da-DK")) == "DKK"
    assert currency_of("teapot") == ""


@given(st.text() | st.floats() | st.integers() | st.decimals())
def test_money_is_a_sane_amount_or_nothing(value):
    amount = money(value)
    assert amount is None or 0 <= amount <= 10**12


@given(
    st.integers(1, 999),
    st.integers(0, 999),
    st.integers(0, 99),
    st.sampled_from(["., ", ",. ", ",' ", ".' "]),
)
def test_grouped_prices_come_back_whole(thousands, hundreds, cents, marks):
    decimal_mark, group = marks[0], marks[1]
    written = f"{thousands}{group}{hundreds:03}{decimal_mark}{cents:02} EUR"
    assert money(written) == Decimal(f"{thousands}{hundreds:03}.{cents:02}")
