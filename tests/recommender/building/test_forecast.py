import re
from dataclasses import replace

import numpy as np
import pytest

from recommender.building import build as building
from recommender.building import forecast
from recommender.building.forecast import duration, pairs_a_second, says_of_lists
from recommender.building.merging import rows_of
from recommender.embedders.runtimes import cores
from recommender.index import similarity_index
from recommender.index.approximate import recall_of_lists
from recommender.index.distances import squared_norms
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists, all_lists
from recommender.index.pictures import Pictures
from recommender.live import current

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(40, "40 seconds"), (119, "2 minutes"), (720, "12 minutes"), (11_160, "3.1 hours"),
     (1_987_200, "23 days")],
)  # fmt: skip
def test_a_time_is_told_as_people_say_it(seconds, words):
    assert duration(seconds) == words


def test_pairs_are_compared_in_thousands_a_second_and_fewer_of_long_vectors():
    short, long = pairs_a_second(16), pairs_a_second(2048)
    assert short > long > 1000


@pytest.fixture
def slow(monkeypatch):
    """A machine that compares one pair a second, and six products are many."""
    monkeypatch.setattr(forecast, "pairs_a_second", lambda dimension: 1 / 200)
    monkeypatch.setattr(forecast, "FEWEST", 2)


def test_what_exact_lists_take_is_told_before_they_are_made(catalogue, fake_source, slow):
    plan = building.plan(fake_source)
    list(building.embed(plan))
    said = says_of_lists(plan, rows_of(plan))
    assert re.fullmatch(rf"Neighbour lists: exact, about 2.0 hours on {cores()} cores?\.", said)


def test_more_cores_take_less(catalogue, fake_source, slow):
    class Many:
        cores = 120 * cores()

    plan = building.plan(fake_source)
    list(building.embed(plan))
    plan.workers = Many()  # type: ignore[assignment]  # all that is asked of them here
    assert "about 60 seconds on" in says_of_lists(plan, rows_of(plan))


def test_of_approximate_lists_it_is_told_what_exact_ones_would_take(
    catalogue, fake_source, slow, settings
):
    settings.LISTS = "approximate"
    plan = building.plan(fake_source)
    list(building.embed(plan))
    assert "approximate; exact ones (LISTS=exact) would take about 2.0 hours" in says_of_lists(
        plan, rows_of(plan)
    )


def test_nothing_is_told_of_few_products_nor_where_lists_are_patched(
    live, fake_source, monkeypatch
):
    plan = building.plan(fake_source)
    assert says_of_lists(plan, rows_of(plan)) == ""
    monkeypatch.setattr(forecast, "FEWEST", 2)
    assert says_of_lists(plan, rows_of(plan)) == ""


def test_the_recall_of_approximate_lists_is_measured_and_kept(
    catalogue, fake_source, settings, monkeypatch
):
    settings.LISTS = "approximate"
    monkeypatch.setattr(similarity_index, "FEWEST", 2)
    plan = building.plan(fake_source)
    list(building.embed(plan))
    manifest = building.finish(plan)
    assert manifest is not None
    assert manifest.list_method == "approximate"
    assert 0 < manifest.list_recall <= 1
    assert current.live_index().manifest.list_recall == manifest.list_recall


def test_recall_is_the_share_of_the_nearest_that_lists_have():
    vectors = np.random.default_rng(1).standard_normal((300, 8)).astype(np.float32)
    squared = squared_norms(vectors)
    pictures, whole = Pictures.of(vectors, squared), all_lists(vectors, squared, 12)
    assert recall_of_lists(pictures, whole) == 1
    lacking = {
        metric: replace(
            lists,
            distances=np.concatenate([lists.distances[:, 1:], np.full((300, 1), np.inf)], axis=1),
        )
        for metric, lists in whole.items()
    }
    assert recall_of_lists(pictures, lacking) == 0.9
    nothing = {metric: Lists.empty(300, 12) for metric in Metric}
    assert recall_of_lists(pictures, nothing) == 0
