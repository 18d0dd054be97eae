"""What looks like words: alone, mixed with what is liked, on an index whose answers are known."""

import numpy as np
import pytest

from catalog.filters import Filters
from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.search.answering import answer
from recommender.search.by_look import by_words
from recommender.search.errors import BadQuery, NotReady
from recommender.search.query import Query
from recommender.search.query_vector import beside_words, far_out
from recommender.search.word_query import NoWords, reads_words, words_offered
from tests.products import keep, leave
from tests.taught import NONE, open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    open_shop()


def found(**asked):
    answered = answer(Query(metrics=tuple(Metric), k=3, **asked))
    ids = [[m.product.item_id for m in ranking.matches] for ranking in answered.rankings]
    assert answered.exact
    return ids


def test_words_alone_find_what_lies_in_their_direction_by_every_metric(shop):
    assert [ids[0] for ids in found(looks="dots")] == ["dots"] * 3
    assert [ids[0] for ids in found(looks="Striped")] == ["stripes"] * 3


def test_two_words_find_what_is_both(shop):
    assert [ids[0] for ids in found(looks="striped dots")] == ["both"] * 3


def test_words_beside_a_liked_product_count_as_one_more(shop):
    assert found(looks="striped", liked=("dots",))[0][0] == "both"
    assert found(liked=("dots",))[0][:2] == ["both", "stripes"]
    mixed = beside_words(np.array([[3, 4], [0, 1]], np.float32), np.array([1, 0], np.float32))
    assert mixed.tolist() == [[3, 4], [0, 1], [3, 0]]


def test_words_are_left_for_what_is_disliked_beside_them(shop):
    assert "dots" not in found(looks="dots", disliked=("dots",))[0]
    away = far_out(np.array([1, 0], np.float32), np.array([[0, 3]], np.float32), 3.0)
    assert away.vector.tolist() == [13.5, -4.5]  # three times ((3, 0) - (0, 3) / 3) · 3/2


def test_filters_narrow_what_words_find(shop):
    Product.objects.filter(item_id__in=["red", "plain"]).update(category="Hats")
    assert found(looks="dots", filters=Filters.of(category="Hats"))[0] == ["plain", "red"]


def test_no_product_lies_near_words_so_nothing_is_called_rare(shop):
    matches = answer(Query(looks="dots")).looks.matches
    assert {match.rarity for match in matches} == {None}
    scores = [match.score or 0 for match in matches]
    assert scores == sorted(scores, reverse=True)


def test_an_unknown_word_is_refused_with_those_written_like_it(shop):
    with pytest.raises(BadQuery, match=r"“stripes” is not a word .* Try “striped”"):
        answer(Query(looks="stripes"))


def test_words_have_no_colours(shop):
    with pytest.raises(BadQuery, match="leave out colour"):
        Query(looks="dots", colour=0.5)
    assert Query(looks="dots", liked=("dots",), colour=0.5).colour == 0.5


def test_an_index_that_has_yet_to_learn_says_what_to_run():
    open_shop(None)
    with pytest.raises(NotReady) as refused:
        answer(Query(looks="dots"))
    assert refused.value.for_owner == (
        "The index knows no words for looks yet. Run: manage.py build_index --embedder fake"
    )


def test_where_no_word_holds_up_the_owner_hears_what_to_do():
    open_shop(NONE)
    with pytest.raises(NoWords, match="No words for looks have been learnt") as refused:
        answer(Query(looks="dots"))
    assert "six titles or more" in refused.value.for_owner


def test_the_words_offered_are_known(shop):
    from recommender.search.answering import live_index

    assert words_offered(live_index()) == ["dots", "striped"]
    assert reads_words(live_index())


def test_a_grid_has_what_looks_like_the_words_first_and_all_others_after(shop):
    keep(["new"])
    leave("plain")
    assert by_words("dots", Filters()).item_ids == ["dots", "both", "stripes", "red", "new"]
    assert by_words("dots", Filters.of(q="red")).item_ids == ["red"]
