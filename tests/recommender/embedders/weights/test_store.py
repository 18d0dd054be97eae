import hashlib
from typing import Any

import h5py
import numpy as np
import pytest

from recommender.embedders.networks.vgg16 import NETWORK
from recommender.embedders.networks.vgg16_files import KERAS_FILE
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.runtimes import make_runtime
from recommender.embedders.weights import reader, reading
from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from recommender.embedders.weights.source import Places
from tests.cases import CASES
from tests.recommender.embedders.weights import layouts
from tests.recommender.embedders.weights.layouts import NARROW, seeded, without_top

SOURCE: Any = NETWORK.source
SEEN = Preprocessing(64, "bgr", (103.939, 116.779, 123.68))


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "weights")


@pytest.fixture
def keras_cache(tmp_path):
    return tmp_path / "keras" / "models" / KERAS_FILE


@pytest.fixture
def quick(monkeypatch):
    """Reads in this process, where it is not the limits that are tested."""

    def read(path, out):
        try:
            reader.main(path, out, 0)
        except WeightsRefused as error:
            raise WeightsRefused(f"{path}: {error}") from error

    monkeypatch.setattr(reader, "_limit", lambda seconds, memory: None)
    monkeypatch.setattr(reading, "_read_apart", read)


def taken_in(path, places):
    SOURCE.import_file(path, NARROW, places)
    return SOURCE.find(NARROW, NARROW.cut("fc2"), places).read()


# Layouts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", layouts.ALL, ids=lambda write: write.__name__)
def test_a_file_of_any_layout_gives_the_same_vectors(tmp_path, places, write):
    arrays = seeded()
    write(tmp_path / "file", arrays)
    found = taken_in(tmp_path / "file", places)
    pictures = list(np.random.default_rng(1).integers(0, 256, (3, 64, 64, 3), np.uint8))
    vectors = make_runtime("ncnn", NARROW.cut("fc2"), found, SEEN)(pictures)
    expected = make_runtime("ncnn", NARROW.cut("fc2"), arrays, SEEN)(pictures)
    np.testing.assert_allclose(vectors, expected, rtol=1e-4, atol=1e-4 * expected.max())


@pytest.mark.parametrize("write", layouts.ALL, ids=lambda write: write.__name__)
def test_a_file_without_the_dense_layers_is_good_for_pool5_only(tmp_path, places, write, quick):
    write(tmp_path / "notop", without_top(seeded()))
    SOURCE.import_file(tmp_path / "notop", NARROW, places)
    SOURCE.find(NARROW, NARROW.cut("pool5"), places)
    assert SOURCE.available(NARROW.cut("pool5"), places)
    assert not SOURCE.available(NARROW.cut("fc2"), places)
    with pytest.raises(WeightsMissing, match=r"lacks fc1/bias.*vgg16-pool5 only"):
        SOURCE.find(NARROW, NARROW.cut("fc2"), places)


def test_the_record_says_where_the_weights_came_from(tmp_path, places, quick):
    path = tmp_path / "mine.h5"
    layouts.keras1(path, seeded())
    record = SOURCE.import_file(path, NARROW, places)
    assert (record.network, record.source, record.layout) == ("vgg16", str(path), "Keras")
    assert record.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


# Refused -----------------------------------------------------------------------------------------


def swapped(arrays, one, other):
    a, b = arrays[f"{one}/kernel"], arrays[f"{other}/kernel"]
    return arrays | {f"{one}/kernel": b, f"{other}/kernel": a}


@pytest.mark.parametrize("write", layouts.ALL, ids=lambda write: write.__name__)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a | {"fc2/bias": np.full(80, np.nan, np.float32)}, "fc2/bias: expected numbers"),
        (
            lambda a: a | {"block3_conv2/kernel": np.zeros((3, 3, 32, 32), np.float32)},
            "block3_conv2/kernel: expected weights, found 0 in every place",
        ),
        (
            lambda a: swapped(a, "block2_conv1", "block2_conv2"),
            r"block2_conv1/kernel: expected \(3, 3, 8, 16\), found \(3, 3, 16, 16\)",
        ),
        (
            lambda a: a | {"fc2/kernel": np.ones((96, 79), np.float32)},
            r"fc2/kernel: expected \(96, 80\), found \(96, 79\)",
        ),
    ],
    ids=["nan", "zero", "swapped", "shape"],
)
def test_weights_that_cannot_be_are_refused_by_name(
    tmp_path, places, quick, write, change, message
):
    write(tmp_path / "odd", change(seeded()))
    with pytest.raises(WeightsRefused, match=rf"odd: {message}"):
        SOURCE.import_file(tmp_path / "odd", NARROW, places)
    assert not SOURCE.path(places).exists()


