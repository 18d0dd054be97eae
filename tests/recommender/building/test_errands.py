"""Pictures that workers elsewhere embed: in this process, and on a real cluster."""

import os
import re
from collections.abc import Mapping

import numpy as np
import pytest

from catalog import pictures
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.building import outcomes
from recommender.building.cluster import ClusterError, workers_at
from recommender.building.errands import Errand, embed_chunk
from recommender.building.workers import ThisProcess
from recommender.embedders.contract import EmbedderError
from recommender.live import current, selection
from runs.outcomes import Status
from tests.clusters import LocalDask
from tests.conftest import picture_bytes
from tests.fake_embedder import FakeSource
from tests.photos import PHOTOS

pytestmark = pytest.mark.django_db


class Elsewhere(ThisProcess):
    """Workers that know only what they are given; here they happen to be this process."""

    are_elsewhere = True


@pytest.fixture
def chunks_of_two(monkeypatch):
    monkeypatch.setattr(outcomes, "CHUNK", 2)


def vectors(plan) -> Mapping[str, bytes]:
    return {
        one: vector.tobytes()
        for hashes, shard in plan.checkpoint.shards()
        for one, vector in zip(hashes, shard, strict=True)
    }


def test_outcomes_and_vectors_are_those_of_this_process(catalogue, fake_source, chunks_of_two):
    here = building.plan(fake_source)
    wanted = list(building.embed(here))
    expected = vectors(here)
    here.checkpoint.clear()
    there = building.plan(fake_source)
    there.workers = Elsewhere()
    assert list(building.embed(there)) == wanted
    assert vectors(there) == expected
    assert building.finish(there).count == 6


def test_what_cannot_be_embedded_is_told_with_the_same_reasons(
    catalogue, fake_source, chunks_of_two, settings
):
    pictures.write(pictures.Kind.PICTURE, "1", b"no picture")
    pictures.remove("2")
    found = {}
    for workers in (ThisProcess(), Elsewhere()):
        plan = building.plan(fake_source)
        plan.workers = workers
        found[workers.are_elsewhere] = [
            (one.key, one.status, re.sub(" at 0x[0-9a-f]+", "", one.detail))
            for one in building.embed(plan)
        ]
        plan.checkpoint.clear()
    assert found[True] == found[False]
    assert [status for _, status, _ in found[True]].count(Status.FAILED) == 2


def test_equal_pictures_of_one_chunk_are_embedded_once(catalogue, fake_source):
    same = picture_bytes("red")
    for item_id in ("0", "1", "2"):
        pictures.write(pictures.Kind.PICTURE, item_id, same)
    plan = building.plan(fake_source)
    plan.workers = Elsewhere()
    assert len(list(building.embed(plan))) == 6
    assert len(plan.checkpoint.hashes()) == 4


def test_a_worker_with_other_weights_embeds_nothing(catalogue, fake_source):
    plan = building.plan(fake_source)
    errand = Errand.of(FakeSource(weights_sha256="1" * 64), plan.checkpoint)
    with pytest.raises(EmbedderError, match="Give all machines the same"):
        embed_chunk(errand, ["0", "1"])
    assert plan.checkpoint.hashes() == set()


def embed_while_they_die(plan, dask):
    """A worker after the first pictures, the scheduler after half of them."""
    for number, outcome in enumerate(building.embed(plan)):
        assert outcome.status is Status.NEW
        if number == 2:
            dask.kill_a_worker()
        if number == 18:
            dask.kill_the_scheduler()


@pytest.mark.slow
def test_a_build_on_a_cluster_survives_its_worker_and_goes_on_after_its_scheduler(
    settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(outcomes, "CHUNK", 4)
    settings.EMBEDDER = "efficientnet-lite2"
    list(import_folder(PHOTOS))
    chosen = selection.embedder_to_build()
    here = building.plan(chosen)
    assert len(list(building.embed(here))) == 36
    expected = {one: np.frombuffer(data, np.float32) for one, data in vectors(here).items()}
    here.checkpoint.clear()

    machine = {"VAR_DIR": str(settings.VAR_DIR), "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    machine |= {"WEIGHTS_DIR": str(settings.WEIGHTS_DIR), "KERAS_HOME": os.environ["KERAS_HOME"]}
    with LocalDask(environment=machine) as dask:
        dask.wait_for_workers()
        with workers_at(dask.address, settings.VAR_DIR) as workers:
            plan = building.plan(chosen)
            plan.workers = workers
            with pytest.raises(ClusterError, match="has gone"):
                embed_while_they_die(plan, dask)
    before = plan.checkpoint.hashes()
    assert len(before) >= 18
    with LocalDask(environment=machine) as dask:
        dask.wait_for_workers()
        with workers_at(dask.address, settings.VAR_DIR) as workers:
            plan = building.plan(chosen)
            plan.workers = workers
            assert len(plan.to_read) == 36 - len(before)
            assert all(outcome.status is Status.NEW for outcome in building.embed(plan))
            building.finish(plan)
    index = current.live_index("efficientnet-lite2")
    assert len(index) == 36
    found = {
        one: vector
        for hashes, shard in plan.checkpoint.shards()
        for one, vector in zip(hashes, shard, strict=True)
    }
    assert found.keys() == expected.keys()
    assert all(np.allclose(found[one], expected[one], atol=2e-5) for one in found)
