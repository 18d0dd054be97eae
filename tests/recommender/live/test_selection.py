"""Which embedder the settings ask for."""

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from recommender.embedders import registry, runtimes
from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks.user_onnx import UserOnnxNetwork
from recommender.embedders.registry import PREFERRED, embedder_spec
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.live import publishing, selection
from recommender.live.paths import index_path


def has_index(name):
    index_path(name).parent.mkdir(parents=True, exist_ok=True)
    index_path(name).touch()


def test_a_named_embedder_is_the_one_that_is_served_index_or_not(settings):
    settings.EMBEDDER = "vgg16-fc1"
    assert selection.name_served() == selection.name_to_build() == "vgg16-fc1"


def test_auto_serves_the_best_that_has_an_index(settings):
    settings.EMBEDDER = "auto"
    assert selection.name_served() == PREFERRED[-1]  # none has: what a build would make
    has_index("fake")
    assert selection.name_served() == "fake"
    for name in reversed(PREFERRED):
        has_index(name)
        assert selection.name_served() == name


def test_a_file_of_weights_in_the_settings_is_that_network_s(settings, tmp_path):
    assert selection.weight_places().configured == {}
    settings.VGG16_WEIGHTS = tmp_path / "vgg.h5"
    assert selection.weight_places().configured == {"vgg16": tmp_path / "vgg.h5"}
    assert selection.weight_places().folder == tmp_path / "weights"


@pytest.mark.parametrize(
    ("wanted", "count", "approximate"),
    [("exact", 10**9, False), ("approximate", 30_000, True), ("auto", 200_000, False),
     ("auto", 200_001, True)],
)  # fmt: skip
def test_lists_are_approximate_where_that_is_asked_or_the_pairs_are_too_many(
    settings, wanted, count, approximate
):
    settings.LISTS = wanted
    assert selection.approximate(count) is approximate


@pytest.mark.parametrize(
    ("wanted", "may"), [("exact", False), ("approximate", True), ("auto", True)]
)
def test_a_live_query_may_read_a_part_unless_exact_lists_are_asked(settings, wanted, may):
    settings.LISTS = wanted
    assert selection.may_be_approximate() is may


class Chosen:
    """An embedder that counts how often it is loaded."""

    def __init__(self, name, sha256="0", precision="float32"):
        self.spec = SimpleNamespace(name=name, precision=precision)
        self.weights_sha256 = sha256
        self.loads = 0

    def load(self):
        self.loads += 1
        return object()


@pytest.fixture(autouse=True)
def nothing_is_loaded(monkeypatch):
    monkeypatch.setattr(selection, "_loaded", {})


def load(chosen: Any):
    return selection.loaded(chosen)


def test_an_embedder_is_loaded_once_and_the_last_one_is_kept():
    one, other = Chosen("a"), Chosen("b")
    assert load(one) is load(one)
    load(other)
    load(one)
    assert (one.loads, other.loads) == (2, 1)


def test_other_weights_are_another_embedder():
    old, new = Chosen("a", "1"), Chosen("a", "2")
    assert load(old) is not load(new)


def test_another_precision_is_another_embedder():
    assert load(Chosen("a")) is not load(Chosen("a", precision="bfloat16"))


def test_visitors_at_once_load_it_once():
    one = Chosen("a")
    threads = [threading.Thread(target=load, args=[one]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one.loads == 1


LITE, BOTH = "efficientnet-lite2", ("float32", "bfloat16")


@pytest.fixture
def a_processor_with_bfloat16(monkeypatch):
    monkeypatch.setattr(selection, "has_bfloat16", lambda: True)


def indexed_in(precision):
    """A live index of EfficientNet-Lite2, of one product."""
    spec = replace(embedder_spec(LITE), precision=precision)
    vectors = np.ones((1, spec.dimension), np.float32)
    publishing.publish(
        SimilarityIndex.build(Manifest.of(spec, "0" * 64), ["1"], ["0" * 64], vectors)
    )


@pytest.mark.parametrize("live", BOTH)
def test_auto_keeps_to_what_the_live_index_is_in(settings, a_processor_with_bfloat16, live):
    assert selection.precision_to_build(LITE) == "float32"  # at first
    indexed_in(live)
    assert selection.precision_to_build(LITE) == live


def test_auto_takes_float32_where_bfloat16_cannot_be_had_any_more(settings, monkeypatch):
    indexed_in("bfloat16")
    monkeypatch.setattr(selection, "has_bfloat16", lambda: False)
    assert selection.precision_to_build(LITE) == "float32"
    monkeypatch.setattr(selection, "has_bfloat16", lambda: True)
    settings.RUNTIME = "ncnn"
    assert selection.precision_to_build(LITE) == "float32"


@pytest.mark.parametrize("wanted", BOTH)
@pytest.mark.parametrize("live", BOTH)
def test_a_precision_that_is_asked_for_is_taken_whatever_is_live(settings, wanted, live):
    indexed_in(live)
    settings.PRECISION = wanted
    assert selection.precision_to_build(LITE) == wanted


def test_vgg16_and_networks_of_ones_own_are_in_float32_always(settings, monkeypatch):
    settings.PRECISION = "bfloat16"
    own = UserOnnxNetwork("own", 8, (0,) * 3, (1,) * 3, "nchw", "out", 2, "own.onnx", "0" * 64)
    monkeypatch.setitem(registry.NETWORKS, "own", own)
    monkeypatch.setitem(registry.EMBEDDERS, "own", own.specs()[0])
    for name in ("vgg16", "vgg16-pool5", "vgg16-untrained", "own"):
        assert selection.precision_to_build(name) == "float32"
    with pytest.raises(EmbedderError, match="vgg16-untrained is computed in float32 only"):
        selection.embedder_to_build("vgg16-untrained", "bfloat16")


def test_bfloat16_is_refused_in_a_sentence_where_it_cannot_be_had(settings, monkeypatch):
    settings.PRECISION = "bfloat16"
    monkeypatch.setattr(runtimes, "has_bfloat16", lambda: False)
    with pytest.raises(EmbedderError, match="This processor does not compute in bfloat16"):
        selection.embedder_to_build(LITE)
    settings.RUNTIME = "ncnn"
    with pytest.raises(EmbedderError, match="RUNTIME=ncnn computes in float32 only"):
        selection.embedder_to_build(LITE)


def test_a_build_and_a_visitor_s_picture_are_computed_in_the_precision_asked_for(
    settings, monkeypatch
):
    monkeypatch.setattr(runtimes, "has_bfloat16", lambda: True)
    settings.PRECISION = "bfloat16"
    assert selection.embedder_to_build(LITE).spec.precision == "bfloat16"
    for precision in BOTH:
        assert selection.embedder_to_serve(LITE, precision).spec.precision == precision
