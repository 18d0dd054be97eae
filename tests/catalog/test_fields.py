"""The table of the catalogue's fields, and who may use what."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from catalog.fields import (
    FILTERS,
    PER_PAGE,
    PRODUCTS,
    SEARCH,
    Field,
    User,
    names_for,
    names_that_go_on,
)
from catalog.kinds import Number


def test_every_filter_narrows_and_goes_on_with_links():
    assert all(field.narrow for field in FILTERS)
    assert names_that_go_on(FILTERS) == [field.name for field in FILTERS]


def test_no_name_stands_twice():
    names = [field.name for field in PRODUCTS]
    spoken = [field.spoken or field.name for field in PRODUCTS]
    assert len(set(names)) == len(names) == len(set(spoken))


def test_a_field_is_named_to_those_alone_who_may_use_it():
    assert PER_PAGE.name not in names_for(User.VISITOR, PRODUCTS)
    assert PER_PAGE.name in names_for(User.PROGRAM, PRODUCTS)
    assert "order" not in names_for(User.ASSISTANT, PRODUCTS)
    hidden = replace(PER_PAGE, users=frozenset())
    assert [names_for(user, [hidden]) for user in User] == [[], [], []]


def test_the_rule_is_said_whatever_is_wrong():
    field = Field("x", Number(0, 1), "A number.", rule="x must be a number.", blank=False)
    for given in ("", "2", "-1", "much"):
        with pytest.raises(ValidationError, match="x must be a number"):
            field.form_field().clean(given)


def test_a_search_needs_words_and_takes_all_else_that_a_list_takes():
    assert [field.name for field in SEARCH] == [field.name for field in PRODUCTS]
    assert [field.name for field in SEARCH if not field.blank] == ["q"]
