from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

import pytest

from runs.arguments import agreed, at_least_one, between, file_to_write, path, some_text


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("007", 7), ("1000000", 10**6)])
def test_a_number_of_at_least_one(text, number):
    assert at_least_one(text) == number


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", " 1", "1e3", "one", "0x1", "²"])
def test_what_is_no_number_of_at_least_one(text):
    with pytest.raises(ArgumentTypeError, match="is not a number of at least 1"):
        at_least_one(text)


@pytest.mark.parametrize(
    ("text", "fine"), [("2", True), ("5", True), ("1", False), ("6", False), ("x", False)]
)
def test_a_number_between_limits_may_be_either(text, fine):
    number = between(2, 5)
    if fine:
        assert number(text) == int(text)
    else:
        with pytest.raises(ArgumentTypeError, match=f"'{text}' is not a number from 2 to 5"):
            number(text)


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u3000"])
def test_an_empty_text_is_refused_and_so_is_an_empty_path(text):
    for kind in (some_text, path):
        with pytest.raises(ArgumentTypeError, match="it is empty"):
            kind(text)


def test_any_other_text_stays_as_it_is():
    assert some_text(" a ") == " a "
    assert path("a b/c") == Path("a b/c")


def test_a_parser_says_it_with_the_option_s_name(capsys):
    parser = ArgumentParser()
    parser.add_argument("--limit", type=at_least_one)
    for wrong in ("0", "9" * 5000):
        with pytest.raises(SystemExit):
            parser.parse_args(["--limit", wrong])
        assert "argument --limit: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "yes"),
    [("y", True), (" YES ", True), ("", False), ("n", False), ("yep", False), ("да", False)],
)
def test_only_yes_is_yes(answer, yes, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: answer)
    assert agreed("Sure? ") is yes


def test_where_there_is_nobody_to_ask_it_is_no(monkeypatch, capsys):
    def nobody(_question):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert agreed("Sure? ") is False
    assert capsys.readouterr().out == "\n"


def test_a_file_to_write_lies_in_a_folder_that_there_is(tmp_path):
    assert file_to_write(str(tmp_path / "report.html")) == tmp_path / "report.html"
    with pytest.raises(ArgumentTypeError, match="there is no folder"):
        file_to_write(str(tmp_path / "none" / "report.html"))
    with pytest.raises(ArgumentTypeError, match="is a folder; name a file"):
        file_to_write(str(tmp_path))
