"""What can be asked, and what cannot be meant."""

import math
from typing import Any

import pytest

from recommender.search.errors import BadQuery, KOutOfRange
from recommender.search.fields import FEW, MOST
from recommender.search.kinds import MAX_NAMED, Crop
from recommender.search.query import Query

ids = tuple("abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(
    "asked",
    [
        {"liked": ("a",)},
        {"liked": ("a", "b"), "disliked": ("c",)},
        {"picture": b"x"},
        {"url": "https://shop.example/1.jpg"},
        {"liked": ("a",), "picture": b"x", "disliked": ("b",)},
        {"liked": ("a",), "crop": Crop(0, 0, 1, 1)},
        {"picture": b"", "crop": Crop(0.25, 0, 0.5, 1)},
        {"liked": ids[:MAX_NAMED]},
        {"liked": ("a",), "k": 1},
        {"liked": ("a",), "k": MOST},
        {"liked": ("a",), "diversity": 1.0, "colour": 1, "min_score": 100},
    ],
)
def test_what_can_be_meant_is_asked(asked):
    assert Query(**asked).k >= 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Name a product that is liked"),
        ({"disliked": ("a",)}, "Name a product that is liked"),
        ({"picture": b"x", "url": "https://a.example"}, "not both"),
        ({"liked": ("a", "b"), "crop": Crop(0, 0, 1, 1)}, "Only one picture"),
        ({"liked": ids[: MAX_NAMED + 1]}, f"At most {MAX_NAMED} products"),
        ({"liked": ids[:MAX_NAMED], "disliked": ("z",)}, f"At most {MAX_NAMED} products"),
        ({"liked": ("b", "a"), "disliked": ("b", "a")}, "“a” cannot be liked and disliked"),
        ({"liked": ("a",), "diversity": 1.01}, "diversity must be"),
        ({"liked": ("a",), "diversity": -0.01}, "diversity must be"),
        ({"liked": ("a",), "diversity": math.nan}, "diversity must be"),
        ({"liked": ("a",), "colour": math.inf}, "colour must be"),
        ({"liked": ("a",), "colour": math.nan}, "colour must be"),
        ({"liked": ("a",), "min_score": 101}, "min_score must be"),
        ({"liked": ("a",), "min_score": math.nan}, "min_score must be"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(asked: dict[str, Any], sentence):
    with pytest.raises(BadQuery, match=sentence) as refused:
        Query(**asked)
    assert refused.value.status == 400


@pytest.mark.parametrize("k", [0, -1, MOST + 1, 10**9])
def test_a_number_out_of_range_tells_the_range(k):
    with pytest.raises(KOutOfRange, match=f"between 1 and {MOST}") as refused:
        Query(("a",), k=k)
    assert (refused.value.k, refused.value.most) == (k, MOST)


@pytest.mark.parametrize(
    "edges",
    [
        (0, 0, 0, 1),
        (0.5, 0, 0.4, 1),
        (-0.1, 0, 1, 1),
        (0, 0, 1, 1.1),
        (0, 0.5, 1, 0.5),
        (math.nan, 0, 1, 1),
    ],
)
def test_a_part_of_a_picture_has_a_size_and_lies_within_it(edges):
    with pytest.raises(BadQuery, match="crop must be"):
        Crop(*edges)


def test_a_crop_is_its_edges():
    assert Crop(0.1, 0.2, 0.3, 0.4).box == (0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize(
    ("query", "is_one", "by_lists"),
    [
        (Query(("a",)), True, True),
        (Query(("a",), k=MOST, diversity=0.5, min_score=10), True, True),
        (Query(("a",), colour=0.1), True, False),
        (Query(("a",), crop=Crop(0, 0, 1, 0.5)), True, False),
        (Query(("a", "b")), False, False),
        (Query(("a",), disliked=("b",)), False, False),
        (Query(("a",), picture=b"x"), False, False),
        (Query(picture=b"x"), False, False),
    ],
)
def test_lists_answer_what_is_asked_of_one_product_alone(query, is_one, by_lists):
    assert query.is_one_product is is_one
    assert query.lists_may_answer is by_lists


def test_what_is_named_is_liked_or_not():
    assert Query(("a", "b"), ("c",)).named == ("a", "b", "c")
    assert Query(url="x").has_picture
    assert not Query(("a",)).has_picture
    assert Query(("a",)).k == FEW
