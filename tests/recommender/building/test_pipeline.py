import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog import pictures
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.building import pipeline
from recommender.building.checkpoints import Checkpoint, CheckpointError
from runs.outcomes import Status
from tests.conftest import picture_bytes
from tests.fake_embedder import FakeEmbedder, FakeSource

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(tmp_path, db):
    """Forty products."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(40):
        colour = (6 * number, 255 - 6 * number, 90)
        (folder / f"{number:02}.jpg").write_bytes(picture_bytes(colour))
    list(import_folder(folder))


def test_outcomes_come_in_the_catalogues_order(many):
    outcomes = list(building.embed(building.plan(FakeSource())))
    assert [outcome.key for outcome in outcomes] == [f"{number:02}" for number in range(40)]


def test_the_next_pictures_are_decoded_while_the_network_works(many, monkeypatch):
    monkeypatch.setattr(pipeline, "BATCH", 8)
    decoded: list[threading.Thread] = []
    seen: list[Any] = []

    def decode(self, data):
        decoded.append(threading.current_thread())
        return np.zeros((4, 4, 3), np.uint8) + len(decoded)

    def embed(self, pictures):
        until = time.monotonic() + 5
        given = 8 * (len(seen) + 1)
        while len(decoded) <= given < 40 and time.monotonic() < until:
            time.sleep(0.005)
        seen.append(len(decoded) - given)
        return np.stack(pictures).reshape(len(pictures), -1).astype(np.float32)

    monkeypatch.setattr(FakeEmbedder, "decode", decode)
    monkeypatch.setattr(FakeEmbedder, "embed", embed)
    list(building.embed(building.plan(FakeSource())))
    assert threading.main_thread() not in decoded
    assert len(seen) == 5
    assert seen[0] > 0


def test_no_more_pictures_are_under_way_than_were_allowed(many, monkeypatch):
    monkeypatch.setattr(pipeline, "BATCH", 4)
    monkeypatch.setattr(pipeline, "AHEAD", 2)
    read: list[Any] = []
    embedded: list[Any] = []
    most: list[int] = []
    reader = pictures.read_picture

    def counted(item_id):
        read.append(item_id)
        most.append(len(read) - len(embedded))
        return reader(item_id)

    def embed(self, pictures):
        time.sleep(0.02)
        embedded.extend(pictures)
        return np.stack(pictures).reshape(len(pictures), -1).astype(np.float32)

    monkeypatch.setattr(pipeline, "read_picture", counted)
    monkeypatch.setattr(FakeEmbedder, "embed", embed)
    list(building.embed(building.plan(FakeSource())))
    assert max(most) <= 3 * 4


def test_a_shard_is_written_while_the_network_goes_on(many, monkeypatch):
    monkeypatch.setattr(pipeline, "BATCH", 8)
    monkeypatch.setattr(pipeline, "SHARD", 8)
    events, add, embed = [], Checkpoint.add, FakeEmbedder.embed

    def slow_add(self, hashes, vectors):
        time.sleep(0.1)
        add(self, hashes, vectors)
        events.append("written")

    def noted_embed(self, pictures):
        events.append("embedded")
        return embed(self, pictures)

    monkeypatch.setattr(Checkpoint, "add", slow_add)
    monkeypatch.setattr(FakeEmbedder, "embed", noted_embed)
    plan = building.plan(FakeSource())
    list(building.embed(plan))
    assert events[:3] == ["embedded", "embedded", "written"]
    assert len(plan.checkpoint.hashes()) == 40


def test_what_was_embedded_is_kept_when_the_run_is_stopped(many, monkeypatch):
    monkeypatch.setattr(pipeline, "BATCH", 8)
    plan = building.plan(FakeSource())
    outcomes = building.embed(plan)
    for _ in range(10):
        next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # a generator
    assert len(plan.checkpoint.hashes()) == 16
    source = FakeSource()
    list(building.embed(building.plan(source)))
    assert source.embedded == 24


def test_a_checkpoint_that_cannot_be_written_is_said_in_a_sentence(many, settings):
    folder = Path(settings.VAR_DIR) / "checkpoints"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the folder should be")
    with pytest.raises(CheckpointError, match=r"cannot be kept in .*checkpoints"):
        list(building.embed(building.plan(FakeSource())))


def test_a_network_that_cannot_be_loaded_ends_the_run_with_its_own_words(many):
    class NoWeights(FakeSource):
        def load(self):
            raise LookupError("no weights here")

    with pytest.raises(LookupError, match="no weights here"):
        list(building.embed(building.plan(NoWeights())))


def test_the_network_is_loaded_once_however_many_threads_ask(many):
    class Slow(FakeSource):
        def load(self):
            time.sleep(0.05)
            return super().load()

    source = Slow()
    outcomes = list(building.embed(building.plan(source)))
    assert len(source.loaded) == 1
    assert {outcome.status for outcome in outcomes} == {Status.NEW}
