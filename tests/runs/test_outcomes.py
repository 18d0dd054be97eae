import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.outcomes import Outcome, Status, printable, storable

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("detail", "note", "told"),
    [("", "", ""), ("why", "", "why"), ("", "beside", "beside"), ("why", "beside", "why; beside")],
)
def test_an_outcome_tells_its_detail_and_its_note(detail, note, told):
    assert Outcome("7", Status.FAILED, detail, note).explanation == told


def test_an_outcome_tells_a_terminal_nothing_to_act_on():
    assert (
        Outcome("7", Status.FAILED, "\x1b[2J\x07gone", "\u202egpj.7").explanation
        == "�[2J�gone; �gpj.7"
    )


@pytest.mark.parametrize("text", ["", "Tee 7", "Größe", "シャツ", "👕", "a\u00a0b", "قميص"])
def test_what_people_write_is_printed_as_it_is(text):
    assert printable(text) == text
    assert storable(text) == text


@pytest.mark.parametrize("sign", "\0\x08\x1b\n\r\t\x7f\x9b\u200f\u202e\u2066\ud800")
def test_what_a_terminal_acts_on_is_a_sign_for_it(sign):
    assert printable(f"a{sign}b") == "a�b"


def test_a_name_in_no_encoding_is_written_out():
    assert storable("t\udce9e.jpg") == "t\\udce9e.jpg"


@given(ANY_TEXT)
def test_any_text_can_be_stored_and_printed(text):
    storable(text).encode()
    printable(text).encode()
    assert printable(printable(text)) == printable(text)


def test_a_status_is_its_own_word():
    assert json.dumps({Status.NEW: 1}) == '{"new": 1}'
    assert f"{Status.FAILED}" == "failed"
