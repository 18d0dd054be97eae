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
    broken = checkpoint.add([B], np.array([[3, 4]]))
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


def test_no_two_processes_give_different_shards_one_name(checkpoint):
    paths = {
        Checkpoint(checkpoint.folder, dimension=2).add([one], np.array([[1, 2]]))
        for one in (A, B, C)
    }
    assert len(paths) == 3
    assert checkpoint.hashes() == {A, B, C}


def test_shards_of_before_that_have_numbers_are_read(checkpoint):
    shard = checkpoint.add([A], np.array([[1, 2]]))
    shard.rename(shard.with_name("000001.npz"))
    checkpoint.add([B], np.array([[3, 4]]))
    assert checkpoint.hashes() == {A, B}


def names(checkpoint):
    return sorted(path.name for path in checkpoint.folder.glob("*.npz"))


def many(checkpoint, shard, count=64):
    hashes = [f"{shard:032}{number:032}" for number in range(count)]
    checkpoint.add(hashes, np.full((count, 2), shard))
    return hashes


def test_what_is_not_wanted_any_more_goes_and_the_rest_stays_as_it_was(checkpoint):
    hashes = many(checkpoint, 1)
    other = many(checkpoint, 2)
    wanted = {*hashes, *other[:10]}
    checkpoint.keep_only(wanted)
    assert checkpoint.hashes() == wanted
    found = vectors_of(checkpoint)
    assert all(vector == (int(one[:32]),) * 2 for one, vector in found.items())
    kept = names(checkpoint)
    assert len(kept) == 2
    checkpoint.keep_only(wanted)
    assert names(checkpoint) == kept


def test_a_thin_shard_that_is_joined_with_nothing_stays(checkpoint):
    few, other = many(checkpoint, 1, 5), many(checkpoint, 2)
    checkpoint.keep_only({*few})
    assert checkpoint.hashes() == {*few}
    assert not {*other} & checkpoint.hashes()


def test_many_small_shards_become_few(checkpoint):
    wanted = {content_hash for shard in range(1, 31) for content_hash in many(checkpoint, shard, 5)}
    checkpoint.keep_only(wanted)
    assert len(names(checkpoint)) == 3
    assert checkpoint.hashes() == wanted


def test_nothing_wanted_leaves_no_shard(checkpoint):
    many(checkpoint, 1)
    checkpoint.keep_only(set())
    assert names(checkpoint) == []


def test_clear_leaves_nothing(checkpoint):
    checkpoint.add([A], np.array([[1, 2]]))
    checkpoint.clear()
    assert not checkpoint.folder.exists()
