"""JSON with halves of characters, which nothing else takes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.json_text import load, whole, whole_text

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"\ud83d\udc55"', "👕"),  # a pair
        (r'"\uD83D\uDC55"', "👕"),
        (r'"\ud83d"', "�"),  # the first half
        (r'"\udc55"', "�"),  # the second
        (r'"\udc55\ud83d"', "��"),  # in the wrong order
        (r'"\ud83d\ud83d\udc55"', "�👕"),
        (r'"\\ud83d"', r"\ud83d"),  # a backslash and letters, no escape
        (r'"\\\ud83d"', "\\�"),
        ('"\ud83d"', "�"),  # unescaped
        ('"tee"', "tee"),
    ],
)
def test_a_half_of_a_character_becomes_the_sign_for_what_is_missing(written, value):
    assert load(written) == value


@given(ANY_TEXT)
def test_what_is_read_can_always_be_written(words):
    for written in (json.dumps(words), json.dumps(words, ensure_ascii=False)):
        assert load(written) == load(written).encode().decode()


@given(st.text())
def test_sound_text_stays_as_it_is(words):
    assert whole_text(words) == words
    assert load(json.dumps(words)) == words


@given(ANY_TEXT)
def test_mending_twice_is_mending_once(words):
    assert whole(whole(words)) == whole(words)


@pytest.mark.parametrize("written", ["", "{", '"', "nul", '"\\u12"', "{'a': 1}"])
def test_what_is_no_json_raises_what_json_raises(written):
    with pytest.raises(ValueError):
        load(written)
