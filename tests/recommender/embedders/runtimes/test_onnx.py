"""Small graphs, made as the exports of real networks are."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from recommender.embedders.choice import choose
from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks import onnx_import
from recommender.embedders.networks.onnx_import import bring, verify
from recommender.embedders.networks.onnx_trial import OnnxOptions
from recommender.embedders.networks.user_onnx import user_networks
from recommender.embedders.registry import EMBEDDERS, NETWORKS, register_user_networks
from recommender.embedders.weights.errors import WeightsRefused
from recommender.embedders.weights.source import Places

RANDOM = np.random.default_rng(2)
FILTERS = RANDOM.standard_normal((6, 3, 4, 4)).astype(np.float32)
DENSE = RANDOM.standard_normal((6, 5)).astype(np.float32)
PICTURES = list(RANDOM.integers(0, 256, (3, 16, 16, 3), np.uint8))
HALF = (127.5, 127.5, 127.5)


def written(path, nodes, outputs, shape=("n", 3, 16, 16), weights=None, domain="", inputs=None):
    arrays = {"filters": FILTERS, "dense": DENSE, **(weights or {})}
    graph = helper.make_graph(
        nodes,
        "small",
        inputs or [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    opsets = [helper.make_opsetid("", 17)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def node(kind, inputs, output, **attributes):
    return helper.make_node(kind, inputs.split(), [output], **attributes)


PATCHES = node("Conv", "pixel_values filters", "patches", strides=[4, 4])


def clip_like(path, **options):
    """Patches, their mean, a projection, unit length: one output, (n, d)."""
    nodes = [
        PATCHES,
        node("GlobalAveragePool", "patches", "mean"),
        node("Flatten", "mean", "flat"),
        node("MatMul", "flat dense", "projected"),
        node("ReduceL2", "projected", "length", axes=[1], keepdims=1),
        node("Div", "projected length", "image_embeds"),
    ]
    return written(path, nodes, ["image_embeds"], **options)


def dino_like(path, **options):
    """Tokens (n, t, d), and a pooled output beside them."""
    nodes = [
        PATCHES,
        node("Flatten", "patches", "rows", axis=2),
        node("Transpose", "patches", "turned", perm=[0, 2, 3, 1]),
        node("Reshape", "turned form", "last_hidden_state"),
        node("ReduceMean", "last_hidden_state", "pooler_output", axes=[1], keepdims=0),
    ]
    form = {"form": np.array([0, -1, 6], np.int64)}
    return written(path, nodes, ["last_hidden_state", "pooler_output"], weights=form, **options)


def classifier(path, **options):
    """A feature map (n, c, y, x), one picture at a time, sides fixed."""
    nodes = [PATCHES, node("Relu", "patches", "features")]
    return written(path, nodes, ["features"], shape=(1, 3, 16, 16), **options)


def channels_last(path):
    nodes = [
        node("Transpose", "pixel_values", "first", perm=[0, 3, 1, 2]),
        node("Conv", "first filters", "patches", strides=[4, 4]),
    ]
    return written(path, nodes, ["patches"], shape=("n", 16, 16, 3))


@pytest.fixture
def places(tmp_path, monkeypatch):
    monkeypatch.setattr("recommender.embedders.registry.NETWORKS", NETWORKS)
    before, specs = dict(NETWORKS), dict(EMBEDDERS)
    yield Places(tmp_path / "weights")
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [(NETWORKS, before), (EMBEDDERS, specs)]
    for known, kept in pairs:
        known.clear()
        known.update(kept)


def wish(**said):
    return OnnxOptions("mine", HALF, HALF, **said)


def vectors_of(model, places, **said):
    bring(model, wish(**said), places, set())
    register_user_networks(places.folder)
    return choose("mine", places, "ncnn").load().embed(PICTURES)


def patches():
    """(n, 4, 4, 6): what the filters see of each patch, in numpy."""
    x = (np.stack(PICTURES).astype(np.float64) / 127.5 - 1).transpose(0, 3, 1, 2)
    x = x.reshape(3, 3, 4, 4, 4, 4).transpose(0, 2, 4, 1, 3, 5).reshape(3, 4, 4, 48)
    return x @ FILTERS.reshape(6, 48).T


def test_a_clip_like_export_gives_its_one_output(tmp_path, places):
    projected = patches().mean(axis=(1, 2)) @ DENSE
    expected = projected / np.linalg.norm(projected, axis=1, keepdims=True)
    found = vectors_of(clip_like(tmp_path / "clip.onnx"), places)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found.dtype == np.float32


def test_of_tokens_the_first_is_taken(tmp_path, places):
    found = vectors_of(dino_like(tmp_path / "dino.onnx"), places, output="last_hidden_state")
    np.testing.assert_allclose(found, patches()[:, 0, 0], atol=1e-5)


def test_a_named_output_is_taken(tmp_path, places):
    found = vectors_of(dino_like(tmp_path / "dino.onnx"), places, output="pooler_output")
    np.testing.assert_allclose(found, patches().mean(axis=(1, 2)), atol=1e-5)


def test_a_feature_map_is_averaged_and_pictures_go_one_by_one(tmp_path, places):
    found = vectors_of(classifier(tmp_path / "classifier.onnx"), places)
    np.testing.assert_allclose(found, np.maximum(patches(), 0).mean(axis=(1, 2)), atol=1e-5)


def test_channels_may_come_last(tmp_path, places):
    found = vectors_of(channels_last(tmp_path / "last.onnx"), places)
    np.testing.assert_allclose(found, patches().mean(axis=(1, 2)), atol=1e-5)


def test_sides_that_the_file_leaves_open_are_said(tmp_path, places):
    model = clip_like(tmp_path / "open.onnx", shape=("n", 3, "h", "w"))
    assert vectors_of(model, places, side=16).shape == (3, 5)


def test_what_was_brought_is_known_again_after_a_restart(tmp_path, places):
    made = bring(clip_like(tmp_path / "clip.onnx"), wish(), places, set())
    assert list(user_networks(places.folder)) == [made]
    (spec,) = made.specs()
    assert (spec.name, spec.layer, spec.dimension) == ("mine", "image_embeds", 5)


def test_numbers_beside_the_model_come_along(tmp_path, places):
    model = clip_like(tmp_path / "clip.onnx")
    expected = vectors_of(model, places)
    loaded = onnx.load(model)
    (tmp_path / "big").mkdir()
    onnx.save(
        loaded, tmp_path / "big" / "model.onnx", save_as_external_data=True, size_threshold=0,
        location="numbers.data",
    )  # fmt: skip
    found = vectors_of(tmp_path / "big" / "model.onnx", places)
    np.testing.assert_array_equal(found, expected)


# Refused ------------------------------------------------------------------------------------------


def refused(model, places, match, **said):
    with pytest.raises(WeightsRefused, match=match):
        bring(model, wish(**said), places, set())
    assert not (places.folder / "mine").exists()


def test_two_outputs_and_none_named(tmp_path, places):
    refused(dino_like(tmp_path / "d.onnx"), places, "--output last_hidden_state or pooler_output")


def test_an_output_that_there_is_not(tmp_path, places):
    refused(clip_like(tmp_path / "c.onnx"), places, "--output image_embeds", output="logits")


def test_sides_that_nobody_says(tmp_path, places):
    refused(clip_like(tmp_path / "c.onnx", shape=("n", 3, "h", "w")), places, "say --side")


def test_a_side_that_is_not_the_files(tmp_path, places):
    refused(clip_like(tmp_path / "c.onnx"), places, "not of side 20", side=20)


def test_channels_that_could_be_either(tmp_path, places):
    model = clip_like(tmp_path / "c.onnx", shape=("n", "c", "h", "w"))
    refused(model, places, "--layout nchw or nhwc", side=16)


def test_an_operator_that_nobody_knows(tmp_path, places):
    nodes = [helper.make_node("Magic", ["pixel_values"], ["out"], domain="acme")]
    model = written(tmp_path / "m.onnx", nodes, ["out"], domain="acme")
    refused(model, places, "OpenVINO cannot load it.*Magic")


def test_several_inputs(tmp_path, places):
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ("n", 3, 16, 16))
        for name in ("pixel_values", "mask")
    ]
    nodes = [PATCHES, node("Add", "pixel_values mask", "sum")]
    model = written(tmp_path / "t.onnx", nodes, ["patches", "sum"], inputs=inputs)
    refused(model, places, "expected one input", output="patches")


@pytest.mark.parametrize("location", ["../outside.data", "/etc/hostname", "missing.data"])
def test_numbers_outside_the_models_folder_or_not_there(tmp_path, places, location):
    (tmp_path / "model").mkdir()
    (tmp_path / "outside.data").write_bytes(DENSE.tobytes())
    path = clip_like(tmp_path / "model" / "c.onnx")
    model = onnx.load(path)
    tensor = next(t for t in model.graph.initializer if t.name == "dense")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    path.write_bytes(model.SerializeToString())
    refused(path, places, "outside its folder|is not beside it")


def test_weights_that_are_no_numbers(tmp_path, places):
    dense = {"dense": np.full((6, 5), np.nan, np.float32)}
    refused(clip_like(tmp_path / "n.onnx", weights=dense), places, "expected a vector of numbers")


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x80\x02}q\x00.", b"\xff" * 100])
def test_a_file_of_another_kind(tmp_path, places, junk):
    (tmp_path / "junk.onnx").write_bytes(junk)
    refused(tmp_path / "junk.onnx", places, r"junk\.onnx: (expected an ONNX|OpenVINO cannot)")


@pytest.mark.parametrize("name", ["vgg16", "Mine", "../mine", "", "-"])
def test_a_name_that_is_taken_or_no_name(tmp_path, places, name):
    with pytest.raises(EmbedderError, match=r"--name"):
        bring(clip_like(tmp_path / "c.onnx"), OnnxOptions(name, HALF, HALF), places, set(EMBEDDERS))


# A network is a program ---------------------------------------------------------------------------


def endless(path):
    """A Loop without end, whose count is added to the patches."""
    body = helper.make_graph(
        [node("Identity", "go", "on"), node("Add", "count one", "more")],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("count", TensorProto.FLOAT, [1]),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]),
        ],
    )
    nodes = [
        helper.make_node("Loop", ["", "yes", "first"], ["total"], body=body),
        PATCHES,
        node("Add", "patches total", "out"),
    ]
    weights = {
        "yes": np.array(True), "one": np.ones(1, np.float32), "first": np.zeros(1, np.float32),
    }  # fmt: skip
    return written(path, nodes, ["out"], weights=weights)


def test_one_that_computes_for_ever_is_ended(tmp_path, places, monkeypatch):
    monkeypatch.setattr(onnx_import, "SECONDS", 4)
    refused(endless(tmp_path / "endless.onnx"), places, "it took more than 4 s")


def test_one_that_fills_the_memory_is_ended(tmp_path, places):
    nodes = [
        PATCHES,
        node("Tile", "patches times", "wide"),
        node("ReduceMean", "wide", "out", axes=[2, 3], keepdims=0),
    ]
    times = {"times": np.array([1, 1, 20_000, 4_000], np.int64)}
    refused(written(tmp_path / "huge.onnx", nodes, ["out"], weights=times), places, "MB|memory")


@pytest.mark.parametrize("name", ["model.onnx", "MODEL.onnx"])
def test_numbers_that_bear_the_name_that_the_network_is_given(tmp_path, places, name):
    (tmp_path / name).write_bytes(DENSE.tobytes())
    path = clip_like(tmp_path / "c.onnx")
    model = onnx.load(path)
    tensor = next(t for t in model.graph.initializer if t.name == "dense")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=name)
    path.write_bytes(model.SerializeToString())
    refused(path, places, "must have another name")


def test_what_was_kept_stays_until_a_replacement_has_been_tried(tmp_path, places):
    before = vectors_of(clip_like(tmp_path / "good.onnx"), places)
    made = list(user_networks(places.folder))
    (tmp_path / "bad.onnx").write_bytes(b"\x08\x07")
    with pytest.raises(WeightsRefused):
        bring(tmp_path / "bad.onnx", wish(), places, set())
    assert list(user_networks(places.folder)) == made
    assert [path.name for path in places.folder.iterdir()] == ["mine"]
    np.testing.assert_array_equal(choose("mine", places, "auto").load().embed(PICTURES), before)


def test_a_replacement_leaves_nothing_of_the_one_before(tmp_path, places):
    bring(clip_like(tmp_path / "one.onnx"), wish(), places, set())
    made = bring(classifier(tmp_path / "other.onnx"), wish(), places, set())
    kept = {path.name for path in (places.folder / "mine").iterdir()}
    assert kept == {"network.json", made.path(places).parent.name}


def test_numbers_beside_it_that_have_changed_are_found(tmp_path, places):
    loaded = onnx.load(clip_like(tmp_path / "clip.onnx"))
    path = tmp_path / "big.onnx"
    onnx.save(loaded, path, save_as_external_data=True, size_threshold=0, location="numbers.data")
    made = bring(path, wish(), places, set())
    verify(made, places)
    numbers = made.path(places).with_name("numbers.data")
    numbers.write_bytes(numbers.read_bytes()[:-1] + b"!")
    with pytest.raises(WeightsRefused, match="not the file that was taken in"):
        verify(made, places)
