"""A tiny pair of towers, for pictures and texts, whose right answers are known."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks import onnx_import
from recommender.embedders.networks.onnx_import import bring, verify
from recommender.embedders.networks.onnx_trial import OnnxOptions, TextFiles
from recommender.embedders.networks.user_onnx import user_networks
from recommender.embedders.runtimes.text import TextRuntime
from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from recommender.embedders.weights.source import Places

NONE = (0.0, 0.0, 0.0)
WHOLE = (255.0, 255.0, 255.0)
VOCABULARY = {"<pad>": 0, "red": 1, "green": 2, "blue": 3, "[UNK]": 4}
# What each token stands for in the space of pictures, which is that of their mean colours.
MEANINGS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]], np.float32)
IDS, MASK = "input_ids", "attention_mask"


def saved(path, nodes, inputs, outputs, arrays):
    graph = helper.make_graph(
        nodes, "small",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def pictures(path):
    """Its mean colour is a picture's vector."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["image_embeds"]),
    ]
    inputs = [("pixels", TensorProto.FLOAT, ("n", 3, 8, 8))]
    return saved(path, nodes, inputs, ["image_embeds"], {})


def texts(path, meanings=MEANINGS, length="tokens", kind=TensorProto.INT64, more=()):
    """The sum of what the tokens mean; with the mask, of those that are there."""
    nodes = [
        helper.make_node("Gather", ["meanings", IDS], ["each"]),
        helper.make_node("Cast", [MASK], ["there"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["there", "last"], ["weights"]),
        helper.make_node("Mul", ["each", "weights"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "middle"], ["text_embeds"], keepdims=0),
    ]
    axes = {"last": np.array([2], np.int64), "middle": np.array([1], np.int64)}
    inputs = [(IDS, kind, ("n", length)), (MASK, kind, ("n", length))]
    return saved(path, nodes, inputs, ["text_embeds", *more], {"meanings": meanings, **axes})


def tokenizer(path):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    made = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(path))
    return path


@pytest.fixture
def pair(tmp_path):
    """The two ONNX files and the tokenizer, in a folder of the user's."""
    folder = tmp_path / "user"
    folder.mkdir()
    pictures(folder / "image.onnx")
    text = texts(folder / "text.onnx")
    return folder / "image.onnx", TextFiles(text, str(text), tokenizer(folder / "tokenizer.json"))


def brought(tmp_path, pair):
    image, text = pair
    options = OnnxOptions("colours", NONE, WHOLE)
    return bring(image, options, Places(tmp_path / "kept"), set(), text)


@pytest.mark.parametrize("length", ["tokens", 7])
@pytest.mark.parametrize("kind", [TensorProto.INT64, TensorProto.INT32])
def test_texts_are_where_their_words_are(tmp_path, length, kind):
    tower = TextRuntime(
        texts(tmp_path / "t.onnx", length=length, kind=kind), tokenizer(tmp_path / "t.json")
    )
    found = tower(["Red", "green blue", "red purple", "blue " * 90])
    assert found[:3].tolist() == [[1, 0, 0], [0, 1, 1], [1, 0, 0]]
    assert found[3].tolist() == [0, 0, 7 if length == 7 else 77]
    assert found.dtype == np.float32


def test_a_pair_is_kept_tried_and_known_again(tmp_path, pair):
    network = brought(tmp_path, pair)
    places = Places(tmp_path / "kept")
    assert (network.dimension, network.text.output) == (3, "text_embeds")
    (again,) = user_networks(places.folder)
    assert again == network
    assert again.text.load(again.name, places)(["green"]).tolist() == [[0, 1, 0]]
    verify(again, places)
    again.text.path(again.name, places).with_name("tokenizer.json").write_text("{}")
    with pytest.raises(WeightsRefused, match="not the file that was taken in"):
        verify(again, places)


def test_a_network_brought_without_texts_again_has_none(tmp_path, pair):
    with_texts = brought(tmp_path, pair)
    without = brought(tmp_path, (pair[0], None))
    assert (without.text, without.sha256) == (None, with_texts.sha256)
    assert [path.name for path in (tmp_path / "kept/colours").iterdir() if path.is_dir()] == [
        with_texts.sha256[:16]
    ]


def refused(tmp_path, pair, **changed):
    from dataclasses import replace

    with pytest.raises((WeightsRefused, WeightsMissing)) as error:
        brought(tmp_path, (pair[0], replace(pair[1], **changed)))
    assert list((tmp_path / "kept").glob("*/network.json")) == []
    return str(error.value)


def test_a_tower_of_another_dimension_is_refused_and_nothing_is_kept(tmp_path, pair):
    texts(pair[1].model, np.eye(5, 4, dtype=np.float32))
    sentence = refused(tmp_path, pair)
    assert sentence == (
        f"{pair[1].model}: it gives 4 numbers for a text, and {pair[0]} 3 for a picture; the two "
        "must be of one space."
    )


def test_a_tower_that_says_the_same_of_all_texts_is_refused(tmp_path, pair):
    texts(pair[1].model, np.zeros((5, 3), np.float32))
    assert "different for different texts" in refused(tmp_path, pair)


def test_what_is_no_tokenizer_is_refused_by_its_name(tmp_path, pair):
    pair[1].tokenizer.write_text(json.dumps({"version": "1.0"}))
    assert "tokenizer.json: it is no tokenizer.json" in refused(tmp_path, pair)


def test_a_token_that_the_tower_does_not_know_is_refused(tmp_path, pair):
    """OpenVINO may read beside the table, or refuse; either way nothing is kept."""
    texts(pair[1].model, MEANINGS[:1])
    assert str(pair[1].model) in refused(tmp_path, pair)


def test_a_network_of_pictures_is_no_tower(tmp_path, pair):
    assert "expected tokens, whole numbers" in refused(tmp_path, pair, model=pair[0])


def test_a_file_that_is_not_there_is_named(tmp_path, pair):
    assert "gone.json: there is no such file" in refused(
        tmp_path, pair, tokenizer=tmp_path / "gone.json"
    )


def test_one_that_never_ends_is_ended(tmp_path, pair, monkeypatch):
    monkeypatch.setattr(onnx_import, "SECONDS", 0)
    monkeypatch.setattr(onnx_import, "BYTES_A_SECOND", 10**12)
    assert "it took more than 0 s" in refused(tmp_path, pair)


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tokenizers", None)
    with pytest.raises(EmbedderError, match="pip install tokenizers"):
        TextRuntime(texts(tmp_path / "t.onnx"), tmp_path / "t.json")
