"""A worker for tests: it is done before whoever asks has to wait."""

from functools import partial

import pytest

from catalog import changes
from catalog.visiting.fetching import Fetcher
from recommender.building.arriving import ArrivingProducts

fetcher = partial(Fetcher, "Test/1.0", allow_loopback=True, patient=False)


@pytest.fixture
def working(monkeypatch, settings):
    """A worker that takes in what is said as soon as somebody waits for it."""
    settings.SCRAPE_ALLOW_LOOPBACK = True
    monkeypatch.setattr("recommender.building.arriving.PATIENCE", 30.0)  # a busy machine
    arriving, wait = ArrivingProducts(fetcher), changes.wait_for

    def waited(said, _seconds):
        arriving.one_round()
        return wait(said, 0)

    monkeypatch.setattr(changes, "wait_for", waited)
    return arriving
