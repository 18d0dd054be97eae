"""What is answered, and how JSON shows it."""

import json
from typing import Any

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.search.answers import Answer, Match, MatchReason, Ranking, agreement
from recommender.search.query import Query
from tests.indexes import manifest_of


def match(item_id, distance: float | None = 0.25, score: float | None = 75.04, **more: Any):
    return Match(Product(item_id=item_id, title=item_id.upper(), shop="s"), distance, score, **more)


def ranking(*ids):
    return Ranking(Metric.COSINE, [match(item_id) for item_id in ids])


def ids_of(one):
    return [match.product.item_id for match in one.matches]


def test_json_has_a_match_s_id_first_and_its_score_to_a_tenth():
    found = match("a", copies=2).as_dict()
    assert list(found)[:5] == ["item_id", "distance", "score", "because", "copies"]
    assert (found["item_id"], found["score"], found["because"], found["copies"]) == (
        "a",
        75.0,
        "alike",
        2,
    )
    assert found["title"] == "A"


def test_what_is_there_for_its_category_has_no_score():
    found = match("a", None, None, because=MatchReason.CATEGORY).as_dict()
    assert (found["distance"], found["score"], found["because"]) == (None, None, "category")


def test_a_reason_changes_nothing_else():
    one = match("a", copies=3)
    pinned = one.because_of(MatchReason.PINNED)
    assert (pinned.because, one.because) == (MatchReason.PINNED, MatchReason.ALIKE)
    assert (pinned.product, pinned.distance, pinned.score, pinned.copies) == (
        one.product,
        0.25,
        75.04,
        3,
    )


def test_a_ranking_is_led_by_others_each_product_once():
    one = ranking("a", "b", "c", "d")
    assert ids_of(one.led_by([match("c"), match("x")], 4)) == ["c", "x", "a", "b"]
    assert one.led_by([], 2) is one
    assert ids_of(one.led_by([match("x")], 1)) == ["x"]
    assert ids_of(one.first(2)) == ["a", "b"]
    assert ids_of(one.first(99)) == ["a", "b", "c", "d"]


def test_rankings_agree_in_what_all_of_them_begin_with():
    one, other, third = ranking("a", "b", "c"), ranking("b", "a", "x"), ranking("b", "c", "a")
    assert agreement([one, other], 2) == 2
    assert agreement([one, other, third], 2) == 1
    assert agreement([one, other, third], 3) == 2
    assert agreement([one], 3) == 3
    assert agreement([ranking()], 3) == 0
    assert agreement([], 3) == 0


def answered(query, named=()):
    one = ranking("b")
    products = {item_id: Product(item_id=item_id) for item_id in named}
    return Answer(query, products, manifest_of(2), [one], one)


def test_an_answer_s_json_says_what_was_asked_and_with_what():
    found = json.loads(json.dumps(answered(Query(("a",)), "a").as_dict(), default=str))
    assert (found["query"], found["liked"], found["disliked"]) == ("a", ["a"], [])
    assert (found["metric"], found["embedder"], found["indexed"]) == ("cosine", "fake", True)
    assert [one["item_id"] for one in found["neighbours"]] == ["b"]


def test_what_is_asked_of_several_or_of_a_picture_is_of_no_product():
    assert answered(Query(("a", "c")), "ac").as_dict()["query"] is None
    assert answered(Query(picture=b"x")).product is None
