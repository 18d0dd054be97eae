"""What shows the same stands once in an answer, with a count; and `manage.py duplicates`."""

import csv

import numpy as np
import pytest
from django.core.management import call_command

from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.building.enriching import copies as copies_of
from recommender.index.duplicates import groups, parted, thresholds
from recommender.index.metrics import Metric
from recommender.live import current
from recommender.models import NotTheSame
from recommender.search.answering import answer
from recommender.search.not_the_same import say
from recommender.search.query import Query
from tests.conftest import picture_bytes
from tests.indexes import index_of

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


def test_rows_that_hang_together_are_a_group(live):
    lists = current.live_index().lists[Metric.COSINE]
    alone = groups(lists, -1.0)
    assert list(alone) == [0, 1, 2, 3, 4, 5]
    assert list(groups(lists, 10.0)) == [0] * 6


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


def test_nothing_is_asked_of_the_database_where_no_two_look_the_same(
    live, django_assert_num_queries
):
    shown()
    with django_assert_num_queries(3):
        shown()


def test_groups_come_apart_where_a_pair_says_so_the_nearest_staying_together():
    lists = index_of({"a": (1, 0), "b": (1, 0.1), "c": (1, 0.3), "d": (0, 1)}).lists[Metric.COSINE]
    first = groups(lists, 0.1)
    assert list(first) == [0, 0, 0, 3]
    assert parted(first, lists, 0.1, [(0, 3)]) == {}
    assert parted(first, lists, 0.1, [(0, 2)]) == {0: 0, 1: 0, 2: 2}
    assert parted(first, lists, 0.1, [(1, 0)]) == {0: 0, 1: 1, 2: 1}
    assert parted(first, lists, 0.1, [(0, 1), (1, 2), (0, 2)]) == {0: 0, 1: 1, 2: 2}


def test_the_command_keeps_to_what_was_said(doubled, capsys):
    say("0", ["0-again"])
    say("1", ["1-again"])
    call_command("duplicates")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  2  within 0.0000  1, 1-once-more"
    assert lines[1].startswith("1 group of 2 products")


def test_copies_are_pictures_of_the_same_thing():
    made = copies_of(picture_bytes((40, 90, 200), size=(300, 200)))
    assert len(made) == len(set(made)) == 4


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
