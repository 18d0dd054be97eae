import numpy as np
import pytest

from recommender.building.listing import ListsInBlocks
from recommender.building.workers import ThisProcess
from recommender.index import blocks
from recommender.index.distances import squared_norms
from recommender.index.neighbours import all_lists
from tests.recommender.index.test_blocks import same

VECTORS = np.maximum(np.random.default_rng(4).standard_normal((900, 16)), 0).astype(np.float32)
SQUARED = squared_norms(VECTORS)
WHOLE = all_lists(VECTORS, SQUARED, 10)


class Stopped(Exception):
    pass


def stop_at(rows):
    def progress(done, _of):
        if done >= rows:
            raise Stopped

    return progress


def kept_in(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.npz")}


def test_block_by_block_the_lists_are_those_of_one_go(tmp_path):
    seen: list[tuple[int, int]] = []
    made = ListsInBlocks(tmp_path, ThisProcess())(
        VECTORS, SQUARED, 10, lambda done, of: seen.append((done, of))
    )
    assert same(made, WHOLE)
    assert seen == [(256, 900), (512, 900), (768, 900), (900, 900)]


def test_a_run_that_was_stopped_goes_on_from_the_blocks_that_are_kept(tmp_path):
    make = ListsInBlocks(tmp_path, ThisProcess())
    with pytest.raises(Stopped):
        make(VECTORS, SQUARED, 10, stop_at(512))
    before = kept_in(tmp_path)
    assert len(before) == 2
    seen: list[int] = []
    assert same(make(VECTORS, SQUARED, 10, lambda done, of: seen.append(done)), WHOLE)
    assert seen == [768, 900]
    assert before.items() <= kept_in(tmp_path).items()


def test_a_damaged_block_is_made_again(tmp_path):
    make = ListsInBlocks(tmp_path, ThisProcess())
    make(VECTORS, SQUARED, 10)
    next(tmp_path.rglob("*.npz")).write_bytes(b"PK")
    assert same(make(VECTORS, SQUARED, 10), WHOLE)


def test_blocks_of_other_vectors_are_taken_away_and_never_taken(tmp_path):
    make, other = ListsInBlocks(tmp_path, ThisProcess()), VECTORS[::-1].copy()
    make(other, squared_norms(other), 10)
    before = kept_in(tmp_path)
    assert same(make(VECTORS, SQUARED, 10), WHOLE)
    assert not before.keys() & kept_in(tmp_path).keys()


def test_nothing_is_kept_of_a_catalogue_of_one_block(tmp_path):
    few = VECTORS[:200]
    made = ListsInBlocks(tmp_path / "lists", ThisProcess())(few, SQUARED[:200], 10)
    assert same(made, all_lists(few, SQUARED[:200], 10))
    assert not (tmp_path / "lists").exists()


def test_what_is_kept_can_be_cleared(tmp_path):
    make = ListsInBlocks(tmp_path / "lists", ThisProcess())
    make(VECTORS, SQUARED, 10)
    make.clear()
    assert not (tmp_path / "lists").exists()


def test_workers_elsewhere_find_all_they_need_in_the_folder(tmp_path):
    class Elsewhere(ThisProcess):
        are_elsewhere = True

        def each(self, work, items):
            assert work.func is blocks.keep_shared
            yield from super().each(work, items)

    assert same(ListsInBlocks(tmp_path, Elsewhere())(VECTORS, SQUARED, 10), WHOLE)