def test_names_in_another_order_are_refused(tmp_path, places, quick):
    """Keras goes by `layer_names`; a file whose groups say otherwise is not to be trusted."""
    path = tmp_path / "order.h5"
    layouts.keras1(path, seeded())
    with h5py.File(path, "a") as file:
        names = list(file.attrs["layer_names"])
        at, other = names.index("block5_conv1"), names.index("block5_conv2")
        names[at], names[other] = names[other], names[at]
        file.attrs["layer_names"] = names
    with pytest.raises(WeightsRefused, match="expected block5_conv1, found block5_conv2"):
        SOURCE.import_file(path, NARROW, places)


def test_a_group_that_holds_another_layers_array_is_refused(tmp_path, places, quick):
    path = tmp_path / "mixed.h5"
    layouts.keras1(path, seeded())
    with h5py.File(path, "a") as file:
        file.move("block5_conv1/block5_conv1_W_1:0", "kept")
        file.move("block5_conv2/block5_conv2_W_1:0", "block5_conv1/block5_conv2_W_1:0")
        file.move("kept", "block5_conv2/block5_conv1_W_1:0")
    with pytest.raises(WeightsRefused, match="expected an array of one layer"):
        SOURCE.import_file(path, NARROW, places)


def test_a_layer_that_is_not_there_is_named(tmp_path, places, quick):
    arrays = {n: a for n, a in seeded().items() if not n.startswith("block4_conv2")}
    layouts.keras1(tmp_path / "gap.h5", arrays)
    with pytest.raises(WeightsRefused, match=r"block4_conv2/kernel: expected .*, found none"):
        SOURCE.import_file(tmp_path / "gap.h5", NARROW, places)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("h5-hang/h5-hang.h5", "h5-hang.h5: expected"),
        ("nan-weights/nan.h5", "block1_conv1/kernel: expected numbers"),
        ("nan-weights/zero.h5", "block1_conv1/kernel: expected weights, found 0"),
    ],
)
def test_the_files_of_the_public_reports_are_refused(places, file, message):
    with pytest.raises(WeightsRefused, match=message):
        SOURCE.import_file(CASES / file, NETWORK.graph, places)


def test_a_kept_file_that_was_changed_is_found(tmp_path, places, quick):
    layouts.keras1(tmp_path / "mine.h5", seeded())
    SOURCE.import_file(tmp_path / "mine.h5", NARROW, places)
    assert SOURCE.verify(NARROW, places).layout == "Keras"
    kept = SOURCE.path(places)
    data = bytearray(kept.read_bytes())
    data[-3] ^= 1
    kept.write_bytes(data)
    with pytest.raises(WeightsRefused, match="not those that were taken in"):
        SOURCE.verify(NARROW, places)


@pytest.mark.parametrize("junk", [b"", b"junk", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]"])
def test_a_kept_file_that_is_none_is_refused(places, junk):
    path = SOURCE.path(places)
    path.parent.mkdir()
    path.write_bytes(junk)
    with pytest.raises(WeightsRefused, match="remove them, and add them again"):
        SOURCE.find(NARROW, NARROW.cut("fc2"), places)


# Where they come from ----------------------------------------------------------------------------


def test_weights_that_are_nowhere_name_the_ways_to_get_them(places):
    with pytest.raises(
        WeightsMissing, match=r"weights fetch(.|\n)*weights add(.|\n)*VGG16_WEIGHTS"
    ):
        SOURCE.find(NARROW, NARROW.cut("fc2"), places)
    assert not SOURCE.available(NARROW.cut("fc2"), places)


def test_a_configured_file_that_is_not_there_is_named(tmp_path):
    places = Places(tmp_path / "weights", {"vgg16": tmp_path / "nowhere.h5"})
    with pytest.raises(WeightsMissing, match=r"nowhere\.h5: there is no such file"):
        SOURCE.find(NARROW, NARROW.cut("fc2"), places)


def test_the_configured_file_wins_over_the_kept_one_and_that_over_kerass(
    tmp_path, places, keras_cache, quick
):
    keras_cache.parent.mkdir(parents=True)
    hashes: list[str] = []
    for path in (keras_cache, tmp_path / "added.h5", tmp_path / "configured.h5"):
        layouts.keras1(path, seeded() | {"fc2/bias": np.full(80, len(hashes), np.float32)})
        hashes.append(hashlib.sha256(path.read_bytes()).hexdigest())
    needed = NARROW.cut("fc2")
    assert SOURCE.find(NARROW, needed, places).sha256 == hashes[0]
    SOURCE.import_file(tmp_path / "added.h5", NARROW, places)
    assert SOURCE.find(NARROW, needed, places).sha256 == hashes[1]
    configured = Places(places.folder, {"vgg16": tmp_path / "configured.h5"})
    assert SOURCE.find(NARROW, needed, configured).sha256 == hashes[2]


def test_a_file_that_is_kept_already_is_not_read_again(tmp_path, places, quick):
    layouts.keras1(tmp_path / "mine.h5", seeded())
    SOURCE.import_file(tmp_path / "mine.h5", NARROW, places)
    before = SOURCE.path(places).stat().st_mtime_ns
    SOURCE.import_file(tmp_path / "mine.h5", NARROW, places)
    assert SOURCE.path(places).stat().st_mtime_ns == before
