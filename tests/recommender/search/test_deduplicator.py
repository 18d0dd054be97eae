"""What shows the same stands once in an answer, with a count; and `manage.py duplicates`."""

import csv

import numpy as np
import pytest
from django.core.management import call_command

from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.index.distances import distances
from recommender.index.duplicates import RowsOfGroups, groups, parted, thresholds
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists
from recommender.index.similarity_index import SimilarityIndex
from recommender.index.views import Views
from recommender.models import NotTheSame
from recommender.search.answering import answer
from recommender.search.not_the_same import say
from recommender.search.query import Query
from tests.indexes import hash_of, index_of, manifest_of, whole_index

pytestmark = pytest.mark.django_db


def test_thresholds_lie_beyond_copies_and_well_before_random_pairs():
    saved, altered = np.linspace(0, 0.01, 100), np.linspace(0, 0.05, 100)
    found = thresholds(saved, altered, np.linspace(0.3, 1, 4000))
    assert 0.009 < found.same < 0.01
    assert 0.047 < found.similar < 0.05
    close = thresholds(saved, altered, np.linspace(0.012, 1, 4000))
    assert close.same < 0.0066
    assert close.same <= close.similar < 0.0131
    assert thresholds(saved[:0], altered, saved) == (0, 0)


def test_rows_within_the_threshold_of_each_other_are_a_group(live):
    index = whole_index()
    given = index.lists[Metric.COSINE], index.embeddings
    assert list(groups(given[0], -1.0, given[1])) == [0, 1, 2, 3, 4, 5]
    assert list(groups(given[0], 10.0, given[1])) == [0] * 6


@pytest.fixture
def doubled(folder, catalogue, fake_source):
    """The six products, of which 1 has two copies, and 0 has one."""
    hats, shirts = folder / "hats", folder / "shirts"
    (hats / "1-again.jpg").write_bytes((hats / "1.jpg").read_bytes())
    (hats / "1-once-more.jpg").write_bytes((hats / "1.jpg").read_bytes())
    (shirts / "0-again.jpg").write_bytes((shirts / "0.jpg").read_bytes())
    list(import_folder(folder))
    plan = building.plan(fake_source)
    list(building.embed(plan))
    return building.finish(plan)


def shown(item_id="0", **more):
    return {
        match.product.item_id: match.copies
        for match in answer(Query(liked=(item_id,), **more)).looks.matches
    }


def test_the_same_picture_stands_once_with_a_count_and_never_beside_itself(doubled):
    found = shown()
    assert found == {"1": 2, "2": 0, "3": 0, "4": 0, "5": 0}
    assert list(shown(k=3)) == list(found)[:3]


def test_the_nearest_that_passes_stands_for_the_others(doubled):
    Product.objects.filter(item_id="1").update(hidden=True)
    assert [item_id for item_id in shown() if item_id.startswith("1")] == ["1-again"]


def test_variants_of_a_product_stand_once_too(live):
    Product.objects.filter(item_id__in="123").update(group="hat")
    assert len({"1", "2", "3"} & set(shown())) == 1
    assert shown()[({"1", "2", "3"} & set(shown())).pop()] == 2
    assert not {"2", "3"} & set(shown("1"))


def test_never_fewer_than_there_are_though_most_are_the_same(folder, catalogue, fake_source):
    for number in range(70):
        copy = folder / "hats" / f"copy-{number:02}.jpg"
        copy.write_bytes((folder / "hats" / "1.jpg").read_bytes())
    list(import_folder(folder))
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)
    for query in ({}, {"colour": 0.5}, {"diversity": 0.3}):
        assert set(shown(k=5, **query)) == {"1", "2", "3", "4", "5"}


def test_what_the_merchant_tells_apart_stands_for_itself(doubled):
    say("1", ["1-again"], "owner")
    assert shown(k=6) == {"1": 1, "1-again": 0, "2": 0, "3": 0, "4": 0, "5": 0}
    assert shown("1-again")["1"] == 1


def test_what_is_told_apart_from_each_of_its_group_is_beside_all_of_them(doubled):
    say("1", ["1-again", "1-once-more"])
    assert shown("1", k=7)["1-again"] == 1
    assert {"1", "1-again"} <= set(shown("0", k=7))
    assert "1-once-more" not in shown("0", k=7)


