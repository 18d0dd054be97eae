"""OpenVINO, the fastest runtime of networks whose convolutions are mostly 1×1 and depthwise.

A picture a request, on as many streams as there are cores: a vector never depends on its batch.
The model is built here from the arrays that every runtime takes; nothing is converted beforehand.
OpenVINO is imported inside functions only.
"""

import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property, partial, reduce
from typing import Any

import numpy as np

from recommender.embedders.contract import BFLOAT16, FLOAT32, Seen
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
from recommender.embedders.runtimes import cores

# Results of one request: a tensor's name -> the array.
Outputs = dict[str, np.ndarray]
# Precisions as OpenVINO calls them.
_HINTS = {FLOAT32: "f32", BFLOAT16: "bf16"}


class OpenVinoRuntime:
    """n decoded pictures -> (n, dimension) float32, and what they were pooled from.

    Safe to call from several threads.
    """

    def __init__(
        self,
        graph: Graph,
        arrays: Arrays,
        preprocessing: Preprocessing,
        precision: str = FLOAT32,
    ) -> None:
        self._last, self._places = graph.layers[-1].name, graph.places()
        self._to_input = preprocessing.to_input
        self._network = partial(_Network, graph, arrays, precision)
        self._vectors = self._network([self._last])

    @cached_property
    def _vectors_and_places(self) -> "_Network":
        return self._network([self._last, *self._places])

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        found = self._vectors(self._planes(pictures))
        return np.concatenate([outputs[self._last] for outputs in found])

    def with_places(self, pictures: Sequence[np.ndarray]) -> Seen:
        found = self._vectors_and_places(self._planes(pictures))
        places = {
            name: np.concatenate([outputs[name] for outputs in found]).transpose(0, 2, 3, 1)
            for name in self._places
        }
        return Seen(np.concatenate([outputs[self._last] for outputs in found]), places)

    def _planes(self, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
        """n (side, side, 3) uint8 -> n (1, 3, side, side) float32."""
        return [
            np.ascontiguousarray(self._to_input(picture).transpose(2, 0, 1)[None])
            for picture in pictures
        ]


class _Network:
    """The wanted layers of a graph, for n (1, 3, side, side) planes.

    In bfloat16 it is two networks: the first layers stay in float32, as the graph says.
    """

    def __init__(self, graph: Graph, arrays: Arrays, precision: str, wanted: Sequence[str]) -> None:
        self._wanted, self._middle = wanted, graph.float32_until
        shape = [1, 3, graph.side, graph.side]
        if precision == FLOAT32:
            self._steps = [compiled(model(graph.layers, arrays, wanted, PICTURE, shape))]
            return
        before, after = graph.up_to(self._middle)
        first = model(before, arrays, [self._middle], PICTURE, shape)
        shape = list(first.output(0).get_shape())
        second = model(after, arrays, wanted, self._middle, shape)
        self._steps = [compiled(first), compiled(second, precision)]

    def __call__(self, planes: Sequence[np.ndarray]) -> list[Outputs]:
        *before, last = self._steps
        for step in before:
            found = run_each(step, planes, [self._middle])
            planes = [outputs[self._middle] for outputs in found]
        return run_each(last, planes, self._wanted)


def compiled(network: Any, precision: str = FLOAT32) -> Any:
    """An OpenVINO model, ready to compute on all cores that this process may use."""
    openvino = import_openvino()
    settings = {
        "INFERENCE_PRECISION_HINT": _HINTS[precision],
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": str(cores()),
        "INFERENCE_NUM_THREADS": str(cores()),
        # Several workers share the cores: none is tied to one.
        "ENABLE_CPU_PINNING": "NO",
    }
    with _one_at_a_time:
        return openvino.Core().compile_model(network, "CPU", settings)


def capabilities() -> list[str]:
    """What the processor can compute in, in OpenVINO's words: FP32, BF16 …"""
    with _one_at_a_time:
        return list(import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def import_openvino() -> Any:
    """The module, without its telemetry: that would tell a server of each start, from a fork.

    OpenVINO does without where the package `openvino_telemetry` cannot be imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


# Only one thread of Python may be inside OpenVINO: two that came at once for the first time have
# waited for each other for ever, one with the interpreter's lock, one with OpenVINO's.
_one_at_a_time = threading.Lock()


def run_each(network: Any, inputs: Sequence[np.ndarray], wanted: Sequence[str]) -> list[Outputs]:
    """The wanted outputs of a compiled network for each input, in order; a request a stream."""
    ways = min(cores(), len(inputs))
    found: list[Outputs] = []
    with _one_at_a_time:
        requests = [network.create_infer_request() for _ in range(ways)]
        for number, planes in enumerate(inputs):
            request = requests[number % ways]
            if number >= ways:
                found.append(_outputs(request, wanted))
            request.start_async({0: planes})
        for number in range(max(0, len(inputs) - ways), len(inputs)):
            found.append(_outputs(requests[number % ways], wanted))
    return found


def run_named(network: Any, inputs: Mapping[str, np.ndarray], wanted: str) -> np.ndarray:
    """The wanted output of a compiled network for these inputs, by their names."""
    with _one_at_a_time:
        request = network.create_infer_request()
        request.infer(dict(inputs))
        return np.array(request.get_tensor(wanted).data)


def _outputs(request: Any, wanted: Sequence[str]) -> Outputs:
    request.wait()
    return {name: request.get_tensor(name).data.copy() for name in wanted}


def model(
    layers: Sequence[Layer],
    arrays: Arrays,
    wanted: Sequence[str],
    source: str,
    shape: Sequence[int],
) -> Any:
    """The layers as an OpenVINO model of `source` of that shape; outputs bear their names."""
    openvino = import_openvino()
    ops = openvino.opset1
    given = ops.parameter(list(shape), np.float32, source)
    nodes: dict[str, Any] = {source: given}
    for layer in layers:
        nodes[layer.name] = _step(ops, layer, arrays, [nodes[name] for name in layer.sources])
    results = []
    for name in wanted:
        nodes[name].output(0).set_names({name})
        results.append(ops.result(nodes[name]))
    return openvino.Model(results, [given], "network")


def _step(ops: Any, layer: Layer, arrays: Arrays, sources: list[Any]) -> Any:
    x = sources[0]
    match layer:
        case Convolution():
            return _convolution(ops, layer, arrays, x)
        case MaxPooling():
            return ops.max_pool(x, [2, 2], [0, 0], [0, 0], [2, 2])
        case Addition():
            return reduce(ops.add, sources)
        case GlobalPooling():
            return _pooling(ops, layer, x)
        case Concatenation():
            return ops.concat(sources, 1)
        case Dense():
            return _dense(ops, layer, arrays, x)
    raise TypeError(f"{layer} is not known.")


def _convolution(ops: Any, layer: Convolution, arrays: Mapping[str, np.ndarray], x: Any) -> Any:
    kernel, bias = arrays[f"{layer.name}/kernel"], arrays[f"{layer.name}/bias"]
    steps, none, dilations = [layer.stride] * 2, [0, 0], [1, 1]
    if isinstance(layer, DepthwiseConvolution):
        # (channels, output, input, y, x)
        filters = np.ascontiguousarray(kernel.transpose(2, 3, 0, 1)[:, :, None])
        x = ops.group_convolution(x, filters, steps, none, none, dilations, "same_upper")
    else:
        filters = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))
        x = ops.convolution(x, filters, steps, none, none, dilations, "same_upper")
    x = ops.add(x, bias.reshape(1, -1, 1, 1))
    if not layer.ceiling:
        return x
    return ops.relu(x) if np.isinf(layer.ceiling) else ops.clamp(x, 0.0, layer.ceiling)


def _pooling(ops: Any, layer: GlobalPooling, x: Any) -> Any:
    height, width = list(x.output(0).get_shape())[2:]
    power = reduce(ops.multiply, [x] * layer.power)
    weights = layer.weights(height, width)[None, None]
    means = ops.reduce_sum(ops.multiply(power, weights), np.array([2, 3], np.int64))
    return ops.power(means, np.float32(1 / layer.power)) if layer.power > 1 else means


def _dense(ops: Any, layer: Dense, arrays: Arrays, x: Any) -> Any:
    if len(x.output(0).get_shape()) == 4:
        x = ops.transpose(x, np.array([0, 2, 3, 1], np.int64))
        x = ops.reshape(x, np.array([1, layer.inputs], np.int64), special_zero=False)
    product = ops.matmul(x, arrays[f"{layer.name}/kernel"], False, False)
    return ops.relu(ops.add(product, arrays[f"{layer.name}/bias"].reshape(1, -1)))
