import hashlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import save_file

from recommender.embedders.choice import choose
from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks.vgg16 import VGG16, Topology
from recommender.embedders.networks.weight_files import check_keras_file, read_safetensors
from recommender.embedders.networks.weights import (
    FILE_NAME,
    WeightsMissing,
    WeightsRefused,
    find_weights,
)

SHAPES = list(VGG16.shapes().values())


def write_shapes(path: Path, shapes: list[tuple[int, ...]]) -> Path:
    """An HDF5 file with arrays of these shapes that takes no room on disk."""
    with h5py.File(path, "w") as file:
        for number, shape in enumerate(shapes):
            file.create_dataset(f"layer_{number}/kernel", shape, "f4", chunks=True)
    return path


@pytest.fixture(autouse=True)
def empty_keras_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def never_download():
    raise AssertionError("no download was asked for")


def test_vgg16_has_138_million_weights():
    assert sum(int(np.prod(shape)) for shape in SHAPES) == 138_357_544


def test_missing_weights_name_both_ways_to_get_them():
    with pytest.raises(WeightsMissing, match=r"553 MB(.|\n)*VGG16_WEIGHTS="):
        find_weights(None)


def test_a_configured_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WeightsMissing, match=r"nowhere\.h5: there is no such file"):
        find_weights(tmp_path / "nowhere.h5", never_download)


def test_weights_in_the_keras_cache_are_taken_without_a_download(tmp_path):
    cached = tmp_path / "keras" / "models" / FILE_NAME
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"weights")
    assert find_weights(None, never_download) == cached


def test_the_configured_file_wins_over_the_cache(tmp_path):
    mine = tmp_path / "mine.h5"
    mine.write_bytes(b"weights")
    source = choose("vgg16", mine, never_download)
    assert (source.weights, source.weights_sha256) == (
        mine,
        hashlib.sha256(b"weights").hexdigest(),
    )


def test_missing_weights_are_fetched_when_asked(tmp_path):
    fetched = tmp_path / "fetched.h5"
    fetched.write_bytes(b"weights")
    assert find_weights(None, lambda: str(fetched)) == fetched


def test_a_failed_download_says_why_and_what_else_can_be_done():
    def fail() -> str:
        raise Exception("URL fetch failure")

    with pytest.raises(WeightsMissing, match=r"URL fetch failure(.|\n)*VGG16_WEIGHTS="):
        find_weights(None, fail)


def test_an_unknown_embedder_is_refused_with_the_known_names():
    with pytest.raises(EmbedderError, match=r"vgg19.*vgg16, vgg16-untrained"):
        choose("vgg19")


def test_a_file_with_all_of_vgg16s_shapes_is_accepted(tmp_path):
    check_keras_file(write_shapes(tmp_path / "good.h5", SHAPES))


def test_a_file_without_the_dense_layers_is_refused_as_notop(tmp_path):
    path = write_shapes(tmp_path / "notop.h5", SHAPES[:-6])
    with pytest.raises(WeightsRefused, match=r"notop\.h5: expected 32 arrays, found 26"):
        check_keras_file(path)


def test_a_file_with_one_odd_shape_is_refused_by_that_shape(tmp_path):
    shapes = [(3, 3, 3, 65), *SHAPES[1:]]
    path = write_shapes(tmp_path / "odd.h5", shapes)
    with pytest.raises(WeightsRefused, match=r"odd\.h5.*\(3, 3, 3, 65\)"):
        check_keras_file(path)


@pytest.mark.parametrize("content", [b"", b"not HDF5", b"\x89HDF\r\n\x1a\n" + b"\0" * 40])
def test_a_file_that_is_not_hdf5_is_refused_by_name(tmp_path, content):
    path = tmp_path / "junk.h5"
    path.write_bytes(content)
    with pytest.raises(WeightsRefused, match=r"junk\.h5: expected an HDF5 file"):
        check_keras_file(path)


NARROW = Topology(width=0.25, side=112, dense=(512, 512))


@pytest.fixture
def narrow_arrays():
    random = np.random.default_rng(5)
    return {
        name: random.standard_normal(shape).astype(np.float16)
        for name, shape in NARROW.shapes().items()
    }


def test_safetensors_are_read_in_the_networks_order_as_float32(tmp_path, narrow_arrays):
    path = tmp_path / "mine.safetensors"
    save_file(dict(sorted(narrow_arrays.items(), reverse=True)), path)
    found = read_safetensors(path, NARROW)
    assert list(found) == list(NARROW.shapes())
    assert {array.dtype for array in found.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(found["fc2/kernel"], narrow_arrays["fc2/kernel"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fc1/kernel": np.zeros((3, 4), np.float16)}, r"fc1/kernel: expected .*, found \(3, 4\)"),
        ({"fc1/bias": None}, r"fc1/bias: expected \(512,\), found none"),
        ({"fc9/bias": np.zeros(3, np.float16)}, "fc9/bias: expected no such array"),
        ({"fc2/bias": np.full(512, np.nan, np.float16)}, "fc2/bias: expected numbers"),
    ],
)
def test_safetensors_of_another_network_are_refused_by_name(
    tmp_path, narrow_arrays, change, message
):
    path = tmp_path / "odd.safetensors"
    arrays = {k: v for k, v in (narrow_arrays | change).items() if v is not None}
    save_file(arrays, path)
    with pytest.raises(WeightsRefused, match=rf"odd\.safetensors: {message}"):
        read_safetensors(path, NARROW)


@pytest.mark.parametrize("kept", [0, 7, 1000, -1])
def test_a_cut_off_file_is_refused_by_name(tmp_path, narrow_arrays, kept):
    path = tmp_path / "cut.safetensors"
    save_file(narrow_arrays, path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(WeightsRefused, match=r"cut\.safetensors: expected a safetensors file"):
        read_safetensors(path, NARROW)
