"""Words as directions: what is understood, what is not, and what a file keeps of them."""

import numpy as np
import pytest

from recommender.index.words import Lesson, UnknownWord, Word, Words, terms, tokens

EAST, NORTH, WEST = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]


def word(text):
    return Word(text, 30, 0.8, 0.6, 0.9, 0.1, 40)


def words_of(**directions):
    offered = tuple(word(text.replace("_", " ")) for text in directions)
    about = Lesson(100, len(directions), "0" * 16, 1.0, 5.0)
    return Words(about, offered, np.array(list(directions.values()), np.float32).reshape(-1, 2))


WORDS = words_of(striped=EAST, navy=NORTH, tie_dye=WEST, dye=EAST)


def test_a_word_leads_in_its_direction_and_two_between_theirs():
    assert WORDS.direction("striped").tolist() == EAST
    assert WORDS.direction("navy, striped!") == pytest.approx([0.5**0.5, 0.5**0.5])


def test_two_words_that_are_offered_together_are_one():
    assert WORDS.direction("tie dye").tolist() == WEST
    assert WORDS.direction("dye").tolist() == EAST


def test_for_a_word_that_is_not_offered_those_written_like_it_are_named():
    with pytest.raises(UnknownWord) as refused:
        WORDS.direction("navy stripes")
    assert (refused.value.text, refused.value.nearest[0]) == ("stripes", "striped")


@pytest.mark.parametrize("text", ["", "  ", "42", "…", "striped zzzz"])
def test_where_nothing_is_written_like_it_the_most_common_are_named(text):
    with pytest.raises(UnknownWord) as refused:
        WORDS.direction(text)
    assert refused.value.nearest == ("striped", "navy", "tie dye")


def test_words_are_what_has_a_letter_and_hyphens_join():
    assert tokens("v-neck t-shirt, size 42, don’t 2xl") == [
        "v-neck", "t-shirt", "size", "don’t", "2xl",
    ]  # fmt: skip


def test_no_comma_stands_between_two_words_in_a_row():
    assert terms("alma tee, navy striped") == {
        "alma", "tee", "alma tee", "navy", "striped", "navy striped",
    }  # fmt: skip


@pytest.mark.parametrize("words", [WORDS, words_of()], ids=["four", "none"])
def test_a_file_keeps_them(words):
    again = Words.from_arrays(words.to_arrays(), 2)
    assert (again.about, again.offered) == (words.about, words.offered)
    assert np.array_equal(again.directions, words.directions)


@pytest.mark.parametrize(
    "damage",
    [
        {"words": "[]"}, {"words": "{"}, {"words": None}, {"words_directions": None},
        {"words_directions": np.zeros((4, 3), np.float32)},
        {"words_directions": np.zeros((3, 2), np.float32)},
        {"words_directions": np.full((4, 2), np.nan, np.float32)},
        {"words_directions": np.zeros((4, 2))},
    ],
)  # fmt: skip
def test_what_is_damaged_is_refused(damage):
    with pytest.raises(ValueError):
        Words.from_arrays(WORDS.to_arrays() | damage, 2)
