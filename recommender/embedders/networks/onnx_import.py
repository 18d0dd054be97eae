"""Taking in a user's ONNX file: it is examined, tried with pictures, and copied."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks.user_onnx import MODEL, RECORD, UserOnnxNetwork
from recommender.embedders.pictures import Three
from recommender.embedders.runtimes.onnx import one_line, open_session
from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from recommender.embedders.weights.source import Places
from runs.files import replace_file, sha256_of_file

LAYOUTS = ("nchw", "nhwc")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class OnnxOptions:
    """What a user says of a network; what is left out is read from the file."""

    name: str
    mean: Three
    deviation: Three
    side: int | None = None
    layout: str = ""
    output: str = ""


def bring(model: Path, wish: OnnxOptions, places: Places, taken: set[str]) -> UserOnnxNetwork:
    """Copies the file `model` and what it needs, tries it, and keeps it as embedder `wish.name`.

    Raises WeightsRefused for a file that cannot be used, EmbedderError for a name that cannot.
    """
    if not _NAME.fullmatch(wish.name) or wish.name in taken:
        raise EmbedderError(
            f"--name {wish.name}: a network's name is made of small letters, digits and hyphens, "
            "and is not one of ours."
        )
    if not model.is_file():
        raise WeightsMissing(f"{model}: there is no such file.")
    beside = external_files(model)
    brought = examine(model, wish, sha256_of_file(model))
    folder = places.folder / wish.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in beside:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(model.parent / name, target)
    shutil.copyfile(model, folder / MODEL)
    replace_file(folder / RECORD, json.dumps(asdict(brought), indent=2).encode())
    return brought


def verify(brought: UserOnnxNetwork, places: Places) -> None:
    """Raises WeightsRefused when the kept file is not what was brought."""
    path = places.folder / brought.name / MODEL
    if not path.is_file() or sha256_of_file(path) != brought.sha256:
        raise WeightsRefused(f"{path}: it is not the file that was taken in.")


def examine(model: Path, wish: OnnxOptions, sha256: str) -> UserOnnxNetwork:
    """Loads a file and tries it with two pictures. Raises WeightsRefused."""
    session = open_session(model)
    inputs, outputs = session.get_inputs(), [output.name for output in session.get_outputs()]
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type != "tensor(float)":
        found = ", ".join(f"{entry.name} {entry.type} {entry.shape}" for entry in inputs)
        raise WeightsRefused(f"{model}: expected one input, float pictures; found {found}.")
    output = wish.output or outputs[0]
    if output not in outputs or (len(outputs) > 1 and not wish.output):
        raise WeightsRefused(f"{model}: say which output to take: --output {' or '.join(outputs)}.")
    layout = wish.layout or _layout(model, inputs[0].shape)
    side = _side(model, wish.side, inputs[0].shape, layout)
    brought = UserOnnxNetwork(
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


def _tried(model: Path, brought: UserOnnxNetwork) -> UserOnnxNetwork:
    random = np.random.default_rng(0)
    pictures = list(random.integers(0, 256, (2, brought.side, brought.side, 3), np.uint8))
    try:
        vectors = brought.load(model)(pictures)
    except Exception as error:  # onnxruntime has many classes of its own for what goes wrong
        raise WeightsRefused(
            f"{model}: it cannot compute a picture ({one_line(error)})."
        ) from error
    if vectors.ndim != 2 or not np.isfinite(vectors).all() or (vectors[0] == vectors[1]).all():
        raise WeightsRefused(
            f"{model}: expected a vector of numbers a picture from {brought.output}, different for "
            f"different pictures; found an array of shape {vectors.shape}."
        )
    return replace(brought, dimension=vectors.shape[1])


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
