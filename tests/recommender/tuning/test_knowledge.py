"""What can be learnt from, and what is held out."""

import numpy as np
import pytest

from recommender.evaluation.labels import labels_of
from recommender.models import NotTheSame
from recommender.search import the_same
from recommender.search.judgements import PreferredPair
from recommender.tuning.knowledge import (
    NothingToLearn,
    groups_with_words,
    held_out,
    least_liked,
    lesson_in,
    pairs_apart,
    part_of,
)


def lesson(categories, groups=None):
    return lesson_in(labels_of(categories, groups or [""] * len(categories)))


def refusal(categories):
    with pytest.raises(NothingToLearn) as refused:
        lesson(categories)
    return str(refused.value)


def test_categories_with_fewer_than_ten_are_left_out_with_a_sentence():
    found, notes = lesson(["hat"] * 10 + ["shoe"] * 12 + ["Ties "] * 9 + [""] * 3)
    assert found.count == 22
    assert found.categories[22:].tolist() == [-1] * 12
    assert notes == ("Left out, with fewer than 10 products: 1 category (Ties).",)


def test_categories_in_two_scripts_are_categories():
    found, notes = lesson(["帽子"] * 10 + ["Шляпы"] * 10)
    assert found.count == 20
    assert notes == ()


@pytest.mark.parametrize(
    ("categories", "sentence"),
    [
        ([""] * 30, "No product has a category, so there is nothing to learn from."),
        (["hat"] * 30, "All products are of one category, so there is nothing to tell apart."),
        (["hat"] * 29 + ["shoe"], "of the 2 that there are, one is so large."),
        (["a", "b"] * 5, "of the 2 that there are, none is so large."),
    ],
)
def test_where_nothing_can_be_learnt_one_sentence_says_why(categories, sentence):
    assert refusal(categories).endswith(sentence)


def test_a_fifth_of_each_category_is_held_out_the_same_one_each_time():
    found, _ = lesson(["hat"] * 40 + ["shoe"] * 100 + ["tie"] * 3)
    asked = held_out(found, seed=1)
    assert (asked < 40).sum() == 8
    assert ((asked >= 40) & (asked < 140)).sum() == 20
    assert len(asked) == 28
    assert np.array_equal(asked, held_out(found, seed=1))
    assert not np.array_equal(asked, held_out(found, seed=2))


def test_variants_of_one_product_are_never_on_both_sides():
    groups = [str(number // 4) for number in range(80)]
    found, _ = lesson(["hat"] * 42 + ["shoe"] * 38, groups)
    asked = set(held_out(found, seed=0).tolist())
    assert asked
    for start in range(0, 80, 4):
        assert len(asked & set(range(start, start + 4))) in (0, 4)


@pytest.mark.django_db
def test_pairs_that_are_not_the_same_are_found_by_row():
    NotTheSame.objects.create(first="a", second="c")
    NotTheSame.objects.create(first="a", second="gone")
    assert list(pairs_apart(["a", "b", "c"])) == [(0, 2)]


def test_of_each_judged_query_what_was_liked_least_is_kept_apart():
    judged = [
        PreferredPair("q", ("a", "b"), ("c",)),
        PreferredPair("q", ("a",), ("b", "c")),
        PreferredPair("r", ("x",), ("z", "y")),
    ]
    assert list(least_liked(judged)) == [("q", "c"), ("r", "y")]


def test_people_who_are_not_of_one_mind_teach_nothing():
    judged = [PreferredPair("q", ("a",), ("b",)), PreferredPair("q", ("b",), ("a",))]
    assert list(least_liked(judged)) == []


@pytest.mark.django_db
def test_products_that_are_one_by_the_merchants_word_are_one_group_with_their_variants():
    the_same.say(["b", "c"])
    the_same.say(["d", "e"])
    ids = ["a", "b", "c", "d", "e", "f"]
    found = groups_with_words(ids, np.array([-1, 0, 1, -1, -1, 1]))
    assert found[0] == -1
    assert len({found[1], found[2], found[5]}) == 1  # f is a variant of c
    assert found[3] == found[4] != found[1]
    assert min(found[1:]) >= 0


@pytest.mark.django_db
def test_without_such_words_groups_stay_what_they_are():
    groups = np.array([-1, 0, 0])
    assert groups_with_words(["a", "b", "c"], groups) is groups


def test_where_variants_leave_too_little_to_learn_from_a_sentence_says_so():
    """All of a category are variants of two products: one is held out, then the other one."""
    found, _ = lesson(["hat"] * 12 + ["shoe"] * 12, [f"group {row // 6}" for row in range(24)])
    rest = np.setdiff1d(np.arange(24), held_out(found, 0))
    left = part_of(found, rest)
    with pytest.raises(NothingToLearn, match="fewer than two categories"):
        part_of(left, np.setdiff1d(rest, held_out(left, 0)))
