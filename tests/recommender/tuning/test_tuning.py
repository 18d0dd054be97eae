"""What a tuning embeds, on the workers of a cluster."""

import os
from contextlib import contextmanager

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import altering, cluster, embedded_copies, planning, projecting
from recommender.building import build as building
from recommender.building.cluster import workers_at
from recommender.building.workers import ThisProcess
from recommender.live import selection
from recommender.tuning.tuning import _altered, subject
from tests.clusters import LocalDask
from tests.photos import PHOTOS

pytestmark = pytest.mark.django_db


@contextmanager
def no_bar(_title, _unit):
    yield lambda _done, _of: None


@pytest.fixture
def photos(settings, monkeypatch):
    """An index of 36 photos in two categories."""
    for module in (planning, projecting):
        monkeypatch.setattr(module, "ENOUGH_FOR_A_CENTRE", 8)
    settings.EMBEDDER = "efficientnet-lite2"
    list(import_folder(PHOTOS))
    for number, product in enumerate(Product.objects.order_by("item_id")):
        product.category = ("hat", "coat")[number % 2]
        product.save()
    plan = building.plan(selection.embedder_to_build())
    list(building.embed(plan))
    building.finish(plan)


def altered(workers, bar=no_bar):
    """What a tuning embeds of all products: the plan, the rows, and by kind what the network gave."""
    of = subject("efficientnet-lite2", workers, bar)
    return of.plan, *_altered(of, np.arange(36), 0, bar)


def nothing_here(*_given):
    raise AssertionError("This machine was not to alter anything.")


@pytest.mark.slow
def test_a_cluster_embeds_what_a_tuning_tries_whoever_dies(photos, settings, monkeypatch):
    plan, rows, alone = altered(ThisProcess())
    projecting.copies_tried(plan).clear()
    monkeypatch.setattr(altering, "CHUNK", 4)
    monkeypatch.setattr(embedded_copies.Copy, "pixels", nothing_here)
    machine = {"VAR_DIR": str(settings.VAR_DIR), "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    machine |= {"WEIGHTS_DIR": str(settings.WEIGHTS_DIR), "KERAS_HOME": os.environ["KERAS_HOME"]}
    with LocalDask(environment=machine) as dask:

        @contextmanager
        def kills(title, _unit):
            yield (
                lambda done, _of: (
                    dask.kill_a_worker() if title.startswith("Alt") and done == 4 else 0
                )
            )

        dask.wait_for_workers()
        with workers_at(dask.address, settings.VAR_DIR) as workers:
            _, same_rows, found = altered(workers, kills)
        assert dask.workers[0].wait(5) == -9
    assert rows.tolist() == same_rows.tolist() == list(range(36))
    assert found.keys() == alone.keys()
    for kind, features in alone.items():
        assert np.allclose(found[kind], features, atol=2e-5)


def test_the_command_asks_the_cluster(settings, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    settings.CLUSTER = "tcp://127.0.0.1:9"
    for options in ({}, {"off": True}):
        with pytest.raises(
            CommandError, match=r"No scheduler answers at CLUSTER=tcp://127.0.0.1:9"
        ):
            call_command("tune", **options)
