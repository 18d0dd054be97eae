"""Rates, preferences, and how many clicks are still needed."""

import csv
import io
import random

import pytest
from django.utils import timezone

from recommender.index.wilson import wilson
from recommender.models import ClickCount, Trial
from recommender.search import click_rates
from recommender.search.click_rates import Preference, Rate

pytestmark = pytest.mark.django_db


def sum_of(position=1, shown=10, clicked=1, **more):
    about = {"place": "page", "metric": "cosine", "embedder": "fake", "day": timezone.localdate()}
    return ClickCount.objects.create(
        position=position, shown=shown, clicked=clicked, **(about | more)
    )


def test_rates_add_up_days_and_positions():
    sum_of()
    sum_of(day="2020-01-01", shown=30, clicked=3)
    sum_of(position=2, shown=40, clicked=2)
    sum_of(metric="euclidean", shown=7, clicked=0)
    sum_of(place="dropped", metric="", embedder="", position=0, shown=5)
    cosine, euclidean = click_rates.rates()
    assert (cosine.place, cosine.metric, cosine.embedder) == ("page", "cosine", "fake")
    assert cosine.by_position == [Rate(1, 40, 4), Rate(2, 40, 2)]
    assert cosine.of_all == Rate(0, 80, 6)
    assert cosine.by_position[0].interval == wilson(4, 40)
    assert euclidean.of_all.share == 0
    assert click_rates.dropped() == 5


def test_more_clicks_than_were_seen_are_no_error():
    assert Rate(1, 1, 3).interval[1] == 1.0
    assert Rate(1, 0, 1).interval == (0.0, 1.0)


def of(one, other):
    return Preference(Trial(name="t"), one, other)


def test_which_is_preferred_is_told_when_the_interval_leaves_a_half_out():
    assert (of(10, 30).preferred, of(30, 10).preferred, of(18, 22).preferred) == (
        "other",
        "one",
        "",
    )
    assert of(10, 30).needed == 0


def test_how_many_clicks_are_needed():
    assert of(0, 0).needed == 783  # of 55 to 45, as tables of sample sizes have it
    assert 100 < of(20, 30).needed < 200
    assert of(500, 500).needed == pytest.approx(19_600 - 1_000, rel=0.05)
    assert of(1, 18).needed == 0


@pytest.mark.parametrize("share", [0.55, 0.6, 0.7])
def test_the_number_needed_is_enough_in_four_cases_of_five(share):
    source, told = random.Random(7), 0
    seen = Preference(Trial(), round(1000 * (1 - share)), round(1000 * share))
    alike = Preference(Trial(), 10, 10)
    assert alike.preferred == ""
    apart = share - 0.5
    wanted = round(((1.959964 / 2 + 0.841621 * (share * (1 - share)) ** 0.5) / apart) ** 2)
    for _ in range(400):
        other = sum(source.random() < share for _ in range(wanted))
        told += Preference(Trial(), wanted - other, other).preferred == "other"
    assert told / 400 == pytest.approx(0.8, abs=0.06)
    assert seen.preferred == "other"


def test_preferences_count_each_way_s_clicks_and_no_others():
    trial = Trial.objects.create(name="colour", other="colour=0.4")
    sum_of(trial=trial.pk, way="one", clicked=2)
    sum_of(trial=trial.pk, way="other", clicked=3)
    sum_of(trial=trial.pk, way="other", position=2, clicked=4)
    sum_of(trial=trial.pk, clicked=9)
    assert click_rates.preferences() == [Preference(trial, 2, 7)]


def test_the_csv_has_a_row_a_sum():
    sum_of(day="2026-01-02", clicked=4)
    file = io.StringIO()
    click_rates.write_csv(file)
    (row,) = csv.DictReader(io.StringIO(file.getvalue()))
    assert row == {
        "day": "2026-01-02", "place": "page", "trial": "0", "way": "", "metric": "cosine",
        "embedder": "fake", "position": "1", "shown": "10", "clicked": "4",
    }  # fmt: skip
