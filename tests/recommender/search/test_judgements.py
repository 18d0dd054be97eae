"""What people said of two answers side by side."""

import csv
import io
import json
from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils.timezone import now

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.wilson import wilson
from recommender.models import Judgement
from recommender.search import judgements
from recommender.search.judgements import Choice, Contender, Side, preferred_pairs
from tests.indexes import index_of

pytestmark = pytest.mark.django_db
NEW = Contender("lite", "v2", "cosine", "2026-11-02")
OLD = Contender("lite", "v1", "cosine", "2026-11-01")


@pytest.fixture
def shop():
    """Products a to h."""
    Product.objects.bulk_create(
        Product(
            item_id=name,
            shop_item_id=name,
            shop="s",
            content_hash="0" * 64,
            first_seen=now(),
            last_seen=now(),
        )
        for name in "abcdefgh"
    )


def judge(choice, left="bcd", right="bef", *, item_id="a", sides=(NEW, OLD), who="ann", key=None):
    one, other = Side(sides[0], tuple(left)), Side(sides[1], tuple(right))
    return judgements.keep(key or uuid4(), item_id, one, other, choice, who)


def counts(result):
    return result.wins["one"], result.wins["other"], result.wins["same"]


def test_a_choice_is_counted_for_whom_it_was_on_whichever_side_they_stood(shop):
    judge(Choice.LEFT)
    judge(Choice.RIGHT, sides=(OLD, NEW))
    judge(Choice.LEFT, sides=(OLD, NEW))
    judge(Choice.SAME)
    (result,) = judgements.results()
    assert (result.one, result.other, counts(result)) == (NEW, OLD, (2, 1, 1))
    assert (result.count, result.decided, result.share) == (4, 3, 2 / 3)
    assert not result.is_certain


def test_the_winner_stands_first_and_has_won_where_the_interval_leaves_out_one_half(shop):
    for _ in range(5):
        judge(Choice.RIGHT)
    (result,) = judgements.results()
    assert (result.one, counts(result)) == (OLD, (5, 0, 0))
    assert result.is_certain
    assert result.interval == wilson(5, 5)


def test_a_build_that_compares_as_the_one_before_goes_on_counting(shop):
    judge(Choice.LEFT)
    judge(Choice.LEFT, sides=(replace(NEW, built_at="2026-11-03"), OLD))
    (result,) = judgements.results()
    assert counts(result) == (2, 0, 0)
    assert result.one.built_at == "2026-11-03"


def test_two_builds_of_one_way_are_told_apart_by_their_time(shop):
    later = replace(NEW, built_at="2026-11-03")
    judge(Choice.LEFT, sides=(later, NEW))
    judge(Choice.LEFT, sides=(NEW, later))
    judge(Choice.LEFT, sides=(later, NEW))
    (result,) = judgements.results()
    assert (result.one, counts(result)) == (later, (2, 1, 0))


def test_contenders_differ_by_metric_and_by_what_made_their_vectors(shop):
    index = index_of({"a": [0, 1], "b": [1, 0]})
    cosine, same = (Contender.of(index, Metric.COSINE) for _ in range(2))
    assert cosine == same
    assert Contender.of(index, Metric.EUCLIDEAN) != cosine
    mapped = replace(index, manifest=replace(index.manifest, projection="learnt"))
    assert Contender.of(mapped, Metric.COSINE).version != cosine.version
    later = replace(index, manifest=replace(index.manifest, built_at="2030", count=9))
    assert Contender.of(later, Metric.COSINE).version == cosine.version


def test_only_what_the_shop_shows_counts(shop):
    judge(Choice.LEFT)
    judge(Choice.LEFT, item_id="h")
    judge(Choice.LEFT, item_id="nobody")
    Product.objects.filter(item_id="h").update(hidden=True)
    assert counts(judgements.results()[0]) == (1, 0, 0)
    assert Judgement.objects.count() == 3


def test_a_second_click_on_a_page_replaces_the_first(shop):
    key = uuid4()
    judge(Choice.LEFT, key=key)
    judge(Choice.SAME, key=key)
    assert Judgement.objects.get().choice == Choice.SAME


def test_one_takes_back_one_s_own_and_nobody_else_s(shop):
    first, last = judge(Choice.LEFT), judge(Choice.SAME, item_id="b")
    other = judge(Choice.LEFT, who="bob")
    assert judgements.last_of("ann") == last
    assert judgements.take_back(other.key, "ann") == ""
    assert judgements.take_back(last.key, "ann") == "b"
    assert judgements.take_back(last.key, "ann") == ""
    assert judgements.last_of("ann") == first
    assert Judgement.objects.count() == 2


def test_it_is_known_what_somebody_has_judged_of_two(shop):
    judge(Choice.LEFT)
    judge(Choice.LEFT, item_id="b", sides=(OLD, NEW))
    judge(Choice.LEFT, item_id="c", who="bob")
    judge(Choice.LEFT, item_id="d", sides=(NEW, replace(NEW, metric="euclidean")))
    assert judgements.judged_by("ann", NEW, OLD) == {"a", "b"}
    assert judgements.judged_by("ann", OLD, NEW) == {"a", "b"}


def test_what_was_preferred_is_what_one_side_alone_had(shop):
    judge(Choice.LEFT, "bcd", "bef")
    judge(Choice.RIGHT, "bcd", "bef", item_id="h")
    assert preferred_pairs() == [("h", ("e", "f"), ("c", "d")), ("a", ("c", "d"), ("e", "f"))]


def test_nothing_is_learnt_from_same_from_what_has_left_and_from_one_answer_in_two_orders(shop):
    judge(Choice.SAME)
    judge(Choice.LEFT, "bcd", "dcb")
    judge(Choice.LEFT, "bc", "bcd")
    judge(Choice.LEFT, item_id="nobody")
    assert preferred_pairs() == []
    judge(Choice.LEFT, "bcd", "bef")
    Product.objects.filter(item_id="c").update(hidden=True)
    assert preferred_pairs() == [("a", ("d",), ("e", "f"))]


def test_the_export_has_all_of_it_and_no_cell_is_a_formula(shop):
    judge(Choice.LEFT, ["b c", "ä"], ["d"], who="=cmd()")
    judge(Choice.SAME, item_id="-1")
    file = io.StringIO()
    judgements.write_csv(file)
    last, first = csv.DictReader(io.StringIO(file.getvalue()))
    assert (first["item_id"], first["choice"], first["counts"]) == ("a", "left", "True")
    assert (last["item_id"], last["choice"], last["counts"]) == ("'-1", "same", "False")
    assert first["judged_by"] == "'=cmd()"
    assert json.loads(first["left_item_ids"]) == ["b c", "ä"]
    assert (first["left_version"], first["right_built_at"]) == ("v2", "2026-11-01")


def test_another_precision_is_another_contender():
    index = index_of({"a": [1.0, 0.0], "b": [0.0, 1.0]})
    half = replace(index, manifest=replace(index.manifest, precision="bfloat16"))
    one, other = (Contender.of(which, Metric.COSINE) for which in (index, half))
    assert one.version != other.version
