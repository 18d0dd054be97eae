"""A small shop whose titles have taught two words, for tests of pages, API, terminal and tools."""

from dataclasses import replace

import numpy as np

from recommender.index.words import Lesson, Word, Words
from recommender.live.publishing import publish
from tests.indexes import index_of
from tests.products import keep

# Dots to the east, stripes to the north; of each one that is both, and one that is neither.
POINTS = {"dots": [9, 1], "stripes": [1, 9], "both": [6, 6], "plain": [-5, -5], "red": [-6, 5]}


def padded(point) -> list[float]:
    return [float(number) for number in point] + [0.0] * 46


def _word(text: str) -> Word:
    return Word(text, 30, 0.8, 0.6, 0.9, 0.1, 40)


WORDS = Words(
    Lesson(100, 2, "0" * 16, 1.0, 8.0),
    (_word("dots"), _word("striped")),
    np.array([padded([1, 0]), padded([0, 1])], np.float32),
)
NONE = Words(WORDS.about, (), np.empty((0, 48), np.float32))


def open_shop(words: Words | None = WORDS) -> None:
    """The products of POINTS, in the shop and in a live index that has learnt the words."""
    keep(POINTS)
    index = index_of({item_id: padded(point) for item_id, point in POINTS.items()})
    publish(replace(index, words=words))
