from collections import Counter, OrderedDict, defaultdict

import joblib
import numpy as np
import pytest

from recommender.index.tutorial_file import (
    TutorialFileError,
    read_tutorial_file,
    write_tutorial_file,
)
from tests.cases import CASES
from tests.indexes import index_of

OUT = np.array([[1, 2], [3, 4], [5, 6]], np.float32)


def dumped(tmp_path, *parts, **options):
    path = tmp_path / "tutorial.joblib"
    joblib.dump(tuple(parts), path, **options)
    return path


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("lzma", 1), ("bz2", 1)])
def test_the_tutorials_tuple_is_read_compressed_or_not(tmp_path, compress):
    path = dumped(
        tmp_path, {"b": 0, "a": 1, "c": 2}, {0: "b", 1: "a", 2: "c"}, OUT, compress=compress
    )
    ids, vectors = read_tutorial_file(path)
    assert ids == ["b", "a", "c"]
    assert np.array_equal(vectors, OUT)


@pytest.mark.parametrize("kind", [int, np.int64, np.str_])
def test_ids_may_be_numbers_and_numpys_own(tmp_path, kind):
    path = dumped(tmp_path, {kind(7): 0, kind(8): 1}, {0: kind(7), 1: kind(8)}, OUT[:2])
    assert read_tutorial_file(path)[0] == ["7", "8"]


def test_rows_may_be_numpy_numbers(tmp_path):
    path = dumped(tmp_path, {"a": np.int64(0)}, {np.int64(0): "a"}, OUT[:1])
    assert read_tutorial_file(path)[0] == ["a"]


@pytest.mark.parametrize(
    "out", [OUT.astype(float), OUT.astype(np.float16), np.asfortranarray(OUT), OUT.astype(">f4")]
)
def test_vectors_of_any_float_type_and_order_become_float32(tmp_path, out):
    path = dumped(tmp_path, {"b": 0, "a": 1, "c": 2}, {0: "b", 1: "a", 2: "c"}, out)
    vectors = read_tutorial_file(path)[1]
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, OUT)


def as_memmap(out, tmp_path):
    joblib.dump(out, tmp_path / "first.joblib")
    return joblib.load(tmp_path / "first.joblib", mmap_mode="r")


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("compress", [0, 3, "lzma"])
@pytest.mark.parametrize("kind", [as_memmap, lambda out, _path: np.asmatrix(out)])
def test_vectors_may_be_arrays_of_another_class(tmp_path, kind, compress):
    out = kind(OUT, tmp_path)
    assert type(out) is not np.ndarray
    path = dumped(
        tmp_path, {"b": 0, "a": 1, "c": 2}, {0: "b", 1: "a", 2: "c"}, out, compress=compress
    )
    ids, vectors = read_tutorial_file(path)
    assert (ids, type(vectors)) == (["b", "a", "c"], np.ndarray)
    assert np.array_equal(vectors, OUT)


@pytest.mark.parametrize(
    "kind", [OrderedDict, Counter, lambda items: defaultdict(int, items), lambda items: items]
)
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_dictionaries_may_be_of_another_class(tmp_path, kind, protocol):
    path = dumped(
        tmp_path, kind({"b": 0, "a": 1}), OrderedDict({0: "b", 1: "a"}), OUT[:2], protocol=protocol
    )
    assert read_tutorial_file(path)[0] == ["b", "a"]


@pytest.mark.parametrize("compress", ["zlib", "gzip", "bz2", "lzma", "xz"])
def test_every_compression_of_pythons_own_is_read(tmp_path, compress):
    path = dumped(tmp_path, {"a": 0}, {0: "a"}, OUT[:1], compress=(compress, 2))
    assert np.array_equal(read_tutorial_file(path)[1], OUT[:1])


@pytest.mark.parametrize("name", ["first", "second"])
def test_the_file_of_the_public_report_is_read(name):
    ids, vectors = read_tutorial_file(CASES / "joblib-memmap" / f"{name}.joblib")
    assert (len(ids), vectors.shape, type(vectors)) == (3, (3, 4), np.ndarray)


