import numpy as np
import pytest

from recommender.building.checkpoints import Checkpoint

A, B, C = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoint(tmp_path / "checkpoint", dimension=2)


def vectors_of(checkpoint):
    return {
        content_hash: tuple(vector)
        for hashes, vectors in checkpoint.shards()
        for content_hash, vector in zip(hashes, vectors, strict=True)
    }


def test_what_was_added_is_there_for_the_next_run(checkpoint):
    checkpoint.add([A, B], np.array([[1, 2], [3, 4]]))
    checkpoint.add([C], np.array([[5, 6]]))
    again = Checkpoint(checkpoint.folder, dimension=2)
    assert vectors_of(again) == {A: (1, 2), B: (3, 4), C: (5, 6)}
    assert again.hashes() == {A, B, C}


def test_an_empty_checkpoint_knows_nothing(checkpoint):
    assert checkpoint.hashes() == set()


@pytest.mark.parametrize("length", [0, 1, 50, 200])
def test_a_shard_cut_short_is_dropped_and_the_others_stay(checkpoint, length):
    checkpoint.add([A], np.array([[1, 2]]))
    checkpoint.add([B], np.array([[3, 4]]))
    broken = checkpoint.folder / "000002.npz"
    broken.write_bytes(broken.read_bytes()[:length])
    assert checkpoint.hashes() == {A}
    assert not broken.exists()


def test_a_shard_of_another_dimension_is_dropped(checkpoint):
    Checkpoint(checkpoint.folder, dimension=3).add([A], np.array([[1, 2, 3]]))
    assert checkpoint.hashes() == set()


def test_an_unfinished_shard_is_not_read_and_does_not_disturb(checkpoint):
    checkpoint.folder.mkdir()
    (checkpoint.folder / "unfinished").write_bytes(b"PK half")
    checkpoint.add([A], np.array([[1, 2]]))
    assert checkpoint.hashes() == {A}


def test_numbers_go_on_after_a_shard_was_lost(checkpoint):
    checkpoint.add([A], np.array([[1, 2]]))
    checkpoint.add([B], np.array([[3, 4]]))
    (checkpoint.folder / "000001.npz").unlink()
    checkpoint.add([C], np.array([[5, 6]]))
    assert checkpoint.hashes() == {B, C}


def test_clear_leaves_nothing(checkpoint):
    checkpoint.add([A], np.array([[1, 2]]))
    checkpoint.clear()
    assert not checkpoint.folder.exists()
