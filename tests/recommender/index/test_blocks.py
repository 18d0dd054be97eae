import numpy as np
import pytest

from recommender.index import blocks, neighbours
from recommender.index.blocks import Block, blocks_of
from recommender.index.candidates import Scorer
from recommender.index.distances import squared_norms
from recommender.index.metrics import Metric
from recommender.index.neighbours import all_lists

VECTORS = np.maximum(np.random.default_rng(3).standard_normal((600, 24)), 0).astype(np.float32)
SQUARED = squared_norms(VECTORS)


def same(one, other):
    return all(
        np.array_equal(one[metric].rows, other[metric].rows)
        and one[metric].distances.tobytes() == other[metric].distances.tobytes()
        for metric in Metric
    )


@pytest.mark.parametrize("count", [0, 1, 256, 257, 11_556, 1_000_000])
def test_each_row_is_in_one_block(count):
    cut = blocks_of(count)
    assert [row for block in cut for row in (block.start, block.stop)] == sorted(
        [
            *([0] if count else []),
            *(2 * [block.stop for block in cut][:-1]),
            *([count] if count else []),
        ]
    )


def test_a_large_catalogue_has_thirty_two_blocks_or_more_and_none_is_larger_than_its_bound():
    assert len(blocks_of(11_556)) >= 23
    assert len(blocks_of(1_000_000)) == 245


@pytest.mark.parametrize("columns", [100, 256, 599, 600, 10_000])
def test_lists_do_not_depend_on_how_many_columns_are_compared_at_a_time(columns, monkeypatch):
    whole = all_lists(VECTORS, SQUARED, 20)
    monkeypatch.setattr(neighbours, "COLUMNS", columns)
    assert same(all_lists(VECTORS, SQUARED, 20), whole)


def test_equal_distances_keep_the_order_of_rows_across_blocks_of_columns(monkeypatch):
    alike = np.repeat(VECTORS[:3], 100, axis=0)
    whole = all_lists(alike, squared_norms(alike), 120)
    monkeypatch.setattr(neighbours, "COLUMNS", 7)
    assert same(all_lists(alike, squared_norms(alike), 120), whole)


def test_a_block_is_kept_whole_and_is_what_all_lists_say(tmp_path):
    whole, block = all_lists(VECTORS, SQUARED, 8), Block(256, 512)
    assert blocks.kept(tmp_path, 8, block) is None
    blocks.keep(Scorer(VECTORS, SQUARED), tmp_path, 8, block)
    found = blocks.kept(tmp_path, 8, block)
    assert found is not None
    for metric in Metric:
        assert np.array_equal(found[metric].rows, whole[metric].rows[256:512])
        assert np.array_equal(found[metric].distances, whole[metric].distances[256:512])
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


def test_a_process_that_knows_the_folder_alone_makes_the_same_block(tmp_path):
    scorer, block = Scorer(VECTORS, SQUARED), Block(0, 256)
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    blocks.keep(scorer, tmp_path / "here", 8, block)
    blocks.share(scorer, tmp_path / "there")
    blocks.keep_shared(tmp_path / "there", 8, block)
    here, there = (blocks.kept(tmp_path / name, 8, block) for name in ("here", "there"))
    assert here is not None
    assert same(here, there)


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: b"x" + data[1:]],
    ids=["empty", "cut short", "no zip"],
)
def test_a_damaged_block_is_not_there(tmp_path, damage):
    block = Block(0, 256)
    blocks.keep(Scorer(VECTORS, SQUARED), tmp_path, 8, block)
    path = block.path(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert blocks.kept(tmp_path, 8, block) is None


def test_a_block_of_other_lengths_is_not_there(tmp_path):
    blocks.keep(Scorer(VECTORS, SQUARED), tmp_path, 8, Block(0, 256))
    assert blocks.kept(tmp_path, 9, Block(0, 256)) is None
    assert blocks.kept(tmp_path, 8, Block(0, 512)) is None


def test_the_name_tells_other_vectors_and_other_lengths():
    changed = VECTORS.copy()
    changed[599, 23] += 1
    names = {blocks.name_of(VECTORS, 8), blocks.name_of(VECTORS, 9), blocks.name_of(changed, 8)}
    assert len(names) == 3
    assert blocks.name_of(VECTORS.copy(), 8) in names
