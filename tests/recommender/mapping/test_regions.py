"""Parts of the map, and the words that tell one from the others."""

import numpy as np

from recommender.mapping.regions import named_regions, regions_of

# Three heaps of cells, far apart.
HEAPS = np.array([[0, 0], [40, 0], [0, 40]])
CELLS = np.concatenate([heap + [[n % 8, n // 8] for n in range(60)] for heap in HEAPS])


def test_what_lies_together_is_one_part():
    regions = regions_of(CELLS)
    assert len(set(regions)) == 180 // 40
    for heap in range(3):
        others = np.delete(regions, np.s_[60 * heap : 60 * heap + 60])
        assert not set(regions[60 * heap : 60 * heap + 60]) & set(others)
    assert np.array_equal(regions, regions_of(CELLS))


def test_fewer_products_than_parts_are_parts_of_one():
    assert len(set(regions_of(np.array([[0, 0], [5, 5]])))) == 2


def test_a_part_is_named_by_what_is_said_there_and_not_elsewhere():
    regions = np.repeat([0, 1, 2], 60)
    words = [{"the", "shirt", said} for said in ("striped", "dotted", "plain") for _ in range(60)]
    for number in range(20):
        words[number] |= {"navy"}
    named = named_regions(CELLS, regions, words)
    assert [region.words for region in named] == [("dotted",), ("plain",), ("striped", "navy")]
    assert [region.count for region in named] == [60, 60, 60]
    column, row = named[0].middle
    assert 40 <= column < 48
    assert row < 8


def test_what_is_not_shown_has_no_say():
    regions = np.repeat([0, 1], 90)
    words = [{"old"}] * 90 + [{"new"}] * 45 + [None] * 45
    first, second = named_regions(CELLS, regions, words)
    assert (first.words, first.count) == (("old",), 90)
    assert (second.words, second.count) == (("new",), 45)


def test_a_part_without_words_of_its_own_has_no_name():
    assert named_regions(CELLS, np.repeat([0, 1], 90), [{"shirt"}] * 180) == []
    assert named_regions(CELLS, np.repeat([0, 1], 90), [None] * 180) == []


def test_a_word_within_another_is_not_said_twice():
    words = [{"hat", "hats"}] * 90 + [{"shoe"}] * 90
    named = named_regions(CELLS, np.repeat([0, 1], 90), words)
    assert [region.words for region in named] == [("hat",), ("shoe",)]
