"""The merchant's word that two products are not the same."""

import pytest

from recommender.models import NotTheSame
from recommender.search.not_the_same import pairs_of, said_of_each, say, take_back, words
from tests.indexes import index_of

pytestmark = pytest.mark.django_db


def test_what_is_said_of_one_is_said_of_the_other():
    assert say("b", ["a", "c"], "Ann") == 2
    assert said_of_each() == {"a": {"b"}, "b": {"a", "c"}, "c": {"b"}}


def test_said_twice_it_is_kept_once_and_of_itself_not_at_all():
    assert say("a", ["b", "b", "a"]) == 1
    say("b", ["a"])
    assert NotTheSame.objects.count() == 1
    assert say("a", []) == 0
    assert say("a", ["a"]) == 0


def test_all_of_it_is_one_query(django_assert_num_queries):
    say("a", ["b", "c", "d"])
    with django_assert_num_queries(1):
        said_of_each()


def test_what_was_said_at_once_is_one_word_about_the_one_it_names():
    say("b", ["a", "c"], "Ann")
    say("x", ["y"], "Bob")
    assert [(word.item_ids, word.said_by) for word in words()] == [
        (["x", "y"], "Bob"),
        (["b", "a", "c"], "Ann"),
    ]
    assert words()[0].said_at >= words()[1].said_at


def test_a_word_is_taken_back_whole():
    say("b", ["a", "c"], "Ann")
    say("x", ["y"], "Bob")
    _, first = words()
    take_back(str(first.key))
    assert said_of_each() == {"x": {"y"}, "y": {"x"}}
    take_back(str(first.key))  # it is gone
    assert len(words()) == 1


@pytest.mark.parametrize(
    "key", ["", "0", "-1", "one", "1.5", "²", "9" * 30, "9" * 5000, "1 OR 1=1"]
)
def test_what_names_no_word_takes_none_back(key):
    say("a", ["b"])
    take_back(key)
    assert len(words()) == 1


def test_a_group_is_parted_where_the_merchant_says_so():
    index = index_of({"a": [1, 0], "b": [1, 0], "c": [1, 0], "d": [0, 1]}, k=3)
    assert index.groups() == [["a", "b", "c"]]
    assert index.parts([]) == {}
    said = {"a": {"c"}, "c": {"a"}, "gone": {"a"}, "b": {"gone"}}
    parted = index.parts(pairs_of(said))
    assert parted.keys() == {"a", "b", "c"}
    assert parted["a"] != parted["c"]
