"""Altered copies that workers elsewhere embed: in this process, and on a real cluster."""

import os

import numpy as np
import pytest

from catalog import pictures
from catalog.registry import import_folder
from recommender.building import altering, embedded_copies, enriching, fitting, planning, projecting
from recommender.building import build as building
from recommender.building.altered_copies import LEARNT, RETOUCHED, SAVED_AGAIN
from recommender.building.altering import embed_altered
from recommender.building.checkpoints import Checkpoint
from recommender.building.cluster import ClusterError, workers_at
from recommender.building.embedded_copies import copies_of
from recommender.embedders.contract import EmbedderError
from recommender.live import current, selection
from tests.clusters import LocalDask
from tests.conftest import picture_bytes
from tests.fake_embedder import FakeSource
from tests.photos import PHOTOS
from tests.recommender.building.test_errands import Elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(catalogue, fake_source, monkeypatch):
    """Of six products; a worker is given two copies at a time."""
    monkeypatch.setattr(altering, "CHUNK", 2)
    plan = building.plan(fake_source)
    list(building.embed(plan))
    return plan


def of_pictures(plan, kinds=LEARNT):
    return copies_of(sorted(set(plan.pictures.values())), kinds)


def store_of(plan, name):
    return Checkpoint(plan.checkpoint.folder / name, plan.checkpoint.dimension)


def vectors(store):
    return {
        key: vector
        for keys, shard in store.shards()
        for key, vector in zip(keys, shard, strict=True)
    }


def bits(store):
    return {key: vector.tobytes() for key, vector in vectors(store).items()}


def test_what_workers_embed_is_what_this_process_embeds_bit_for_bit(plan):
    kinds = (*LEARNT, *SAVED_AGAIN, *RETOUCHED)
    here, there = store_of(plan, "here"), store_of(plan, "there")
    embed_altered(plan, here, of_pictures(plan, kinds))
    plan.workers = Elsewhere()
    steps = []
    embed_altered(plan, there, of_pictures(plan, kinds), lambda *step: steps.append(step))
    assert bits(there) == bits(here)
    assert len(bits(there)) == steps[-1][1] == 8 * len(set(plan.pictures.values()))
    assert [done for done, _ in steps] == list(range(2, steps[-1][1] + 1, 2))


def test_workers_leave_out_what_has_gone_and_what_is_another_picture_now(plan):
    pictures.remove("2")
    pictures.write(pictures.Kind.PICTURE, "3", picture_bytes("teal"))
    here, there = store_of(plan, "here"), store_of(plan, "there")
    copies = [*of_pictures(plan), *copies_of(["0" * 64])]
    embed_altered(plan, here, copies)
    plan.workers = Elsewhere()
    embed_altered(plan, there, copies)
    assert bits(there) == bits(here)
    assert 0 < len(bits(there)) < len(of_pictures(plan))


def test_workers_are_given_only_what_is_missing(plan):
    store = store_of(plan, "there")
    embed_altered(plan, store, of_pictures(plan)[:5])
    plan.workers = Elsewhere()
    steps = []
    embed_altered(plan, store, of_pictures(plan), lambda *step: steps.append(step))
    assert steps[-1] == (len(of_pictures(plan)) - 5,) * 2
    steps.clear()
    embed_altered(plan, store, of_pictures(plan), lambda *step: steps.append(step))
    assert steps == []


def test_a_worker_with_other_weights_embeds_no_copies(plan):
    plan.chosen, plan.workers = FakeSource(weights_sha256="1" * 64), Elsewhere()
    with pytest.raises(EmbedderError, match="Give all machines the same"):
        embed_altered(plan, store_of(plan, "there"), of_pictures(plan))


def dies(dask, what):
    """A progress that ends a worker after the first copies, and where asked the scheduler later."""

    def progress(done, _of):
        if done == 8:
            dask.kill_a_worker()
        if done == 72 and what == "scheduler":
            dask.kill_the_scheduler()

    return progress


def nothing_here(*_given):
    raise AssertionError("This machine was not to alter anything.")


@pytest.mark.slow
def test_a_build_on_a_cluster_learns_from_copies_that_its_workers_made_whoever_dies(
    settings, monkeypatch
):
    monkeypatch.setattr(altering, "CHUNK", 8)
    for module in (planning, projecting):
        monkeypatch.setattr(module, "ENOUGH_FOR_A_CENTRE", 8)
    for module in (planning, fitting):
        monkeypatch.setattr(module, "ENOUGH_FOR_A_MAP", 36)
    settings.EMBEDDER = "efficientnet-lite2"
    list(import_folder(PHOTOS))
    chosen = selection.embedder_to_build()
    plan = building.plan(chosen)
    list(building.embed(plan))
    alone = store_of(plan, "alone")
    copies = copies_of(fitting.sample_of(set(plan.pictures.values())))
    embed_altered(plan, alone, copies)
    assert len(vectors(alone)) == 4 * 36
    monkeypatch.setattr(embedded_copies.Copy, "pixels", nothing_here)

    machine = {"VAR_DIR": str(settings.VAR_DIR), "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    machine |= {"WEIGHTS_DIR": str(settings.WEIGHTS_DIR), "KERAS_HOME": os.environ["KERAS_HOME"]}
    with LocalDask(environment=machine) as dask:
        dask.wait_for_workers()
        with workers_at(dask.address, settings.VAR_DIR) as plan.workers:
            with pytest.raises(ClusterError, match=r"has gone. What is done is kept"):
                building.embed_what_teaches(plan, dies(dask, "scheduler"))
        assert dask.workers[0].wait(5) == -9
    kept = bits(projecting.copies_kept(plan))
    assert 72 <= len(kept) < 144
    with LocalDask(environment=machine) as dask:
        dask.wait_for_workers()
        with workers_at(dask.address, settings.VAR_DIR) as plan.workers:
            building.embed_what_teaches(plan, dies(dask, "worker"))
            found = bits(projecting.copies_kept(plan))
            assert kept.items() <= found.items()
            building.finish(plan)
    assert found.keys() == vectors(alone).keys()
    for key, vector in vectors(alone).items():
        assert np.allclose(np.frombuffer(found[key], np.float32), vector, atol=2e-5)
    index = current.live_index("efficientnet-lite2")
    assert index.projection.about.learnt_from == 36
    assert 0 < index.manifest.same_threshold <= index.manifest.similar_threshold
    assert len(index) >= enriching.FEWEST
