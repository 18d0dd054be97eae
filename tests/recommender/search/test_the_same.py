"""What the merchant says is one product is one, although the pictures differ."""

import pytest

from catalog.models import Product
from recommender.live.engine import engine
from recommender.models import NotTheSame, TheSame
from recommender.search import duplicate_groups, not_the_same, the_same
from recommender.search.answering import answer
from recommender.search.query import Query
from tests.indexes import grid_index
from tests.products import keep, leave

pytestmark = pytest.mark.django_db(databases="__all__")
# On a line; c and c2 show one picture.
PLACES = {"a": 1.0, "b": 2.0, "c": 3.0, "c2": 3.0, "d": 4.0, "e": 6.0, "f": 9.0}


@pytest.fixture(autouse=True)
def published():
    keep(PLACES)
    engine().publish(grid_index(PLACES))


def found(item_id, **more):
    matches = answer(Query(liked=(item_id,), **more)).looks.matches
    return {match.product.item_id: match.copies for match in matches}


def groups(**more):
    return duplicate_groups.ids_of_groups(engine().live("fake"), **more)


def test_of_those_that_are_one_an_answer_shows_the_nearest_and_counts_the_others():
    assert found("a") == {"b": 0, "c": 1, "d": 0, "e": 0, "f": 0}
    the_same.say(["b", "e"])
    assert found("a") == {"b": 1, "c": 1, "d": 0, "f": 0}


def test_what_is_the_same_as_the_product_asked_about_is_not_answered():
    the_same.say(["a", "d"])
    assert "d" not in found("a")
    assert "a" not in found("d")


def test_it_holds_for_all_that_show_the_picture_of_one_of_them():
    the_same.say(["b", "c2"])
    assert found("a").keys() == {"b", "d", "e", "f"}  # c shows what c2 shows


def test_and_for_the_variants_of_one_of_them():
    Product.objects.filter(item_id__in=["d", "e"]).update(group="g")
    the_same.say(["b", "e"])
    assert found("a").keys() == {"b", "c", "f"}


def test_it_hangs_together_and_a_pair_told_apart_stays_apart():
    the_same.say(["b", "d"])
    the_same.say(["d", "e"])
    assert found("a").keys() == {"b", "c", "f"}
    not_the_same.say("b", ["e"])
    assert {"b", "e"} <= found("a").keys()


def test_the_later_word_on_a_pair_takes_the_place_of_the_other():
    not_the_same.say("b", ["d"])
    the_same.say(["d", "b", "e"])
    assert not NotTheSame.objects.exists()
    assert the_same.pairs() == [("b", "d"), ("d", "e")]
    not_the_same.say("b", ["d"])
    assert the_same.pairs() == [("d", "e")]


def test_said_twice_it_is_kept_once_and_taken_back_as_it_was_said():
    assert the_same.say(["b", "d", "e"], "eve") == 3
    the_same.say(["b", "d"])
    assert TheSame.objects.count() == 2
    (word,) = the_same.words()
    assert (word.item_ids, word.said_by) == (["b", "d", "e"], "eve")
    the_same.take_back(str(word.key))
    the_same.take_back("no number")
    assert the_same.words() == []
    assert {"b", "d", "e"} <= found("a").keys()


def test_they_are_a_group_among_the_duplicates_with_those_of_their_pictures():
    assert groups() == [["c", "c2"]]
    the_same.say(["c2", "f"])
    the_same.say(["a", "b"])
    assert groups() == [["c", "c2", "f"], ["a", "b"]]
    assert [len(g.products) for g in duplicate_groups.find(engine().live("fake"))] == [3, 2]


def test_what_has_left_or_is_unknown_to_the_index_makes_no_group():
    keep(["new"])
    the_same.say(["a", "new"])
    the_same.say(["b", "d"])
    leave("d")
    assert groups() == [["c", "c2"]]
    assert found("a")["b"] == 0


def test_it_outlives_a_build():
    the_same.say(["b", "e"])
    engine().publish(grid_index(PLACES))
    assert "e" not in found("a")


def test_joined_is_what_hangs_together():
    stands = the_same.joined([(1, 2), (3, 4), (2, 5), (6, 6)])
    assert stands[1] == stands[2] == stands[5] != stands[3] == stands[4]
    assert the_same.joined([]) == {}
