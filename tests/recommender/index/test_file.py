import os
import pickle
import re
from dataclasses import replace

import joblib
import numpy as np
import pytest
from joblib.numpy_pickle import NumpyArrayWrapper

from recommender.index.file import IndexFileError, load_index, verify_index, write_index
from recommender.index.metrics import Metric
from recommender.index.projection import Projection, Provenance
from tests.indexes import index_of, same

VECTORS = {f"{n:03}": (n % 7, n % 5, n % 3, 1) for n in range(90)}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "index.joblib"
    write_index(index_of(VECTORS), path)
    return path


@pytest.fixture
def projected(tmp_path):
    """An index whose vectors went through a projection."""
    about = Provenance("fake", "grid", "0" * 64, ((3, 1.0), (1, 0.6)), fitted_on=90)
    centre, matrix = np.full(4, 0.1, np.float32), np.eye(4, dtype=np.float32)
    index, path = index_of(VECTORS), tmp_path / "projected.joblib"
    projection = Projection(about, centre, matrix)
    manifest = replace(index.manifest, projection=projection.id)
    write_index(replace(index, manifest=manifest, projection=projection), path)
    return path


def content_of(path):
    return joblib.load(path)


def test_an_index_comes_back_as_it_was_written(path):
    assert same(load_index(path), index_of(VECTORS))
    verify_index(path)


def test_a_projection_comes_back_with_the_index_and_is_mapped(projected):
    verify_index(projected)
    index = load_index(projected)
    assert index.projection.id == index.manifest.projection
    assert index.projection.about.fitted_on == 90
    assert not index.projection.matrix.flags.owndata
    features = np.array([[3, 4, 0, 1]], np.float32)
    weighted = np.array([[0.6 - 0.1, 0.8 - 0.1, -0.1, 0.6 * (1 - 0.1)]])
    expected = weighted / np.sqrt(np.linalg.norm(weighted))
    assert index.vectors_of(features) == pytest.approx(expected, abs=1e-6)


def test_without_a_projection_features_are_what_is_compared(path):
    features = np.array([[3, 4, 0, 1]], np.float32)
    assert load_index(path).vectors_of(features) is features


def test_an_empty_index_can_be_written_and_read(tmp_path):
    path = tmp_path / "empty.joblib"
    write_index(index_of({}), path)
    verify_index(path)
    assert len(load_index(path)) == 0


def test_ids_in_any_script_survive(tmp_path):
    path = tmp_path / "index.joblib"
    write_index(index_of({"Рубашка": (1, 2), "シャツ/3": (2, 1), "../x y": (3, 3)}), path)
    assert "シャツ/3" in load_index(path)


def test_the_arrays_are_maps_of_the_file_and_cannot_be_written(path):
    embeddings = load_index(path).embeddings
    assert not embeddings.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        embeddings[0, 0] = 1


def test_the_file_is_one_that_joblib_reads(path):
    assert content_of(path)["embeddings"].shape == (90, 4)


def test_an_open_index_stays_whole_when_the_file_is_replaced(path):
    index = load_index(path)
    other = path.with_name("other")
    write_index(index_of({"a": (1, 2, 3, 4), "b": (2, 3, 4, 5)}), other)
    other.replace(path)
    assert same(index, index_of(VECTORS))
    assert len(load_index(path)) == 2


def test_a_missing_file_names_the_command(tmp_path):
    with pytest.raises(IndexFileError, match=r"no such file.*build_index"):
        load_index(tmp_path / "none.joblib")