def test_what_has_the_same_first_picture_is_left_out_though_it_is_folded_with_another(live):
    """As where it shares another picture with others, which the one asked about does not."""
    first = Product.objects.get(item_id="0").content_hash
    Product.objects.filter(item_id__in=["3", "4"]).update(content_hash=first)
    assert shown() == {"1": 0, "2": 0, "5": 0}
    assert shown("3", k=2).keys() == {"2", "5"}
    assert shown("1").keys() == {"0", "2", "3", "4", "5"}  # they are not asked about
    say("0", ["3"])
    assert shown().keys() == {"1", "2", "3", "5"}


def test_variants_too_are_told_apart(live):
    Product.objects.filter(item_id__in="123").update(group="hat")
    say("1", ["2", "3"])
    found = shown(k=6)
    assert "1" in found
    assert len({"2", "3"} & set(found)) == 1
    assert found["1"] == 0


def test_it_holds_for_the_api_and_after_a_build(client, doubled, fake_source):
    def ids():
        told = client.get("/api/v1/products/0/similar/?k=7").json()["neighbours"]
        return [neighbour["item_id"] for neighbour in told if neighbour["item_id"][0] == "1"]

    assert ids() == ["1"]
    say("1-again", ["1", "1-once-more"])
    assert ids() == ["1", "1-again"]
    plan = building.plan(fake_source, full=True)
    list(building.embed(plan))
    building.finish(plan)
    assert ids() == ["1", "1-again"]
    NotTheSame.objects.all().delete()
    assert ids() == ["1"]


@pytest.mark.of_files  # in a database, the index is asked by queries, too
def test_what_is_apart_is_not_asked_where_no_two_look_the_same(live, django_assert_num_queries):
    shown()
    with django_assert_num_queries(4):
        shown()


def at_angle(degrees):
    return [float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees))), 0.0]


@pytest.mark.parametrize("degrees", [(0, 10, 20), (10, 0, 20), (20, 10, 0)])
def test_a_chain_of_near_rows_is_no_group(degrees):
    """10 degrees are 0.015 apart, and 15 are 0.034: three of 10 are not one of 20."""
    index = index_of({str(row): at_angle(angle) for row, angle in enumerate(degrees)})
    first = groups(index.lists[Metric.COSINE], 0.034, index.embeddings)
    assert sorted(np.unique(first, return_counts=True)[1]) == [1, 2]


def test_the_nearest_come_together_first():
    index = index_of({"a": at_angle(0), "b": at_angle(10), "c": at_angle(18), "d": at_angle(27)})
    given = index.lists[Metric.COSINE], 0.034, index.embeddings
    assert list(groups(*given)) == [0, 1, 1, 3]
    wide = index.lists[Metric.COSINE], 0.1, index.embeddings
    assert list(groups(*wide)) == [0, 1, 1, 1]


def test_no_two_of_a_group_are_farther_apart_than_the_threshold_though_lists_are_short():
    random = np.random.default_rng(0)
    vectors = {f"{row:03}": [1, *(0.25 * random.normal(size=4))] for row in range(200)}
    vectors |= {f"x{row:02}": [0, 0, 0, 0, 1] for row in range(40)}
    index = index_of(vectors, k=20)
    threshold = 0.05
    first = groups(index.lists[Metric.COSINE], threshold, index.embeddings)
    assert (first[200:] == 200).all()
    sizes = [len(rows) for rows in (np.flatnonzero(first == row) for row in np.unique(first))]
    assert len(sizes) > 20
    assert sorted(sizes)[-2] > 3
    for row in np.unique(first):
        members = index.embeddings[first == row]
        away = [distances(Metric.COSINE, one, members).max() for one in members]
        assert max(away) <= threshold


def test_products_that_share_pictures_in_a_chain_are_no_group():
    """a shares one with b, and b another with c; a and c share none."""
    index = index_of({"a": at_angle(0), "b": at_angle(40), "c": at_angle(80)})
    rows = np.array([[1, 2], [0, 2], [1, 0]], np.int32)
    away = np.array([[0, 0.5], [0, 0], [0, 0.5]])
    seen = np.array([at_angle(40), at_angle(80)], np.float32)
    views = Views.of(np.array([0, 1]), ["0" * 64, "1" * 64], seen)
    assert list(groups(Lists(rows, away), 0.01, index.embeddings, views)) == [0, 0, 2]


