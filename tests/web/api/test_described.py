"""Fields as OpenAPI describes them."""

from dataclasses import replace

from catalog.fields import Field, User
from catalog.kinds import Number, OneOf, Text, YesNo
from recommender.search.kinds import Ids
from web.api.described import parameters

NUMBER = Field("x", Number(0, 1), "A number.")


def schema(**changed) -> dict:
    [told] = parameters([replace(NUMBER, **changed)])
    return told["schema"]


def test_a_parameter_has_the_name_and_the_sentence_of_its_field():
    [told] = parameters([NUMBER, replace(NUMBER, name="y")], "y", require="x")
    assert (told["name"], told["in"], told["required"]) == ("x", "query", True)
    assert told["description"] == "A number."


def test_what_programs_may_not_use_is_no_parameter():
    assert parameters([replace(NUMBER, users=frozenset({User.VISITOR}))]) == []


def test_an_empty_value_is_allowed_where_it_says_nothing():
    number = {"type": "number", "minimum": 0, "maximum": 1}
    assert schema() == {"anyOf": [number, {"const": ""}]}
    assert schema(default=0) == {"anyOf": [number, {"const": ""}], "default": 0}
    assert schema(default=0.5, blank=False) == number | {"default": 0.5}
    assert schema(kind=YesNo(), default=False)["default"] is False
    assert schema(kind=OneOf(("a",)))["enum"] == ["", "a"]
    assert schema(kind=Text())["maxLength"] == 200
    assert schema(kind=Ids())["maxItems"] == 20
