"""onnxruntime, which computes the networks that users bring as ONNX files.

onnxruntime is imported inside functions only: it is an extra.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks.user_onnx import Brought, Wish
from recommender.embedders.runtimes import cores
from recommender.embedders.weights.errors import WeightsRefused

LAYOUTS = ("nchw", "nhwc")


class OnnxRuntime:
    """n decoded pictures -> (n, dimension) float32."""

    def __init__(self, path: Path, brought: Brought) -> None:
        self._session = _session(path)
        self._brought = brought
        self._to_input = brought.preprocessing.to_input
        # Many exports take one picture at a time.
        self._one_by_one = isinstance(self._session.get_inputs()[0].shape[0], int)

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        inputs = self._to_input(np.stack(pictures))
        if self._brought.layout == "nchw":
            inputs = np.ascontiguousarray(inputs.transpose(0, 3, 1, 2))
        batches = [inputs[n : n + 1] for n in range(len(inputs))] if self._one_by_one else [inputs]
        return np.concatenate([self._run(batch) for batch in batches])

    def _run(self, batch: np.ndarray) -> np.ndarray:
        (out,) = self._session.run([self._brought.output], {self._brought.input: batch})
        return np.asarray(_as_vectors(np.asarray(out)), np.float32)


def _as_vectors(out: np.ndarray) -> np.ndarray:
    """(n, d) as it is; of (n, tokens, d) the first token; of (n, c, y, x) the mean place."""
    if out.ndim == 4:
        return np.asarray(out.mean(axis=(2, 3)))
    return out[:, 0] if out.ndim == 3 else out


def examine(model: Path, wish: Wish, sha256: str) -> Brought:
    """Loads a file and tries it with two pictures. Raises WeightsRefused."""
    session = _session(model)
    inputs, outputs = session.get_inputs(), [output.name for output in session.get_outputs()]
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type != "tensor(float)":
        found = ", ".join(f"{entry.name} {entry.type} {entry.shape}" for entry in inputs)
        raise WeightsRefused(f"{model}: expected one input, float pictures; found {found}.")
    output = wish.output or outputs[0]
    if output not in outputs or (len(outputs) > 1 and not wish.output):
        raise WeightsRefused(f"{model}: say which output to take: --output {' or '.join(outputs)}.")
    layout = wish.layout or _layout(model, inputs[0].shape)
    side = _side(model, wish.side, inputs[0].shape, layout)
    brought = Brought(
        wish.name, side, wish.mean, wish.deviation, inputs[0].name, layout, output, 0,
        str(model), sha256,
    )  # fmt: skip
    return _tried(model, brought)


def _layout(model: Path, shape: Sequence[Any]) -> str:
    channels = [name for name, axis in (("nchw", 1), ("nhwc", 3)) if shape[axis] == 3]
    if len(channels) != 1:
        raise WeightsRefused(f"{model}: its input is {shape}: say --layout nchw or nhwc.")
    return channels[0]


def _side(model: Path, said: int | None, shape: Sequence[Any], layout: str) -> int:
    sides = shape[2:] if layout == "nchw" else shape[1:3]
    fixed = {side for side in sides if isinstance(side, int)}
    if said is None and not fixed:
        raise WeightsRefused(f"{model}: it takes pictures of any size: say --side N.")
    if len(fixed) > 1 or (said is not None and fixed - {said}):
        raise WeightsRefused(f"{model}: it takes pictures of {sides}, not of side {said}.")
    return said or fixed.pop()


def _tried(model: Path, brought: Brought) -> Brought:
    random = np.random.default_rng(0)
    pictures = list(random.integers(0, 256, (2, brought.side, brought.side, 3), np.uint8))
    try:
        vectors = OnnxRuntime(model, brought)(pictures)
    except Exception as error:  # onnxruntime has many classes of its own for what goes wrong
        raise WeightsRefused(f"{model}: it cannot compute a picture ({_line(error)}).") from error
    if vectors.ndim != 2 or not np.isfinite(vectors).all() or (vectors[0] == vectors[1]).all():
        raise WeightsRefused(
            f"{model}: expected a vector of numbers a picture from {brought.output}, different for "
            f"different pictures; found an array of shape {vectors.shape}."
        )
    return replace(brought, dimension=vectors.shape[1])


def _session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise EmbedderError(
            "Networks of your own need onnxruntime. Run: pip install onnxruntime"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    except Exception as error:  # as above
        raise WeightsRefused(f"{path}: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    if "is not a registered function/op" in str(error):
        return f"it needs an operator that onnxruntime does not have ({_line(error)})"
    return f"onnxruntime cannot load it ({_line(error)})"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__


# Files beside the model ---------------------------------------------------------------------------

GRAPH, INITIALIZER, EXTERNAL, KEY, VALUE = 7, 5, 13, 1, 2


def external_files(model: Path) -> list[str]:
    """The files of numbers that an ONNX file names, all within its folder.

    Raises WeightsRefused for one that lies elsewhere, or is not there.
    """
    names: set[str] = set()
    try:
        data = memoryview(model.read_bytes())
        for graph in _fields(data, GRAPH):
            for tensor in _fields(graph, INITIALIZER):
                for entry in _fields(tensor, EXTERNAL):
                    key, value = (b"".join(_fields(entry, field)) for field in (KEY, VALUE))
                    if key == b"location":
                        names.add(value.decode())
    except (ValueError, IndexError) as error:
        raise WeightsRefused(f"{model}: expected an ONNX file, found another.") from error
    folder = model.parent.resolve()
    for name in names:
        path = (folder / name).resolve()
        if PurePosixPath(name).is_absolute() or not path.is_relative_to(folder):
            raise WeightsRefused(f"{model}: it keeps numbers outside its folder ({name}).")
        if not path.is_file():
            raise WeightsRefused(f"{model}: the file {name} is not beside it.")
    return sorted(names)


def _fields(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """The parts of a protobuf message that are messages or text and bear the number `wanted`."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind, start = tag & 7, at
        if kind == 0:
            _, at = _varint(message, at)
        elif kind == 2:
            length, start = _varint(message, at)
            at = start + length
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if at > len(message):
            raise ValueError("a field that goes past the end")
        if kind == 2 and tag >> 3 == wanted:
            yield message[start:at]


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("a number of more than 64 bits")
