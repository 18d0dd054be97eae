"""The controls of pages."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from catalog.controls import controls
from catalog.fields import FILTERS, Field, User
from catalog.kinds import Number, OneOf, Text, WholeNumber, YesNo

NUMBER = Field("x", Number(0, 1), "A number.", default=0, label="How much?")


def drawn(field, asked="") -> str:
    [control] = controls([field], QueryDict(asked))
    return render_to_string("catalog/_control.html", {"control": control})


def test_each_field_with_a_label_has_one_if_visitors_may_use_it():
    assert "shop" not in [control.name for control in controls(FILTERS, {})]
    assert len(controls([NUMBER], {})) == 1
    assert controls([replace(NUMBER, label="")], {}) == []
    assert controls([replace(NUMBER, users=frozenset({User.PROGRAM}))], {}) == []


@pytest.mark.parametrize(
    ("kind", "asked", "html"),
    [
        (Number(0, 1), "", 'type="range" name="x" min="0" max="1" step="0.1" value="0"'),
        (Number(0, 1), "x=0,3", 'value="0.3"'),
        (Text(max_length=7), "x=%22", 'value="&quot;" maxlength="7"'),
        (WholeNumber(1, 9), "x=a", 'value="a" inputmode="numeric"'),
        (YesNo(), "x=true", 'type="checkbox" name="x" checked'),
        (YesNo(), "x=off", 'type="checkbox" name="x">'),
        (OneOf(("red", "blue")), "x=blue", '<option value="blue" selected>'),
    ],
)
def test_it_shows_what_was_typed(kind, asked, html):
    page = drawn(replace(NUMBER, kind=kind), asked)
    assert html in page
    assert "How much?" in page