@pytest.mark.parametrize(
    ("of_x", "expected"),
    [
        ([40, 80], [0, 1, 1]),  # b's first picture; a shares the second with it
        ([60, 0, 80], [0, 1, 0]),  # two of a's, one of b's
        ([60, 0, 40], [0, 1, 0]),  # one of either
    ],
)
def test_what_shares_pictures_with_several_goes_with_the_same_first_one_or_the_most(of_x, expected):
    """a shows 0 and 80 degrees, b shows 40."""
    ids = {"a": at_angle(0), "b": at_angle(40), "x": at_angle(of_x[0])}
    seen = np.array([at_angle(angle) for angle in (80, *of_x[1:])], np.float32)
    products = np.array([0, *(2 for _ in of_x[1:])])
    built = SimilarityIndex.build(
        manifest_of(3), list(ids), [hash_of(i) for i in ids], np.array(list(ids.values()), np.float32),
        views=Views.of(products, [hash_of(str(angle)) for angle in range(len(seen))], seen),
    )  # fmt: skip
    found = groups(built.lists[Metric.COSINE], 0.01, built.embeddings, built.views)
    assert list(found) == expected


def test_groups_come_apart_where_a_pair_says_so_the_nearest_staying_together():
    index = index_of({"a": (1, 0), "b": (1, 0.1), "c": (1, 0.3), "d": (0, 1)})
    lists = index.lists[Metric.COSINE]
    first = groups(lists, 0.1, index.embeddings)
    assert list(first) == [0, 0, 0, 3]
    assert parted(RowsOfGroups(first), lists, 0.1, [(0, 3)]) == {}
    assert parted(RowsOfGroups(first), lists, 0.1, [(0, 2)]) == {0: 0, 1: 0, 2: 2}
    assert parted(RowsOfGroups(first), lists, 0.1, [(1, 0)]) == {0: 0, 1: 1, 2: 1}
    assert parted(RowsOfGroups(first), lists, 0.1, [(0, 1), (1, 2), (0, 2)]) == {0: 0, 1: 1, 2: 2}


def test_the_command_keeps_to_what_was_said(doubled, capsys):
    say("0", ["0-again"])
    say("1", ["1-again"])
    call_command("duplicates")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  2  within 0.0000  1, 1-once-more"
    assert lines[1].startswith("1 group of 2 products")


def test_the_merchant_gets_a_list_a_table_and_a_page(doubled, tmp_path, capsys):
    call_command("duplicates")
    assert capsys.readouterr().out.splitlines() == [
        "  3  within 0.0000  1, 1-again, 1-once-more",
        "  2  within 0.0000  0, 0-again",
        "2 groups of 5 products, within a cosine distance of 0.0000.",
    ]
    call_command("duplicates", "--csv", str(tmp_path / "d.csv"), "--html", str(tmp_path / "d.html"))
    rows = list(csv.DictReader((tmp_path / "d.csv").open()))
    assert [row["item_id"] for row in rows] == ["1", "1-again", "1-once-more", "0", "0-again"]
    page = (tmp_path / "d.html").read_text()
    assert page.count("<img") == 5
    assert len(list((tmp_path / "d-pictures").iterdir())) == 5
    call_command("duplicates", "--similar")


def test_no_spreadsheet_takes_a_title_for_a_formula(doubled, tmp_path):
    Product.objects.filter(item_id="1").update(title="=1+1")
    call_command("duplicates", "--csv", str(tmp_path / "d.csv"))
    assert "'=1+1" in (tmp_path / "d.csv").read_text()


def test_the_rows_of_a_group_are_looked_up_as_they_would_be_found_among_all():
    first = np.random.default_rng(0).integers(0, 30, 200)
    first = np.array([np.flatnonzero(first == group)[0] for group in first], np.int32)
    rows = RowsOfGroups(first)
    for group in np.unique(first):
        assert rows.of(int(group)).tolist() == np.flatnonzero(first == group).tolist()
    assert rows.sizes(first).tolist() == [int((first == group).sum()) for group in first]
