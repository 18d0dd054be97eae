import numpy as np
import pytest

from recommender.embedders.networks import vgg16
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.runtimes import RUNTIMES, make_runtime
from recommender.embedders.weights.seeded import seeded_arrays
from tests.plain_network import plain_forward

NARROW = vgg16.graph(width=0.125, side=64, dense=(96, 80))
SEEN = Preprocessing(64, "bgr", (103.939, 116.779, 123.68))
EITHER = [pytest.param(r, marks=pytest.mark.slow if r == "tensorflow" else ()) for r in RUNTIMES]


def pictures(count, side):
    return list(np.random.default_rng(3).integers(0, 256, (count, side, side, 3), np.uint8))


def with_biases(graph):
    random = np.random.default_rng(4)
    return {
        name: array + (0.1 * random.standard_normal(array.shape) if array.ndim == 1 else 0)
        for name, array in seeded_arrays(graph, seed=1).items()
    }


def off(found, expected) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def test_vgg16_has_138_million_weights_less_the_classifiers():
    numbers = sum(int(np.prod(shape)) for shape in vgg16.graph().shapes().values())
    assert numbers == 138_357_544 - 4097 * 1000


@pytest.mark.parametrize("runtime", EITHER)
@pytest.mark.parametrize("layer", ["pool5", "fc1", "fc2"])
def test_each_cut_gives_what_a_plain_float64_forward_gives(runtime, layer):
    arrays = {name: array.astype(np.float32) for name, array in with_biases(NARROW).items()}
    some = pictures(3, 64)
    found = make_runtime(runtime, NARROW.cut(layer), arrays, SEEN)(some)
    for picture, vector in zip(some, found, strict=True):
        assert off(vector, plain_forward(arrays, picture)[layer]) <= 1e-4


def test_a_cut_computes_nothing_that_it_does_not_need():
    assert "fc1/kernel" not in NARROW.cut("pool5").shapes()
    assert "fc2/kernel" not in NARROW.cut("fc1").shapes()
    assert "pool5" not in [layer.name for layer in NARROW.cut("fc2").layers]


def test_a_vector_does_not_depend_on_its_batch():
    arrays = seeded_arrays(NARROW, seed=1)
    compute = make_runtime("ncnn", NARROW.cut("fc2"), arrays, SEEN)
    some = pictures(40, 64)
    together = compute(some)
    for size in (1, 5, 32):
        parts = [compute(some[start : start + size]) for start in range(0, 40, size)]
        np.testing.assert_array_equal(np.concatenate(parts), together)


@pytest.mark.slow
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_at_full_width_fc2_is_what_a_plain_float64_forward_gives(runtime):
    arrays = seeded_arrays(vgg16.graph(), seed=16)
    (picture,) = pictures(1, 224)
    graph = vgg16.graph().cut("fc2")
    (found,) = make_runtime(runtime, graph, arrays, vgg16.NETWORK.preprocessing)([picture])
    assert off(found, plain_forward(arrays, picture)["fc2"]) <= 1e-4
