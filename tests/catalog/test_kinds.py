"""Each kind of value: what its form takes and refuses, and what describes it."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from catalog.kinds import Number, OneOf, Price, Text, WholeNumber, YesNo

KINDS = {
    "text": (Text(max_length=5, max_words=2), "a b", "a b", ["a b c", "aaaaaa", "a\0b"]),
    "price": (Price(), "19.90", Decimal("19.90"), ["-1", "1.999", "NaN", "much"]),
    "number": (Number(0, 1), "0.5", 0.5, ["1.1", "-0.1", "nan", "inf"]),
    "whole number": (WholeNumber(1, 50), "50", 50, ["0", "51", "1.5"]),
    "yes or no": (YesNo(), "ON", True, ["perhaps", "2"]),
    "one of": (OneOf(("red", "blue")), "red", "red", ["Red", "green"]),
}


@pytest.mark.parametrize(("kind", "given", "value", "wrong"), KINDS.values(), ids=KINDS)
def test_a_kind_takes_what_it_says_and_refuses_the_rest(kind, given, value, wrong):
    field = kind.form_field(required=False)
    assert field.clean(given) == value
    assert not field.clean("")
    for text in wrong:
        with pytest.raises(ValidationError):
            field.clean(text)


def test_the_schema_says_the_bounds():
    assert WholeNumber(1, 50).schema() == {"type": "integer", "minimum": 1, "maximum": 50}
    assert Number(0, 1).schema()["type"] == "number"
    assert OneOf(("red", "blue")).schema() == {"type": "string", "enum": ["red", "blue"]}
    assert Text(max_length=5).schema()["maxLength"] == 5


def test_help_and_docs_say_the_bounds():
    assert (Number(0, 100).metavar, Number(0, 1000).values) == ("0…100", "0 to 1,000")
    assert OneOf(("red", "blue")).values == "`red`, `blue`"


@pytest.mark.parametrize(("value", "holds"), [(0, True), (1, True), (1.01, False), (-1, False)])
def test_both_bounds_of_a_number_count(value, holds):
    assert Number(0, 1).holds(value) is holds
    assert not Number(0, 1).holds(float("nan"))
