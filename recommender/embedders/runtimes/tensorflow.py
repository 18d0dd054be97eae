"""TensorFlow, the reference runtime.

TensorFlow is imported inside functions only: a web worker never pays for it.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from recommender.embedders.contract import Seen
from recommender.embedders.graph import (
    PICTURE,
    Addition,
    Arrays,
    Concatenation,
    Convolution,
    Dense,
    DepthwiseConvolution,
    GlobalPooling,
    Graph,
    Layer,
    MaxPooling,
)
from recommender.embedders.pictures import Preprocessing


class TensorFlowRuntime:
    """n decoded pictures -> (n, dimension) float32, and what they were pooled from."""

    def __init__(self, graph: Graph, arrays: Arrays, preprocessing: Preprocessing) -> None:
        tf = import_tensorflow()
        constants = {name: tf.constant(arrays[name]) for name in graph.shapes()}
        self._last, self._places = graph.layers[-1].name, graph.places()
        self._compute, self._compute_with_places = (
            tf.function(
                lambda pictures, wanted=wanted: _forward(tf, graph, constants, pictures, wanted),
                input_signature=[tf.TensorSpec((None, graph.side, graph.side, 3), tf.float32)],
                autograph=False,
            )
            for wanted in ((self._last,), (self._last, *self._places))
        )
        self._to_input = preprocessing.to_input

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        (vectors,) = self._compute(self._to_input(np.stack(pictures)))
        return np.asarray(vectors.numpy(), np.float32)

    def with_places(self, pictures: Sequence[np.ndarray]) -> Seen:
        vectors, *places = self._compute_with_places(self._to_input(np.stack(pictures)))
        named = zip(self._places, places, strict=True)
        return Seen(
            np.asarray(vectors.numpy(), np.float32), {name: found.numpy() for name, found in named}
        )


def _forward(
    tf: Any, graph: Graph, arrays: dict[str, Any], pictures: Any, wanted: Sequence[str]
) -> list[Any]:
    outputs = {PICTURE: pictures}
    for layer in graph.layers:
        outputs[layer.name] = _step(tf, layer, arrays, *(outputs[name] for name in layer.sources))
    return [outputs[name] for name in wanted]


def _step(tf: Any, layer: Layer, arrays: dict[str, Any], x: Any, *others: Any) -> Any:
    match layer:
        case Convolution():
            return _convolution(tf, layer, arrays, x)
        case MaxPooling():
            return tf.nn.max_pool2d(x, 2, 2, "VALID")
        case Addition():
            return tf.add_n([x, *others])
        case GlobalPooling():
            weights = layer.weights(*x.shape[1:3])[..., None]
            return tf.reduce_sum(weights * x**layer.power, (1, 2)) ** (1 / layer.power)
        case Concatenation():
            return tf.concat([x, *others], 1)
        case Dense():
            flat = tf.reshape(x, (-1, layer.inputs))
            product = flat @ arrays[f"{layer.name}/kernel"] + arrays[f"{layer.name}/bias"]
            return tf.nn.relu(product)
    raise TypeError(f"{layer} is not known.")


def _convolution(tf: Any, layer: Convolution, arrays: dict[str, Any], x: Any) -> Any:
    kernel, bias = arrays[f"{layer.name}/kernel"], arrays[f"{layer.name}/bias"]
    if isinstance(layer, DepthwiseConvolution):
        x = tf.nn.depthwise_conv2d(x, kernel, (1, layer.stride, layer.stride, 1), "SAME")
    else:
        x = tf.nn.conv2d(x, kernel, layer.stride, "SAME")
    x = tf.nn.bias_add(x, bias)
    if not layer.ceiling:
        return x
    return tf.nn.relu(x) if np.isinf(layer.ceiling) else tf.clip_by_value(x, 0, layer.ceiling)


def sees_gpu() -> bool:
    """Whether TensorFlow can compute on a GPU of this machine."""
    return bool(import_tensorflow().config.list_physical_devices("GPU"))


def import_tensorflow() -> Any:
    """The module, imported without its chatter."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _without_native_chatter():
        import tensorflow
    return tensorflow


@contextmanager
def _without_native_chatter() -> Iterator[None]:
    """TensorFlow's C++ part writes to descriptor 2, past sys.stderr; exceptions still come."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
