from pathlib import Path

import numpy as np
import pytest

from catalog import pictures
from recommender.evaluation import copies
from recommender.live import current
from tests.fake_embedder import FakeEmbedder

pytestmark = pytest.mark.django_db


def made(index, count=8, **options):
    rows = np.arange(count)
    ids = [str(item_id) for item_id in index.item_ids[rows]]
    hashes = [content_hash.decode() for content_hash in index.content_hashes[rows]]
    return copies.embed_copies(FakeEmbedder(), ids, hashes, **options)


def test_every_kind_of_copy_is_embedded_for_every_picture(photos):
    index = current.live_index()
    found = made(index)
    assert {name: vectors.shape for name, vectors in found.features.items()} == {
        kind.name: (8, 48) for kind in copies.ALL_KINDS
    }
    assert found.seconds > 0
    assert found.unreadable == ()
    as_seen = found.as_seen_by(index, np.arange(8))
    assert set(as_seen.held_out) < set(as_seen.altered)
    assert len(as_seen.saved) == len(as_seen.retouched) == 2


def test_copies_in_parts_are_those_made_at_once_and_the_bar_ends_at_the_last(photos, monkeypatch):
    index, calls = current.live_index(), []
    whole = made(index)
    monkeypatch.setattr(copies, "AT_ONCE", 3)
    parted = made(index, progress=lambda done, total: calls.append((done, total)))
    np.testing.assert_array_equal(whole.features["mild"], parted.features["mild"])
    assert not np.array_equal(whole.features["backdrop"], parted.features["backdrop"])
    total = 8 * len(copies.ALL_KINDS)
    assert calls[-1] == (total, total)
    assert calls == sorted(calls)


def test_a_picture_that_is_gone_damaged_or_changed_is_left_out_by_name(photos):
    index = current.live_index()
    ids = [str(item_id) for item_id in index.item_ids[:8]]
    place = {item_id: pictures.place(pictures.Kind.PICTURE, item_id) for item_id in ids}
    storage = pictures.storage()
    storage.delete(place[ids[0]])
    storage.delete(pictures.place(pictures.Kind.THUMBNAIL, ids[0]))
    damaged, changed, sound = (Path(storage.path(place[item_id])) for item_id in ids[1:4])
    damaged.write_bytes(damaged.read_bytes()[:300])
    changed.write_bytes(sound.read_bytes())
    found = made(index)
    assert found.unreadable == tuple(ids[:3])
    assert found.places.tolist() == [3, 4, 5, 6, 7]
    assert len(found.features["hard"]) == 5


def test_where_no_picture_can_be_read_there_are_no_copies(photos):
    index = current.live_index()
    found = copies.embed_copies(FakeEmbedder(), ["no such"], ["0" * 64])
    assert found.unreadable == ("no such",)
    assert found.as_seen_by(index, np.arange(1)) is None
    assert copies.embed_copies(FakeEmbedder(), [], []).as_seen_by(index, np.arange(0)) is None