def test_a_file_cut_short_anywhere_is_refused(path):
    whole = path.read_bytes()
    for length in [*range(0, 600, 7), *range(600, len(whole), 997), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(IndexFileError):
            verify_index(path)


@pytest.mark.parametrize("stride", [4001, pytest.param(101, marks=pytest.mark.slow)])
def test_a_file_with_any_byte_changed_is_refused_or_sound(path, stride):
    """A flipped bit must never do more than be noticed, or change a number within bounds."""
    whole = path.read_bytes()
    for place in range(0, len(whole), stride):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            verify_index(path)
        except IndexFileError:
            continue
        load_index(path).neighbours(load_index(path).item_ids[3], Metric.COSINE)


@pytest.mark.parametrize("junk", [b"", b"\0" * 100, b"PK\x03\x04", b"\x80\x04.", b"\x1f\x8b\x08"])
def test_what_is_no_index_at_all_is_refused(path, junk):
    path.write_bytes(junk)
    with pytest.raises(IndexFileError):
        load_index(path)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(IndexFileError):
        load_index(tmp_path)


@pytest.mark.parametrize("compress", [1, ("gzip", 1), ("lzma", 1)])
def test_a_compressed_file_is_refused_because_it_cannot_be_mapped(path, compress):
    joblib.dump(content_of(path), path, compress=compress)
    with pytest.raises(IndexFileError, match="compressed"):
        load_index(path)


def shifted_ids(content):
    content["item_ids"] = content["item_ids"][::-1].copy()


def fewer_rows(content):
    content["embeddings"] = content["embeddings"][:-1]


def doubles(content):
    content["embeddings"] = content["embeddings"].astype(float)


def not_finite(content):
    content["embeddings"][3, 1] = np.inf


def a_row_too_far(content):
    content["cosine_rows"][5, 0] = 90


def its_own_neighbour(content):
    content["euclidean_rows"][5, 0] = 5


def wrong_distance(content):
    content["manhattan_distances"][0, 0] = -1


def not_sorted(content):
    content["manhattan_distances"][7] = content["manhattan_distances"][7][::-1]


def another_version(content):
    content["version"] += 1


def no_manifest(content):
    del content["manifest"]


def a_lost_list(content):
    del content["cosine_rows"]


DAMAGES = [
    shifted_ids, fewer_rows, doubles, not_finite, a_row_too_far, its_own_neighbour,
    wrong_distance, not_sorted, another_version, no_manifest, a_lost_list,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_verification_finds(path, damage):
    content = content_of(path)
    damage(content)
    joblib.dump(content, path)
    with pytest.raises(IndexFileError, match="Run: manage\\.py build_index"):
        verify_index(path)


def lost(content):
    del content["projection"]


def unnamed(content):
    content["manifest"] = re.sub('"projection": "[^"]+"', '"projection": ""', content["manifest"])


def of_other_weights(content):
    content["projection"] = content["projection"].replace("0" * 64, "1" * 64)


def another_centre(content):
    content["projection_centre"][0] += 1


def a_centre_that_is_none(content):
    content["projection_centre"][0] = np.nan


def a_matrix_of_another_shape(content):
    content["projection_matrix"] = content["projection_matrix"][:-1]


def of_another_length(content):
    content["projection"] = content["projection"].replace("[1, 0.6]", "[2, 0.6]")
    content["projection_centre"] = np.zeros(5, np.float32)
    del content["projection_matrix"]


@pytest.mark.parametrize(
    "damage",
    [
        lost, unnamed, of_other_weights, another_centre, a_centre_that_is_none,
        a_matrix_of_another_shape, of_another_length,
    ],
)  # fmt: skip
def test_a_damaged_projection_is_found(projected, damage):
    content = content_of(projected)
    damage(content)
    joblib.dump(content, projected)
    with pytest.raises(IndexFileError, match="projection"):
        verify_index(projected)


def test_a_projection_of_other_weights_is_refused_when_it_is_read(projected):
    content = content_of(projected)
    of_other_weights(content)
    joblib.dump(content, projected)
    with pytest.raises(IndexFileError, match="its projection was made for other weights"):
        load_index(projected)


# Hostile files ----------------------------------------------------------------------------------


class Calls:
    """Pickles as a call of any function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


class Sets:
    """Pickles as an object made by a class without arguments, with a state set on it."""

    def __init__(self, function, arguments, state):
        self.parts = function, arguments, state

    def __reduce__(self):
        return self.parts


def wrapper(**changes):
    made = NumpyArrayWrapper(np.ndarray, (4,), "C", np.dtype("f4"), True)
    made.__dict__.update(changes)
    return made


def hostile(canary):
    touch = f"open({str(canary)!r}, 'w').close()"
    objects = np.empty(1, object)
    objects[0] = Calls(exec, touch)
    return {
        "system": Calls(os.system, f"touch {canary}"),
        "exec": Calls(exec, touch),
        "eval": Calls(eval, touch),
        "import": Calls(__import__, "antigravity"),
        "getattr": Calls(getattr, "", "join"),
        "in a list": [1, {"a": (Calls(exec, touch),)}],
        "in an object array": objects,
        "a call of ndarray": Calls(np.ndarray, (10**12,)),
        "a call of dtype with objects": Calls(np.dtype, "O"),
        "a type with fields": Calls(np.dtype, [("a", "f4")]),
        "state on a class": Sets(Calls, (), {"a": 1}),
        "3.6 TiB": wrapper(shape=(10**6, 10**6)),
        "overflowing": wrapper(shape=(2**40, 2**40)),
        "negative": wrapper(shape=(-1,)),
        "not a shape": wrapper(shape="abc"),
        "float shape": wrapper(shape=(4.0,)),
        "no order": wrapper(order="X"),
        "no type": wrapper(dtype="f4"),
        "object type": wrapper(dtype=np.dtype("O")),
        "void type": wrapper(dtype=np.dtype("V1000000000")),
        "its read replaced": wrapper(read=Calls(exec, touch)),
    }


@pytest.mark.parametrize("name", hostile("x"))
def test_a_hostile_file_is_refused_and_runs_nothing(tmp_path, name):
    canary, path = tmp_path / "canary", tmp_path / "hostile.joblib"
    attack = hostile(canary)[name]
    if isinstance(attack, np.ndarray):
        joblib.dump(attack, path)
    else:
        path.write_bytes(pickle.dumps(attack, protocol=4) + b"\0" * 64)
    with pytest.raises(IndexFileError):
        load_index(path)
    assert not canary.exists()


def test_the_attacks_are_real_ones(tmp_path):
    """The same file, read by joblib itself, runs its code: the refusal above is no accident."""
    canary, path = tmp_path / "canary", tmp_path / "hostile.joblib"
    path.write_bytes(pickle.dumps(hostile(canary)["exec"]))
    joblib.load(path)
    assert canary.exists()
