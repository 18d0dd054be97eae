"""Cells: what a very large index is cut into. Here "very large" is 200 rows."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from recommender.index import inverted_file as module
from recommender.index import similarity_index
from recommender.index.distances import squared_norms
from recommender.index.file import IndexFileError, load_index, verify_index, write_index
from recommender.index.inverted_file import cut, make_inverted_lists, with_nprobe
from recommender.index.metrics import Metric
from recommender.index.neighbours import all_lists
from recommender.index.pictures import Pictures
from recommender.index.similarity_index import APPROXIMATE, EXACT, SimilarityIndex
from tests.indexes import hash_of, manifest_of, same

RANDOM = np.random.default_rng(5)
HEAPS = RANDOM.standard_normal((12, 16)) * 4
VECTORS = np.abs(
    HEAPS[RANDOM.integers(0, 12, 400)] + RANDOM.standard_normal((400, 16)) * 0.5
).astype(np.float32)
PICTURES = Pictures.of(VECTORS, squared_norms(VECTORS))
IDS = [f"{number:03}" for number in range(400)]
HASHES = [hash_of(number) for number in range(400)]


@pytest.fixture(autouse=True)
def two_hundred_rows_are_many(monkeypatch):
    monkeypatch.setattr(module, "FEWEST", 200)
    monkeypatch.setattr(similarity_index, "FEWEST", 200)


@cache
def built(count=400, approximate=True) -> SimilarityIndex:
    return SimilarityIndex.build(
        manifest_of(16), IDS[:count], HASHES[:count], VECTORS[:count], k=8, approximate=approximate
    )


def test_each_row_lies_in_the_cell_of_the_nearest_centre():
    centroids = VECTORS[::40].copy()
    cells = cut(VECTORS, centroids)
    nearest = ((VECTORS[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)
    assert (cells.labels() == nearest).all()
    assert sorted(cells.rows) == list(range(400))


def test_what_a_query_reads_is_ascending_and_enough():
    cells = replace(cut(VECTORS, VECTORS[::40].copy()), nprobe=1, reach=1)
    rows = cells.near(Metric.COSINE, VECTORS[7], 150)
    assert len(rows) >= 150
    assert (np.diff(rows) > 0).all()
    assert len(cells.near(Metric.COSINE, VECTORS[7], 10_000)) == 400


@pytest.mark.slow
def test_the_same_rows_make_the_same_cells():
    one, other = (make_inverted_lists(PICTURES) for _ in range(2))
    assert (one.centroids == other.centroids).all()
    assert (one.rows == other.rows).all()
    assert one.nprobe == other.nprobe
    assert one.reach == other.reach


@pytest.mark.slow
@pytest.mark.parametrize("metric", Metric)
def test_nearly_all_nearest_neighbours_are_found_and_measured_exactly(metric):
    index, exact = built(), built(approximate=False)
    assert (index.manifest.list_method, exact.manifest.list_method) == (APPROXIMATE, EXACT)
    found = 0
    for item_id, vector in zip(IDS, VECTORS, strict=True):
        truth = exact.neighbours(item_id, metric, 5)
        found += len(set(index.neighbours(item_id, metric, 5)) & set(truth))
        found += len(
            set(index.search(vector, metric, 5, exclude=[item_id], approximate=True)) & set(truth)
        )
    assert found >= 0.98 * 2 * 5 * 400
    assert index.inverted is not None
    assert index.inverted.nprobe < len(index.inverted)


def test_when_every_cell_is_read_the_lists_are_the_exact_ones_bit_for_bit(monkeypatch):
    monkeypatch.setattr(module, "_covering", lambda *_: module.cell_count(400))
    index = built.__wrapped__()
    truth = all_lists(VECTORS, squared_norms(VECTORS), 8)
    for metric, lists in index.lists.items():
        assert (lists.rows == truth[metric].rows).all()
        assert (lists.distances == truth[metric].distances).all()


def test_merging_gives_what_a_build_with_the_same_centres_gives(monkeypatch):
    before = built(380)
    hashes = [hash_of(f"new {n}") if n in (3, 77) else HASHES[n] for n in range(400)]
    vectors = VECTORS.copy()
    vectors[[3, 77]] = VECTORS[[200, 10]] + np.float32(0.01)
    kept = [n for n in range(400) if n not in (5, 6, 150)]
    state = ([IDS[n] for n in kept], [hashes[n] for n in kept], vectors[kept])
    merged = before.merged(manifest_of(16), *state, approximate=True)
    monkeypatch.setattr(
        similarity_index,
        "make_inverted_lists",
        lambda pictures: before.inverted.cut_again(pictures.embeddings),
    )
    anew = SimilarityIndex.build(manifest_of(16), *state, k=8, approximate=True)
    assert same(merged, anew)
    assert merged.manifest.list_method == APPROXIMATE


@pytest.mark.parametrize("approximate", [True, False])
def test_from_one_way_to_the_other_the_lists_are_made_anew(approximate):
    before = built(approximate=not approximate)
    after = before.merged(manifest_of(16), IDS, HASHES, VECTORS, approximate=approximate)
    assert same(after, built(approximate=approximate))
    assert (after.inverted is not None) is approximate


def test_few_rows_get_no_cells():
    assert built(199).inverted is None
    assert built(199).manifest.list_method == EXACT


def test_a_file_keeps_the_cells(tmp_path):
    index = built()
    write_index(index, path := tmp_path / "fake.joblib")
    verify_index(path)
    read = load_index(path)
    assert same(read, index)
    assert read.manifest == index.manifest
    for metric in Metric:
        asked: dict[str, Any] = {"k": 5, "approximate": True}
        assert read.search(VECTORS[9], metric, **asked) == index.search(VECTORS[9], metric, **asked)


def damaged(name, change):
    cells: Any = built().inverted
    values = {field: getattr(cells, field).copy() for field in ("centroids", "starts", "rows")}
    change(values[name])
    return replace(cells, **values)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rows", lambda rows: rows.__setitem__(0, 400)),
        ("rows", lambda rows: rows.__setitem__(0, -1)),
        ("starts", lambda starts: starts.__setitem__(1, 401)),
        ("starts", lambda starts: starts.__setitem__(0, 1)),
        ("centroids", lambda centroids: centroids.__setitem__((0, 0), np.nan)),
    ],
)
def test_damaged_cells_are_refused(tmp_path, name, change):
    write_index(replace(built(), inverted=damaged(name, change)), path := tmp_path / "fake.joblib")
    with pytest.raises(IndexFileError, match="cell"):
        load_index(path)


@pytest.mark.parametrize("wrong", [{"nprobe": 0}, {"reach": 0}, {"nprobe": 10_000}])
def test_a_number_of_cells_that_there_is_not_is_refused(tmp_path, wrong):
    cells: Any = built().inverted
    cells = replace(cells, **wrong)
    write_index(replace(built(), inverted=cells), path := tmp_path / "fake.joblib")
    with pytest.raises(IndexFileError, match="cells"):
        load_index(path)


def test_probes_are_as_many_as_the_neighbours_need():
    lonely = cut(VECTORS, VECTORS[:1].copy())
    assert with_nprobe(lonely, PICTURES).nprobe == 1
