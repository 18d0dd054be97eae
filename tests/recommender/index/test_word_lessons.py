"""Words learnt from titles, on vectors whose right answers are known."""

import numpy as np
import pytest

from recommender.index import word_lessons
from recommender.index.wilson import wilson
from recommender.index.word_lessons import (
    FEWEST,
    Regression,
    Titled,
    holds_up,
    rows_to_learn_from,
    words_in,
)
from recommender.index.words import Word

RANDOM = np.random.default_rng(5)
COUNT, DIMENSION = 300, 24


def shop(count=COUNT, dimension=DIMENSION):
    """Dots push the first number up, stripes the second; half of the titles say so.

    Names say nothing of looks. Returns vectors, titles, and who has dots.
    """
    random = np.random.default_rng(1)
    vectors = random.standard_normal((count, dimension)).astype(np.float32) + 0.3
    dots, stripes = random.random((2, count)) < 0.2
    vectors[:, 0] += 6 * dots
    vectors[:, 1] += 6 * stripes
    said = random.random(count) < 0.5
    names = random.choice(["alma", "bergen", "cove"], count)
    titles = [
        " ".join(filter(None, (name, says and dot and "dots", says and stripe and "striped")))
        for name, says, dot, stripe in zip(names, said, dots, stripes, strict=True)
    ]
    return Titled(vectors, titles, np.arange(count)), dots


@pytest.fixture(params=[DIMENSION, 400], ids=["many rows", "few rows"])
def taught(request):
    titled, dots = shop(dimension=request.param)
    return titled, dots, words_in(titled)


def test_words_that_tell_of_looks_are_offered_and_names_are_not(taught):
    assert {word.text for word in taught[2].offered} == {"dots", "striped"}


def test_a_word_finds_those_whose_titles_do_not_say_so(taught):
    titled, dots, words = taught
    silent = np.array(["dots" not in title for title in titled.titles])
    centred = titled.vectors - titled.vectors.mean(axis=0)
    likeness = centred @ words.direction("dots") / np.linalg.norm(centred, axis=1)
    first = np.argsort(-np.where(silent, likeness, -np.inf))[:10]
    assert dots[first].mean() >= 0.9
    assert dots[silent].mean() < 0.2


def test_the_precision_is_that_on_products_nothing_was_learnt_from(taught):
    titled, _, words = taught
    dots = next(word for word in words.offered if word.text == "dots")
    assert dots.products == sum("dots" in title for title in titled.titles)
    assert dots.by_chance == dots.products / COUNT
    # Half of those with dots say so, hence about half of what is found counts.
    assert 0.3 < dots.precision < 0.9
    assert dots.low < dots.precision < dots.high
    assert 20 <= dots.asked <= dots.products  # ten at most of each fifth


def test_both_ways_of_solving_find_the_same_directions(monkeypatch):
    titled, _ = shop(60, 60)
    few = words_in(titled)
    by_sums = Regression(titled.vectors, word_lessons._vocabulary(titled.titles)[1])
    by_sums._every = word_lessons._Sums.of(by_sums.centred, by_sums._has)
    out = np.arange(60) % 5 == 0
    by_rows = Regression(titled.vectors, by_sums._has)
    assert by_rows._every is None
    assert by_rows.directions(out) == pytest.approx(by_sums.directions(out), abs=1e-5)
    assert few.about.products == 60


def test_two_in_a_row_are_offered_where_neither_is_alone():
    """ "Tie" and "dye" are in most titles, and teach nothing."""
    random = np.random.default_rng(3)
    vectors = random.standard_normal((300, 8)).astype(np.float32)
    titles = random.choice(["tie dye", "silk tie", "dye kit"], 300, p=[0.2, 0.4, 0.4]).tolist()
    vectors[[title == "tie dye" for title in titles], 0] += 9
    offered = {word.text for word in words_in(Titled(vectors, titles, np.arange(300))).offered}
    assert offered == {"tie dye"}


def test_it_comes_out_the_same_each_time():
    one, other = words_in(shop()[0]), words_in(shop()[0])
    assert one.offered == other.offered
    assert np.array_equal(one.directions, other.directions)


def test_variants_are_never_on_both_sides():
    """Each picture stands there eight times under a word of its own, which says nothing else."""
    pictures = RANDOM.standard_normal((20, DIMENSION)).astype(np.float32)
    titles = [f"word{chr(97 + number)}" for number in range(20) for _ in range(8)]
    vectors = np.repeat(pictures, 8, axis=0)
    apart = Titled(vectors, titles, np.arange(160))
    together = Titled(vectors, titles, np.repeat(np.arange(20), 8))
    assert len(words_in(apart).offered) == 20
    assert words_in(together).offered == ()


def test_what_few_or_most_titles_have_is_not_tried():
    vectors = RANDOM.standard_normal((40, 4)).astype(np.float32)
    titles = ["tee " + ("rare" if row < FEWEST - 1 else "") for row in range(40)]
    assert words_in(Titled(vectors, titles, np.arange(40))).about.tried == 0


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_shop_of_few_teaches_nothing_and_fails_in_nothing(count):
    vectors = np.ones((count, 4), np.float32)
    words = words_in(Titled(vectors, ["tee"] * count, np.arange(count)))
    assert (words.offered, words.directions.shape) == ((), (0, 4))


def test_pictures_that_are_all_the_same_teach_nothing():
    titles = ["dots" if row % 3 else "striped" for row in range(40)]
    words = words_in(Titled(np.ones((40, 4), np.float32), titles, np.arange(40)))
    assert np.isfinite(words.directions).all()
    assert words.offered == ()


@pytest.mark.parametrize(
    ("hits", "asked", "by_chance", "offered"),
    [
        (7, 10, 0.03, True),
        (2, 10, 0.03, False),  # fewer than a quarter
        (3, 11, 0.1, False),  # which may be chance
        (50, 50, 0.5, True),
        (30, 50, 0.4, False),
    ],
)
def test_a_word_is_offered_where_it_beats_chance_three_times(hits, asked, by_chance, offered):
    low, high = wilson(hits, asked)
    assert holds_up(Word("dots", 30, hits / asked, low, high, by_chance, asked)) is offered


def test_of_a_large_shop_some_evenly_spread_products_teach():
    assert rows_to_learn_from(3).tolist() == [0, 1, 2]
    rows = rows_to_learn_from(1_000_000)
    assert (len(rows), rows[0], rows[-1]) == (word_lessons.MOST_PRODUCTS, 0, 999_999)
    assert rows_to_learn_from(0).tolist() == []
