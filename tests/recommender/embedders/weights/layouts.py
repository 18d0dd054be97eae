"""One set of arrays of VGG-16, written as each of the files that people have."""

import io
import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from safetensors.numpy import save_file

from recommender.embedders.networks import vgg16

NARROW = vgg16.graph(width=0.125, side=64, dense=(96, 80))
CLASSES = 7
Arrays = Mapping[str, np.ndarray]


def seeded() -> dict[str, np.ndarray]:
    """Kernels and biases of the narrow network, and of a classifier after it."""
    random = np.random.default_rng(7)
    shapes = NARROW.shapes() | {"predictions/kernel": (80, CLASSES), "predictions/bias": (CLASSES,)}
    return {
        name: random.standard_normal(shape, np.float32) / np.float32(np.sqrt(np.prod(shape[:-1])))
        for name, shape in shapes.items()
    }


def layers_of(arrays: Arrays) -> list[str]:
    return list(dict.fromkeys(name.split("/")[0] for name in arrays))


def without_top(arrays: Arrays) -> dict[str, np.ndarray]:
    return {name: array for name, array in arrays.items() if name.startswith("block")}


def channels_first(kernel: np.ndarray) -> np.ndarray:
    """fc1's rows in the order (channel, y, x)."""
    side = round((len(kernel) / 64) ** 0.5)
    return kernel.reshape(side, side, 64, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)


def keras1(path: Path, arrays: Arrays) -> None:
    """The published file: `block1_conv1/block1_conv1_W_1:0`."""
    with h5py.File(path, "w") as file:
        _keras_groups(file, arrays, lambda layer, part: f"{layer}_{'Wb'[part == 'bias']}_1:0")


def keras2(path: Path, arrays: Arrays) -> None:
    """`save_weights` of Keras 2: `block1_conv1/block1_conv1/kernel:0`."""
    with h5py.File(path, "w") as file:
        _keras_groups(file, arrays, lambda layer, part: f"{layer}/{part}:0")


def keras2_model(path: Path, arrays: Arrays) -> None:
    """`model.save`: the same below `model_weights`, and an optimizer's state."""
    with h5py.File(path, "w") as file:
        _keras_groups(
            file.create_group("model_weights"), arrays, lambda layer, part: f"{layer}/{part}:0"
        )
        state = file.create_group("optimizer_weights")
        state["block1_conv1/kernel/m:0"] = np.ones((3, 3, 3, 8), np.float32)


def _keras_groups(file, arrays, name: Callable[[str, str], str]) -> None:
    file.attrs["layer_names"] = [layer.encode() for layer in ["input_1", *layers_of(arrays)]]
    file.create_group("input_1").attrs["weight_names"] = []
    for layer in layers_of(arrays):
        group = file.create_group(layer)
        names = [name(layer, part) for part in ("kernel", "bias")]
        group.attrs["weight_names"] = [text.encode() for text in names]
        for text, part in zip(names, ("kernel", "bias"), strict=True):
            group[text] = arrays[f"{layer}/{part}"]


def keras3(path: Path, arrays: Arrays, named: bool = True) -> None:
    """`.weights.h5`: `layers/conv2d_3/vars/0`, the layer's name an attribute."""
    counts = {"conv2d": 0, "dense": 0}
    with h5py.File(path, "w") as file:
        for layer in layers_of(arrays):
            kind = "conv2d" if layer.startswith("block") else "dense"
            number = f"_{counts[kind]}" if counts[kind] else ""
            counts[kind] += 1
            group = file.create_group(f"layers/{kind}{number}/vars")
            if named:
                group.attrs["name"] = layer
            group["0"], group["1"] = arrays[f"{layer}/kernel"], arrays[f"{layer}/bias"]
        file["optimizer/vars/0"] = np.ones(3, np.float32)


def keras3_unnamed(path: Path, arrays: Arrays) -> None:
    """Keras 3's first releases wrote no names."""
    keras3(path, arrays, named=False)


def theano(path: Path, arrays: Arrays) -> None:
    """The tutorial's: every layer of a Sequential has a group, those without arrays too."""
    with h5py.File(path, "w") as file:
        number = 0
        for layer in layers_of(arrays):
            kernel = arrays[f"{layer}/kernel"]
            if kernel.ndim == 4:
                _theano_layer(file, number, [])  # the zero padding before each convolution
                number += 1
                kernel = kernel.transpose(3, 2, 0, 1)[:, :, ::-1, ::-1]
            if layer == "fc1":
                kernel = channels_first(kernel)
            _theano_layer(file, number, [kernel, arrays[f"{layer}/bias"]])
            number += 1
        file.attrs["nb_layers"] = number


def _theano_layer(file, number, arrays) -> None:
    group = file.create_group(f"layer_{number}")
    group.attrs["nb_params"] = len(arrays)
    for parameter, array in enumerate(arrays):
        group[f"param_{parameter}"] = array


