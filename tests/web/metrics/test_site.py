"""What the database and the indexes say of the site."""

from datetime import UTC, datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import CollectorRegistry

from catalog import changes
from catalog.models import Change
from recommender.live import report
from runs.models import Run
from web.metrics import site
from web.metrics.site import Site


def broken():
    raise DatabaseError("down")


def figures():
    registry = CollectorRegistry()
    registry.register(Site())
    return registry


def test_the_live_index_is_told_with_its_age_and_its_exactness(live):
    told, index = figures(), report.index_files()[0]
    labels = {"embedder": index.manifest.embedder}
    built = told.get_sample_value("lookalike_index_built_timestamp_seconds", labels)
    assert built == index.manifest.built.timestamp()
    assert told.get_sample_value("lookalike_index_products", labels) == index.manifest.count
    assert told.get_sample_value("lookalike_index_exact", labels) == 1
    assert told.get_sample_value("lookalike_index_served", labels) == 1
    assert told.get_sample_value("lookalike_ready") == 1


def test_the_catalogue_is_counted(live):
    counts = report.catalogue_counts()
    assert counts["all"] > 0
    for kind, number in counts.items():
        assert figures().get_sample_value("lookalike_products", {"kind": kind}) == number


def test_what_waits_for_the_worker_is_told_with_its_age(live):
    assert figures().get_sample_value("lookalike_queue_products") == 0
    changes.take([changes.Said("s", "a", {"title": "a"})])
    Change.objects.update(said_at=timezone.now() - timedelta(minutes=1))
    told = figures()
    assert told.get_sample_value("lookalike_queue_products") == 1
    assert 59 < told.get_sample_value("lookalike_queue_oldest_seconds") < 65
    assert told.get_sample_value("lookalike_worker_up") == 0
    changes.beat()
    assert figures().get_sample_value("lookalike_worker_up") == 1


def test_a_count_is_good_for_half_a_minute(live, monkeypatch):
    clock, counts = [0.0], iter(range(1, 9))
    monkeypatch.setattr(site, "monotonic", lambda: clock[0])
    monkeypatch.setattr(report, "catalogue_counts", lambda: {"all": next(counts)})
    told = []
    for clock[0] in (0.0, 29.0, 31.0):
        told.append(figures().get_sample_value("lookalike_products", {"kind": "all"}))
    assert told == [1, 1, 2]


def test_what_is_wrong_is_logged_once_while_it_is_the_same(live, monkeypatch, caplog):
    with monkeypatch.context() as patched:
        patched.setattr(report, "catalogue_counts", broken)
        for _ in range(2):
            list(site.Site().collect())
    assert caplog.text.count("they cannot be counted: down") == 1
    list(site.Site().collect())
    assert caplog.text.count("Ready again: figures of products and runs") == 1


def test_of_a_command_the_last_success_and_the_last_run_are_told(db):
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    for day, state in zip(
        at, (Run.State.DONE, Run.State.EXCEPTIONS, Run.State.FAILED), strict=True
    ):
        Run.objects.create(
            command="refresh", state=state, started=day, ended=day.replace(minute=5),
            counts={"new": day.day},
        )  # fmt: skip
    told, refresh = figures(), {"command": "refresh"}
    succeeded = told.get_sample_value("lookalike_run_success_timestamp_seconds", refresh)
    assert succeeded == at[1].replace(minute=5).timestamp()
    assert told.get_sample_value("lookalike_run_state", refresh | {"state": "failed"}) == 1
    assert told.get_sample_value("lookalike_run_state", refresh | {"state": "done"}) is None
    assert told.get_sample_value("lookalike_run_items", refresh | {"outcome": "new"}) == 3
    assert told.get_sample_value("lookalike_run_seconds", refresh) == 300


def test_without_a_database_the_rest_is_told(live, monkeypatch):
    monkeypatch.setattr(report, "catalogue_counts", broken)
    told = figures()
    assert told.get_sample_value("lookalike_products", {"kind": "all"}) is None
    assert told.get_sample_value("lookalike_ready") is not None
