"""The table of settings."""

import pytest

from runs.defaults import DEFAULTS
from runs.variables import BY_NAME, VARIABLES, Variable, default_of


def test_no_name_stands_twice():
    assert sum(map(len, VARIABLES.values())) == len(BY_NAME)


@pytest.mark.parametrize("variable", BY_NAME.values(), ids=lambda variable: variable.name)
def test_each_says_in_a_sentence_what_it_is_for(variable):
    assert variable.sentence.endswith(".")
    assert "\n" not in variable.sentence


@pytest.mark.parametrize(
    ("default", "written"),
    [("", ""), (None, ""), (False, "False"), (0, "0"), (0.5, "0.5"), (("a", "b"), "a,b")],
)
def test_a_default_is_written_as_env_files_have_it(default, written):
    assert Variable("X", "A sentence.", default).written == written


def test_one_that_is_worked_out_from_others_is_written_as_it_comes_out():
    assert Variable("X", "A sentence.", shown="var/x").written == "var/x"


def test_another_project_has_the_defaults_that_are_for_hosts():
    for name, variable in BY_NAME.items():
        assert (name in DEFAULTS) is variable.for_hosts
        assert not variable.for_hosts or DEFAULTS[name] == default_of(name)


def test_there_is_no_default_of_a_setting_that_there_is_not():
    with pytest.raises(KeyError, match="ANN"):
        default_of("ANN")
