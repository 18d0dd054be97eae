"""Numbers as people type them."""

import pytest
from django.http import QueryDict

from catalog.typed import plain_number, plainly


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1236.5", "1236.5"),
        ("1236,5", "1236.5"),
        ("1236,50", "1236.50"),
        ("1 236,50", "1236.50"),
        ("1\u00a0236,50", "1236.50"),
        ("1\u202f236,50", "1236.50"),
        ("1\u2009236", "1236"),
        ("1'236.50", "1236.50"),
        ("1’236,50", "1236.50"),
        ("1,236.50", "1236.50"),
        ("1.236,50", "1236.50"),
        ("1,236", "1236"),
        ("1,236,500", "1236500"),
        ("1.236.500", "1236500"),
        ("1 236 500,75", "1236500.75"),
        ("12,36,500", "1236500"),
        ("1236,50 €", "1236.50"),
        ("€1236,50", "1236.50"),
        ("€ 1.236,50", "1236.50"),
        ("EUR 12,5", "12.5"),
        ("12,5 eur", "12.5"),
        ("1 236,50 ₽", "1236.50"),
        ("1236,5 руб.", "1236.5"),
        ("¥1,236", "1236"),
        ("１２３６．５", "1236.5"),
        ("１，２３６円", "1236"),
        ("0,5", "0.5"),
        ("0,125", "0.125"),
        (",5", ".5"),
        ("-3,5", "-3.5"),
        (" 12 ", "12"),
    ],
)
def test_a_number_is_read_as_it_is_typed(typed, meant):
    assert plain_number(typed) == meant


@pytest.mark.parametrize(
    "text", ["", "abc", "12abc", "1e5", "nan", "1,2,3", "1..2", "12-5", "5 or 6", "€", "9" * 50]
)
def test_what_is_no_number_is_left_for_the_form_to_refuse(text):
    assert plain_number(text) == text


def test_only_the_numbers_of_what_is_asked_are_changed():
    asked = QueryDict("price_from=1,5&q=1,5&price_to=2,5&price_to=3,5")
    plain = plainly(asked, ("price_from", "price_to", "diversity"))
    assert plain.urlencode() == "price_from=1.5&q=1%2C5&price_to=2.5&price_to=3.5"
    assert asked["price_from"] == "1,5"
