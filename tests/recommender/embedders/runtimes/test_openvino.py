"""OpenVINO computes, and tells nobody."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recommender.embedders.contract import PRECISIONS
from recommender.embedders.graph import (
    PICTURE,
    Addition,
    Concatenation,
    Convolution,
    Dense,
    DepthwiseConvolution,
    GlobalPooling,
    Graph,
    MaxPooling,
)
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.runtimes import has_bfloat16, make_runtime

ROOT = Path(__file__).resolve().parents[4]
SIDE = 14
SEEN = Preprocessing(SIDE, "rgb", (127.5,) * 3, (127.5,) * 3)
RANDOM = np.random.default_rng(4)
PICTURES = list(RANDOM.integers(0, 256, (5, SIDE, SIDE, 3), np.uint8))
# Every kind of layer: strides, odd sides, a sum, two outputs side by side, a dense layer.
BODY = (
    Convolution("stem", (PICTURE,), 3, 8, stride=2, ceiling=6.0),
    Convolution("wide", ("stem",), 8, 8, kernel=1),
    DepthwiseConvolution("filter", ("wide",), 8, 8, 5, 1, ceiling=6.0),
    Addition("sum", ("stem", "filter")),
    MaxPooling("small", ("sum",)),
)
POOLED = Graph(
    SIDE,
    (
        *BODY,
        GlobalPooling("plain", ("small",)),
        GlobalPooling("middle", ("sum",), power=3, sigma=1.5),
        Concatenation("both", ("plain", "middle")),
    ),
    float32_until="stem",
)
DENSE = Graph(SIDE, (*BODY, Dense("fc", ("small",), 72, 10)))


def computed(graph, name, precision="float32"):
    random = np.random.default_rng(1)
    arrays = {
        key: random.standard_normal(shape).astype(np.float32) / 2
        for key, shape in graph.shapes().items()
    }
    return make_runtime(name, graph, arrays, SEEN, precision)


@pytest.mark.parametrize("graph", [POOLED, DENSE], ids=["pooled", "dense"])
def test_it_computes_what_ncnn_computes(graph):
    found, expected = (computed(graph, name)(PICTURES) for name in ("openvino", "ncnn"))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    assert found.dtype == np.float32


def test_its_places_are_those_of_ncnn():
    found, expected = (
        computed(POOLED, name).with_places(PICTURES) for name in ("openvino", "ncnn")
    )
    assert list(found.places) == list(expected.places)
    for name, places in expected.places.items():
        np.testing.assert_allclose(found.places[name], places, rtol=1e-4, atol=1e-4)


def test_a_vector_does_not_depend_on_its_batch():
    runtime = computed(DENSE, "openvino")
    together = runtime(PICTURES)
    alone = np.concatenate([runtime([picture]) for picture in PICTURES])
    np.testing.assert_array_equal(together, alone)


needs_bfloat16 = pytest.mark.skipif(
    not has_bfloat16(), reason="needs a processor that computes in bfloat16"
)


def cosines(one, other):
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return (one * other).sum(axis=1) / lengths


@needs_bfloat16
def test_in_bfloat16_vectors_are_nearly_those_of_float32_and_never_the_same():
    float32, bfloat16 = (computed(POOLED, "openvino", p)(PICTURES) for p in PRECISIONS)
    assert cosines(float32, bfloat16).min() > 0.999
    assert not np.array_equal(float32, bfloat16)
    assert bfloat16.dtype == np.float32


@needs_bfloat16
def test_in_bfloat16_a_vector_depends_neither_on_its_batch_nor_on_asking_for_places():
    runtime = computed(POOLED, "openvino", "bfloat16")
    together = runtime(PICTURES)
    alone = np.concatenate([runtime([picture]) for picture in PICTURES])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(runtime.with_places(PICTURES).vectors, together)


TELLS = """
import os
from pathlib import Path
Path(os.environ["TOLD"]).touch()
"""
COMPUTES = """
from tests.recommender.embedders.runtimes.test_openvino import DENSE, PICTURES, computed
print(computed(DENSE, "openvino")(PICTURES).shape)
"""


def test_its_telemetry_is_never_loaded(tmp_path):
    package = tmp_path / "openvino_telemetry"
    (package / "backend").mkdir(parents=True)
    for file in (package / "__init__.py", package / "backend" / "__init__.py"):
        file.write_text(TELLS)
    told = tmp_path / "told"
    done = subprocess.run(
        [sys.executable, "-c", COMPUTES], capture_output=True, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "TOLD": str(told)},
    )  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("(5, 10)", 0), done.stderr
    assert not told.exists()