class Trap(dict):
    """A dictionary whose class is no known one."""


@pytest.mark.parametrize("trap", [Trap({"a": 0}), {"a": Trap()}, np.ma.masked_array([[1.0]])])
def test_other_classes_are_still_refused(tmp_path, trap):
    path = dumped(tmp_path, trap, {0: "a"}, OUT[:1])
    with pytest.raises(TutorialFileError):
        read_tutorial_file(path)


BAD = {
    "no tuple": (OUT,),
    "not dictionaries": ([1], [2], OUT),
    "no array": ({"a": 0}, {0: "a"}, [[1.0]]),
    "one dimension": ({"a": 0}, {0: "a"}, OUT[0]),
    "whole numbers": ({"a": 0}, {0: "a"}, np.ones((1, 2), int)),
    "too few ids": ({"a": 0}, {0: "a"}, OUT),
    "a row twice": ({"a": 0, "b": 0}, {0: "a", 1: "b"}, OUT[:2]),
    "dictionaries that do not agree": ({"a": 0, "b": 1}, {0: "b", 1: "a"}, OUT[:2]),
    "ids alike as text": ({1: 0, "1": 1}, {0: 1, 1: "1"}, OUT[:2]),
    "an empty id": ({"": 0}, {0: ""}, OUT[:1]),
    "ids of another kind": ({(1, 2): 0}, {0: (1, 2)}, OUT[:1]),
    "not finite": ({"a": 0}, {0: "a"}, np.array([[np.nan, 1]])),
    "too large to be compared": ({"a": 0}, {0: "a"}, np.array([[1e20, 1]])),
    "too large for float32": ({"a": 0}, {0: "a"}, np.array([[1e300, 1]])),
}


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("name", BAD)
def test_what_is_not_the_tutorials_tuple_is_refused(tmp_path, name):
    with pytest.raises(TutorialFileError, match="cannot be used"):
        read_tutorial_file(dumped(tmp_path, *BAD[name]))


@pytest.mark.parametrize("junk", [b"", b"junk", b"ZF0x12", b"\x1f\x8b\x08"])
def test_what_is_no_joblib_file_is_refused(tmp_path, junk):
    path = tmp_path / "junk"
    path.write_bytes(junk)
    with pytest.raises(TutorialFileError):
        read_tutorial_file(path)


def test_code_in_the_file_is_not_run(tmp_path):
    class Attack:
        def __reduce__(self):
            return exec, (f"open({str(tmp_path / 'canary')!r}, 'w')",)

    with pytest.raises(TutorialFileError, match=r"names builtins\.exec"):
        read_tutorial_file(dumped(tmp_path, {"a": 0}, {0: Attack()}, OUT[:1]))
    assert not (tmp_path / "canary").exists()


def test_a_small_file_that_inflates_without_end_is_refused(tmp_path):
    zeros = np.zeros((1, 50_000_000), np.float32)
    path = dumped(tmp_path, {"a": 0}, {0: "a"}, zeros, compress=("gzip", 9))
    with pytest.raises(TutorialFileError, match="claims to hold 200000000 bytes"):
        read_tutorial_file(path)


def test_what_is_written_is_what_the_tutorials_code_reads(tmp_path):
    path = tmp_path / "written.joblib"
    write_tutorial_file(index_of({"7": (1, 2), "12": (3, 4)}), path)
    extid_to_intid, intid_to_extid, out = joblib.load(path)
    assert extid_to_intid == {"12": 0, "7": 1}
    assert intid_to_extid == {0: "12", 1: "7"}
    assert out[extid_to_intid["7"]].tolist() == [1, 2]


def test_a_written_file_comes_back(tmp_path):
    index = index_of({"7": (1, 2), "12": (3, 4)})
    write_tutorial_file(index, tmp_path / "written.joblib")
    ids, vectors = read_tutorial_file(tmp_path / "written.joblib")
    assert ids == list(index.item_ids)
    assert np.array_equal(vectors, index.embeddings)