def caffe(path: Path, arrays: Arrays) -> None:
    """`conv1_1_W` … `fc7_b`, and `fc8_W`."""
    names = {"fc1": "fc6", "fc2": "fc7", "predictions": "fc8"}
    found: dict[str, Any] = {}
    for layer in layers_of(arrays):
        theirs = names.get(layer) or layer.replace("block", "conv").replace("_conv", "_")
        found[f"{theirs}_W"] = arrays[f"{layer}/kernel"]
        found[f"{theirs}_b"] = arrays[f"{layer}/bias"]
    with path.open("wb") as file:
        np.savez(file, **found)


TORCH_NUMBERS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
TORCH_DENSE = {"fc1": 0, "fc2": 3, "predictions": 6}


def torchvision(arrays: Arrays) -> "OrderedDict[str, np.ndarray]":
    """The state dict of torchvision's `vgg16`, for red-green-blue scaled by its mean and deviation."""
    state = OrderedDict()
    for number, layer in enumerate(layers_of(arrays)):
        kernel, bias = arrays[f"{layer}/kernel"], arrays[f"{layer}/bias"]
        if layer == "block1_conv1":
            mean = np.array([0.485, 0.456, 0.406])
            deviation = np.array([0.229, 0.224, 0.225])
            ours = np.array([123.68, 116.779, 103.939])
            rgb = kernel[:, :, ::-1].astype(np.float64)
            bias = bias - (rgb * (ours - 255 * mean)[:, None]).sum(axis=(0, 1, 2))
            kernel = rgb * (255 * deviation)[:, None]
        if kernel.ndim == 4:
            name = f"features.{TORCH_NUMBERS[number]}"
            kernel = kernel.transpose(3, 2, 0, 1)
        else:
            name = f"classifier.{TORCH_DENSE[layer]}"
            kernel = (channels_first(kernel) if layer == "fc1" else kernel).T
        state[f"{name}.weight"] = np.ascontiguousarray(kernel, np.float32)
        state[f"{name}.bias"] = bias.astype(np.float32)
    return state


def torch_safetensors(path: Path, arrays: Arrays) -> None:
    save_file(torchvision(arrays), path)


def torch_old(path: Path, arrays: Arrays) -> None:
    """`torch.save` before 1.6: five pickles, then the numbers."""
    write_old(path, torchvision(arrays))


def torch_zip(path: Path, arrays: Arrays) -> None:
    """`torch.save` since 1.6: a zip."""
    write_zip(path, torchvision(arrays))


class _Tensor:
    def __init__(self, key, array):
        self.key, self.array = key, array

    def __reduce_ex__(self, _protocol):
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        steps = tuple(step // self.array.itemsize for step in self.array.strides)
        return rebuild, (self, 0, self.array.shape, steps, False, OrderedDict())


class _Pickler(pickle.Pickler):
    """A tensor's first argument is its storage, which goes by a persistent id."""

    def persistent_id(self, value):
        if isinstance(value, _Storage):
            kind = sys.modules["torch"].FloatStorage
            return ("storage", kind, value.key, "cpu", value.size)
        return None

    def reducer_override(self, value):
        if isinstance(value, _Tensor):
            rebuild, (_, *rest) = value.__reduce_ex__(2)
            return rebuild, (_Storage(value.key, value.array.size), *rest)
        return NotImplemented


class _Storage:
    def __init__(self, key, size):
        self.key, self.size = key, size


@contextmanager
def _torch_by_name():
    """Lets pickle name torch's functions, which are not here."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2() -> None: ...

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = (
        utils.__name__,
        "_rebuild_tensor_v2",
    )
    vars(utils)["_rebuild_tensor_v2"] = _rebuild_tensor_v2
    vars(torch)["FloatStorage"] = type("FloatStorage", (), {"__module__": "torch"})
    kept = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update({"torch": torch, "torch._utils": utils})
    try:
        yield
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _pickled(state) -> bytes:
    buffer = io.BytesIO()
    with _torch_by_name():
        tensors = OrderedDict((n, _Tensor(str(k), a)) for k, (n, a) in enumerate(state.items()))
        _Pickler(buffer, 2).dump(tensors)
    return buffer.getvalue()


def write_old(path: Path, state) -> None:
    with path.open("wb") as file:
        for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(value, file, 2)
        file.write(_pickled(state))
        pickle.dump([str(key) for key in range(len(state))], file, 2)
        for array in state.values():
            file.write(np.int64(array.size).tobytes() + array.tobytes())


def write_zip(path: Path, state) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("vgg16/data.pkl", _pickled(state))
        archive.writestr("vgg16/byteorder", "little")
        for key, array in enumerate(state.values()):
            archive.writestr(f"vgg16/data/{key}", array.tobytes())
        archive.writestr("vgg16/version", "3\n")


ALL = (
    keras1, keras2, keras2_model, keras3, keras3_unnamed, theano, caffe, torch_safetensors,
    torch_old, torch_zip,
)  # fmt: skip
