"""The files that VGG-16's weights are found in, each with a layout of its own.

A layout is known by the names in the file. What it holds is laid as ours lie: kernels (y, x,
inputs, outputs) for blue-green-red pictures less the ImageNet means, fc1's rows in the order
(y, x, channel).
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from recommender.embedders.graph import Convolution, Dense, Graph, Layer
from recommender.embedders.weights.errors import WeightsRefused
from recommender.embedders.weights.reading import WeightsFile
from recommender.embedders.weights.store import Converted

# What Keras Applications fetches, and the MD5 that it checks.
KERAS_FILE = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
KERAS_URL = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg16/{KERAS_FILE}"
KERAS_MD5 = "64373286793e3c8b2b4e3219cbf3544b"

# How torchvision shows its pictures, on the scale of 0 to 255, and how we do: blue, green, red.
TORCH_MEAN = 255 * np.array([0.406, 0.456, 0.485])
TORCH_DEVIATION = 255 * np.array([0.225, 0.224, 0.229])
OUR_MEAN = np.array([103.939, 116.779, 123.68])

Pairs = dict[str, tuple[np.ndarray, np.ndarray]]


def keras_cache() -> Path | None:
    """The ImageNet weights of VGG-16 that Keras has fetched, if it has."""
    home = os.environ.get("KERAS_HOME")
    path = (Path(home) if home else Path.home() / ".keras") / "models" / KERAS_FILE
    return path if path.is_file() else None


def as_ours(brought: WeightsFile, graph: Graph) -> Converted:
    """A file's arrays, by our names. Raises WeightsRefused for a layout that is not known."""
    for mark, layout, convert in _LAYOUTS:
        if any(re.search(mark, name) for name in brought.arrays):
            pairs = convert(brought, _layers(graph))
            return Converted(layout, _named(pairs))
    some = ", ".join(sorted(brought.arrays)[:3]) or "none"
    raise WeightsRefused(
        f"{brought.file}: expected VGG-16's arrays as Keras, Theano, Caffe or torchvision name "
        f"them, found others ({some} …)."
    )


def _layers(graph: Graph) -> list[Layer]:
    return [layer for layer in graph.layers if layer.shapes()]


def _named(pairs: Pairs) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for name, (kernel, bias) in pairs.items():
        arrays |= {f"{name}/kernel": kernel, f"{name}/bias": bias}
    return arrays


def _keras(brought: WeightsFile, layers: list[Layer]) -> Pairs:
    """`block1_conv1/block1_conv1_W_1:0` of Keras 1 and 2, wherever in the file the groups lie."""
    names = [layer.name for layer in layers]
    _require_order(brought, names)
    found: dict[str, list[np.ndarray]] = {}
    for path, array in brought.arrays.items():
        mentioned = [name for part in path.split("/") for name in names if _mentions(part, name)]
        if mentioned:
            _require(len(set(mentioned)) == 1, brought, path, "an array of one layer", mentioned)
            found.setdefault(mentioned[0], []).append(array)
    return {name: _pair(brought, name, arrays) for name, arrays in found.items()}


def _mentions(part: str, name: str) -> bool:
    """fc1, fc1_W_1:0 and fc1/kernel:0 are of layer fc1; fc10 is not."""
    return re.match(rf"{name}(?![0-9a-zA-Z])", part) is not None


def _require_order(brought: WeightsFile, names: list[str]) -> None:
    """Keras itself goes by `layer_names`: what they say must be what the groups are called."""
    for key, listed in brought.words.items():
        if key.endswith("@layer_names"):
            ours = [name for name in listed if name in names]
            expected = [name for name in names if name in ours]
            for found, wanted in zip(ours, expected, strict=True):
                _require(found == wanted, brought, "layer_names", wanted, found)


