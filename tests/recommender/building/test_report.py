from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command

from recommender.building import cluster, forecast, report
from recommender.index import blocks
from recommender.live import current, paths, publishing
from recommender.live.publishing import PublishError
from runs.models import Run
from tests.recommender.building.test_errands import Elsewhere

pytestmark = pytest.mark.django_db


def test_a_scheduler_that_does_not_answer_ends_the_build_before_anything_is_done(
    catalogue, fake_source, settings, monkeypatch
):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    settings.CLUSTER = "tcp://127.0.0.1:9"
    with pytest.raises(
        CommandError, match=r"^No scheduler answers at CLUSTER=tcp://127\.0\.0\.1:9\."
    ):
        call_command("build_index")
    assert fake_source.embedded == 0
    assert Run.objects.get().state == Run.State.FAILED
    assert not paths.index_path("fake").exists()


def test_who_works_elsewhere_is_told_first(catalogue, fake_source, settings, monkeypatch, capsys):
    class Told(Elsewhere):
        def says(self):
            return ["Cluster tcp://10.0.0.5: 3 workers, 48 cores.", "One has numpy 1.0."]

    @contextmanager
    def workers_at(address, shared):
        assert (address, shared) == ("tcp://10.0.0.5", settings.VAR_DIR)
        yield Told()

    settings.CLUSTER = "tcp://10.0.0.5"
    monkeypatch.setattr(report, "workers_at", workers_at)
    call_command("build_index", "--no-map")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == Told().says()
    assert lines[-1] == "Live: 6 products."


def test_what_the_lists_of_many_will_take_is_told_before_they_are_made(
    catalogue, fake_source, monkeypatch, capsys
):
    monkeypatch.setattr(forecast, "FEWEST", 2)
    monkeypatch.setattr(forecast, "pairs_a_second", lambda dimension: 36 / 7200)
    call_command("build_index", "--no-map")
    assert "Neighbour lists: exact, about 2.0 hours on " in capsys.readouterr().out


def test_lists_are_kept_until_they_are_live_and_no_longer(catalogue, fake_source, monkeypatch):
    monkeypatch.setattr(blocks, "STRIP", 2)
    folder = paths.lists_folder("fake")

    def full(_index):
        raise PublishError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "publish", full)
        with pytest.raises(CommandError, match="The disk is full"):
            call_command("build_index", "--no-map")
    assert len(list(folder.glob("*/*.npz"))) == 3
    with monkeypatch.context() as patched:
        patched.setattr(blocks, "keep", lambda *_given: pytest.fail("all blocks are there"))
        call_command("build_index", "--no-map")
    assert len(current.live_index()) == 6
    assert not folder.exists()
