"""The table of a query's fields: all that takes a query takes these, and nothing else."""

import dataclasses

import pytest

from catalog.fields import FILTERS, User, names_for
from recommender.search.errors import BadQuery
from recommender.search.fields import LOOKS, NARROWING, SIMILAR, WEIGHTS
from recommender.search.forms import SimilarForm
from recommender.search.query import Query
from recommender.search.terminal import OPTIONS


def test_no_name_stands_twice():
    names = [field.name for field in SIMILAR]
    assert len(set(names)) == len(names)


def test_a_query_has_each_field_that_is_no_filter():
    own = {field.name for field in SIMILAR if field not in FILTERS}
    had = {field.name for field in dataclasses.fields(Query)}
    assert own - had == {"metric"}  # one of `metrics`


def test_a_form_that_says_nothing_asks_what_a_query_asks_by_itself():
    assert SimilarForm({}).query(liked=("1",)) == Query(liked=("1",))


@pytest.mark.parametrize("weight", WEIGHTS, ids=lambda field: field.name)
def test_form_and_query_refuse_with_the_same_sentence(weight):
    above = weight.kind.most + 1
    form = SimilarForm({weight.name: str(above)})
    assert form.sentence() == str(weight.rule)
    with pytest.raises(BadQuery) as caught:
        Query(liked=("1",), **{weight.name: above})
    assert str(caught.value) == str(weight.rule)


def test_the_command_takes_what_programs_may_ask_but_the_address():
    assert [field.name for field in OPTIONS] == [
        name for name in names_for(User.PROGRAM, SIMILAR) if name != "url"
    ]


def test_filters_weights_and_words_go_on_and_what_is_asked_about_does_not():
    assert {field.name for field in (*FILTERS, *WEIGHTS, LOOKS)} == set(NARROWING)
