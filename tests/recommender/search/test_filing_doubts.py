"""`manage.py categories`, and what it keeps for staff."""

import csv
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command

from catalog import filings
from catalog.models import Product
from recommender.live.engine import engine
from recommender.search.filing_doubts import doubts, look_through
from tests.indexes import grid_index
from tests.products import keep, leave

pytestmark = pytest.mark.django_db(databases="__all__")
HATS = {f"h{number}": 1 + number / 10 for number in range(8)}
SHOES = {f"s{number}": 40 + number / 10 for number in range(8)}


@pytest.fixture(autouse=True)
def published():
    """Hats and shoes; h3 is filed under shoes, s1 nowhere."""
    keep(HATS, category="Hats")
    keep(SHOES, category="Shoes", title="=a shoe")
    Product.objects.filter(item_id="h3").update(category="Shoes", title="=a hat")
    Product.objects.filter(item_id="s1").update(category="")
    engine().publish(grid_index(HATS | SHOES))


def kept(**which):
    return [(doubt.item_id, doubt.suggested) for doubt in doubts(**which)]


def test_the_command_tells_and_keeps_what_it_found(capsys):
    call_command("categories")
    out = capsys.readouterr().out
    assert "h3  Shoes → Hats" in out
    assert "s1" not in out
    assert "16 products: 1 may be filed wrongly; 1 without a category look to be of one." in out
    assert kept() == [("h3", "Hats")]
    assert kept(nowhere=True) == [("s1", "Shoes")]


def test_suggestions_for_what_has_no_category_are_asked_for_and_a_file_has_all(tmp_path, capsys):
    call_command("categories", suggest=True, csv=tmp_path / "c.csv")
    with (tmp_path / "c.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["item_id"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {"h3", "s1"}
    assert (rows["h3"]["category"], rows["h3"]["suggested"]) == ("Shoes", "Hats")
    assert rows["h3"]["title"] == "'=a hat"  # no formula
    assert 0 <= float(rows["s1"]["confidence"]) <= 1
    assert set(rows["h3"]["look_alikes"].split()) < HATS.keys()
    assert "→" not in capsys.readouterr().out


def test_what_is_decided_is_not_found_again_and_an_undo_brings_it_back():
    look_through(engine().live("fake"))
    filings.file_under("h3", "Shoes")
    assert kept() == []
    assert look_through(engine().live("fake")).wrong == []
    filings.take_back("h3")
    assert kept() == [("h3", "Hats")]


def test_what_has_left_or_is_filed_elsewhere_since_is_not_shown():
    look_through(engine().live("fake"))
    Product.objects.filter(item_id="h3").update(category="Hats")
    assert kept() == []
    leave("s1")
    assert kept(nowhere=True) == []


def test_it_is_read_in_batches_whatever_their_size(monkeypatch):
    before = look_through(engine().live("fake"))
    monkeypatch.setattr("recommender.search.filing.BATCH", 3)
    assert look_through(engine().live("fake")) == before
    assert kept() == [("h3", "Hats")]


def test_the_most_suspicious_come_first():
    Product.objects.filter(item_id__in=["s5", "s6"]).update(category="Hats")
    found = look_through(engine().live("fake")).wrong
    assert len(found) == 3
    assert all(one.suspicion >= other.suspicion for one, other in pairwise(found))


def test_a_file_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    with pytest.raises(CommandError, match="there is no folder"):
        call_command("categories", "--csv", str(tmp_path / "nowhere" / "c.csv"))
    assert kept() == []
