from pathlib import Path

import numpy as np
import pytest

from recommender.embedders.graph import GlobalPooling
from recommender.embedders.networks.efficientnet_lite import LAYER, NETWORK, stages
from recommender.embedders.runtimes import RUNTIMES, make_runtime
from recommender.embedders.weights.source import Places

TRUTH = Path(__file__).with_name("efficientnet-lite2.npz")


@pytest.fixture(scope="module")
def arrays():
    return NETWORK.source.find(NETWORK.graph, NETWORK.graph, Places(Path("nowhere"))).read()


def test_lite2_has_the_published_channels_and_blocks():
    assert [stage.channels for stage in stages(1.1, 1.2)] == [16, 24, 48, 88, 120, 208, 352]
    assert [stage.blocks for stage in stages(1.1, 1.2)] == [1, 3, 3, 4, 4, 5, 1]
    assert [stage.channels for stage in stages(1, 1)] == [16, 24, 40, 80, 112, 192, 320]


def test_its_weights_come_with_the_package_and_batch_norm_is_folded(arrays):
    assert {name: array.shape for name, array in arrays.items()} == NETWORK.graph.shapes()
    numbers = sum(array.size for array in arrays.values())
    channels = sum(array.size for name, array in arrays.items() if name.endswith("/bias"))
    # 6,092,072 parameters, as published; batch norm has two a channel where we have a bias.
    assert numbers + channels + (1280 + 1) * 1000 == 6_092_072


EITHER = pytest.mark.parametrize(
    "runtime", [pytest.param(name, marks=pytest.mark.slow if name == "tensorflow" else ()) for name in RUNTIMES]
)  # fmt: skip


def off(found, truth) -> float:
    """The greatest relative error of the rows."""
    return float((np.linalg.norm(found - truth, axis=1) / np.linalg.norm(truth, axis=1)).max())


@EITHER
def test_its_layers_are_those_of_an_independent_float64_reference(arrays, runtime):
    truth = np.load(TRUTH)
    for layer in ("gem3", "head_middle", "block15_middle"):
        compute = make_runtime(runtime, NETWORK.graph.cut(layer), arrays, NETWORK.preprocessing)
        found = compute(list(truth["pixels"]))
        assert found.dtype == np.float32
        assert off(found, truth[layer]) <= 1e-4


@EITHER
def test_two_layers_stand_side_by_side_in_one_pass_with_the_places_behind_them(arrays, runtime):
    truth = np.load(TRUTH)
    graph = NETWORK.graph.cut(LAYER)
    compute = make_runtime(runtime, graph, arrays, NETWORK.preprocessing)
    vectors, places = compute.with_places(list(truth["pixels"]))
    assert vectors.shape == (2, 2000)
    assert np.array_equal(vectors, compute(list(truth["pixels"])))
    assert off(vectors[:, :1280], truth["head_middle"]) <= 1e-4
    assert off(vectors[:, 1280:], truth["block15_middle"]) <= 1e-4
    assert places["head"].shape == (2, 9, 9, 1280)
    assert places["block15_expand"].shape == (2, 17, 17, 720)
    for found in places.values():
        assert found.min() == 0
        assert 5 < found.max() <= 6
    gem3 = np.mean(places["head"].astype(float) ** 3, axis=(1, 2)) ** (1 / 3)
    assert off(gem3, truth["gem3"]) <= 1e-4


def test_a_vector_does_not_depend_on_its_batch(arrays):
    pixels = list(np.load(TRUTH)["pixels"])
    graph = NETWORK.graph.cut(LAYER)
    compute = make_runtime("ncnn", graph, arrays, NETWORK.preprocessing)
    assert np.array_equal(compute(pixels)[1], compute(pixels[1:])[0])


def test_the_middle_weighs_more_and_all_weights_make_one():
    middle = GlobalPooling("", ("",), power=3, sigma=2.5).weights(9, 9)
    assert middle.sum() == pytest.approx(1)
    assert middle[4, 4] == middle.max()
    assert middle[4, 4] / middle[4, 6] == pytest.approx(np.exp(2**2 / (2 * 2.5**2)))
    assert np.array_equal(middle, middle[::-1, ::-1])
    assert np.allclose(GlobalPooling("", ("",)).weights(2, 4), 1 / 8)
