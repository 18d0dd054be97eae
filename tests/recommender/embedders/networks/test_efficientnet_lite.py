from pathlib import Path

import numpy as np
import pytest

from recommender.embedders.networks.efficientnet_lite import NETWORK, stages
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


@pytest.mark.parametrize(
    "runtime", [pytest.param(name, marks=pytest.mark.slow if name == "tensorflow" else ()) for name in RUNTIMES]
)  # fmt: skip
def test_its_vectors_are_those_of_an_independent_float64_reference(arrays, runtime):
    truth = np.load(TRUTH)
    compute = make_runtime(runtime, NETWORK.graph, arrays, NETWORK.preprocessing)
    found = compute(list(truth["pixels"]))
    off = np.linalg.norm(found - truth["gem3"], axis=1) / np.linalg.norm(truth["gem3"], axis=1)
    assert found.dtype == np.float32
    assert off.max() <= 1e-4