def _pair(
    brought: WeightsFile, name: str, arrays: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    kernels = [array for array in arrays if array.ndim > 1]
    biases = [array for array in arrays if array.ndim == 1]
    counts = (len(kernels), len(biases))
    _require(counts == (1, 1), brought, name, "a kernel and a bias", f"{counts[0]} and {counts[1]}")
    return kernels[0], biases[0]


def _keras3(brought: WeightsFile, layers: list[Layer]) -> Pairs:
    """`layers/conv2d_3/vars/0`; the name that the layer had is an attribute of `vars`."""
    groups: dict[str, list[np.ndarray]] = {}
    for path, array in brought.arrays.items():
        if match := re.fullmatch(r"(.*/vars)/(\d+)", path):
            groups.setdefault(match[1], []).append(array)
    names = {layer.name for layer in layers}
    said = {group: brought.words.get(f"{group}@name", [""])[0] for group in groups}
    if not names & set(said.values()):
        said = _by_number(list(groups), layers)
    return {said[g]: _pair(brought, said[g], a) for g, a in groups.items() if said.get(g) in names}


def _by_number(groups: list[str], layers: list[Layer]) -> dict[str, str]:
    """conv2d, conv2d_1 … are the convolutions in order, dense, dense_1 … the dense layers."""
    said: dict[str, str] = {}
    for kind, prefix in ((Convolution, "conv2d"), (Dense, "dense")):
        numbered = {}
        for group in groups:
            if match := re.search(rf"(?:^|/){prefix}(?:_(\d+))?/vars$", group):
                numbered[int(match[1] or 0)] = group
        ordered = [numbered[number] for number in sorted(numbered)]
        ours = [layer.name for layer in layers if isinstance(layer, kind)]
        said |= dict(zip(ordered, ours, strict=False))
    return said


def _theano(brought: WeightsFile, layers: list[Layer]) -> Pairs:
    """`layer_1/param_0`, the tutorial's: (outputs, inputs, y, x); Theano turns kernels round."""
    numbers = sorted({int(m[1]) for path in brought.arrays if (m := _THEANO.fullmatch(path))})
    pairs = {}
    for number, layer in zip(numbers, layers, strict=False):
        kernel = _array(brought, f"layer_{number}/param_0")
        if isinstance(layer, Convolution) and kernel.ndim == 4:
            kernel = kernel[:, :, ::-1, ::-1].transpose(2, 3, 1, 0)
        pairs[layer.name] = kernel, _array(brought, f"layer_{number}/param_1")
    return _rows_from_channels(pairs, layers)


_THEANO = re.compile(r"layer_(\d+)/param_[01]")


def _caffe(brought: WeightsFile, layers: list[Layer]) -> Pairs:
    """`conv1_1_W`, `fc6_W`: named as Caffe names them, laid as ours."""
    pairs = {}
    for layer in layers:
        block = re.fullmatch(r"block(\d)_conv(\d)", layer.name)
        theirs = f"conv{block[1]}_{block[2]}" if block else {"fc1": "fc6", "fc2": "fc7"}[layer.name]
        if f"{theirs}_W" in brought.arrays or block:
            pairs[layer.name] = _array(brought, f"{theirs}_W"), _array(brought, f"{theirs}_b")
    return pairs


def _torchvision(brought: WeightsFile, layers: list[Layer]) -> Pairs:
    """`features.0.weight` (outputs, inputs, y, x), `classifier.0.weight` (outputs, inputs).

    The first layer is changed so that it takes our pictures: the same answers to 1e-4, but for
    the outermost pixels, where zeros stand for slightly another colour.
    """
    numbers = _torchvision_numbers(layers)
    prefix = "module." if "module.features.0.weight" in brought.arrays else ""
    pairs = {}
    for layer in layers:
        theirs = prefix + numbers[layer.name]
        if f"{theirs}.weight" not in brought.arrays and isinstance(layer, Dense):
            continue
        kernel = _array(brought, f"{theirs}.weight")
        kernel = kernel.transpose(2, 3, 1, 0) if kernel.ndim == 4 else kernel.T
        pairs[layer.name] = kernel, _array(brought, f"{theirs}.bias")
    first = layers[0].name
    pairs[first] = _for_our_pictures(*pairs[first])
    return _rows_from_channels(pairs, layers)


def _torchvision_numbers(layers: list[Layer]) -> dict[str, str]:
    """A convolution and its ReLU take a number each, a pooling one; fc1 is 0 and fc2 is 3."""
    numbers = {"fc1": "classifier.0", "fc2": "classifier.3"}
    number, block = 0, "block1"
    for layer in layers:
        if isinstance(layer, Convolution):
            if not layer.name.startswith(block):
                number, block = number + 1, layer.name.split("_")[0]
            numbers[layer.name] = f"features.{number}"
            number += 2
    return numbers


def _for_our_pictures(kernel: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For red-green-blue, scaled -> for blue-green-red, less the means of ImageNet."""
    if kernel.ndim != 4 or kernel.shape[2] != 3:
        return kernel, bias  # of a wrong shape, as will be said
    scaled = kernel[:, :, ::-1].astype(np.float64) / TORCH_DEVIATION[:, None]
    shift = (scaled * (OUR_MEAN - TORCH_MEAN)[:, None]).sum(axis=(0, 1, 2))
    return scaled.astype(np.float32), (bias + shift).astype(np.float32)


def _rows_from_channels(pairs: Pairs, layers: list[Layer]) -> Pairs:
    """fc1's rows from the order (channel, y, x) into (y, x, channel)."""
    if "fc1" in pairs:
        kernel, bias = pairs["fc1"]
        channels = [layer.outputs for layer in layers if isinstance(layer, Convolution)][-1]
        side = round((kernel.shape[0] / channels) ** 0.5)
        if kernel.ndim == 2 and side * side * channels == len(kernel):
            places = kernel.reshape(channels, side, side, -1).transpose(1, 2, 0, 3)
            pairs["fc1"] = places.reshape(kernel.shape), bias
    return pairs


def _ours(brought: WeightsFile, layers: list[Layer]) -> Pairs:
    """Our own names: `fc1/kernel`."""
    names = [layer.name for layer in layers if f"{layer.name}/kernel" in brought.arrays]
    return {n: (_array(brought, f"{n}/kernel"), _array(brought, f"{n}/bias")) for n in names}


def _array(brought: WeightsFile, name: str) -> np.ndarray:
    _require(name in brought.arrays, brought, name, "an array", "none")
    return brought.arrays[name]


def _require(holds: bool, brought: WeightsFile, where: str, expected: str, found: object) -> None:
    if not holds:
        raise WeightsRefused(f"{brought.file}: {where}: expected {expected}, found {found}.")


_LAYOUTS: tuple[tuple[str, str, Callable[[WeightsFile, list[Layer]], Pairs]], ...] = (
    (r"(^|/)layers/\w+/vars/0$|_layer_checkpoint_dependencies/", "Keras 3", _keras3),
    (r"^layer_\d+/param_0$", "Theano", _theano),
    (r"^conv1_1_W$", "Caffe", _caffe),
    (r"^(module\.)?features\.0\.weight$", "torchvision", _torchvision),
    (r"^block1_conv1/kernel$", "ours", _ours),
    (r"(^|/)block1_conv1", "Keras", _keras),
)
