import hashlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from recommender.embedders import EmbedderError
from recommender.embedders.loading import embedder_source
from recommender.embedders.weights import (
    DENSE,
    FILE_NAME,
    WeightsMissing,
    WeightsRefused,
    check_weights,
    expected_shapes,
    find_weights,
)


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
    assert sum(int(np.prod(shape)) for shape in expected_shapes()) == 138_357_544


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
    source = embedder_source("vgg16", mine, never_download)
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
        embedder_source("vgg19")


def test_a_file_with_all_of_vgg16s_shapes_is_accepted(tmp_path):
    check_weights(write_shapes(tmp_path / "good.h5", expected_shapes()))


def test_a_file_without_the_dense_layers_is_refused_as_notop(tmp_path):
    path = write_shapes(tmp_path / "notop.h5", expected_shapes()[: -2 * len(DENSE)])
    with pytest.raises(WeightsRefused, match=r"notop\.h5: expected 32 arrays, found 26"):
        check_weights(path)


def test_a_file_with_one_odd_shape_is_refused_by_that_shape(tmp_path):
    shapes = [(3, 3, 3, 65), *expected_shapes()[1:]]
    path = write_shapes(tmp_path / "odd.h5", shapes)
    with pytest.raises(WeightsRefused, match=r"odd\.h5.*\(3, 3, 3, 65\)"):
        check_weights(path)


@pytest.mark.parametrize("content", [b"", b"not HDF5", b"\x89HDF\r\n\x1a\n" + b"\0" * 40])
def test_a_file_that_is_not_hdf5_is_refused_by_name(tmp_path, content):
    path = tmp_path / "junk.h5"
    path.write_bytes(content)
    with pytest.raises(WeightsRefused, match=r"junk\.h5: expected an HDF5 file"):
        check_weights(path)
