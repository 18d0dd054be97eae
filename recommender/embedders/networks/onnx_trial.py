"""The process that tries a user's network: `python -m … FILE NAMED_AS OPTIONS SECONDS MEMORY`.

It loads the ONNX file, has it compute two pictures (and the tower for texts beside it some texts),
and prints what it found out as JSON. The system ends it when it takes more processor time or
memory.
"""

import json
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recommender.embedders.contract import EmbedderError
from recommender.embedders.pictures import Preprocessing, Three
from recommender.embedders.runtimes.onnx import LAYOUTS, OnnxRuntime, one_line, open_network
from recommender.embedders.runtimes.text import TextRuntime
from recommender.embedders.weights.errors import WeightsRefused

REFUSED = 3
TOKENIZER = "tokenizer.json"
# What a tower for texts is tried with: one of them at least it should know.
TEXTS = ("red", "a striped navy shirt", "dots", "0 1 2", "a", "b")


@dataclass(frozen=True)
class OnnxOptions:
    """What a user says of a network; what is left out is read from the file."""

    name: str
    mean: Three
    deviation: Three
    side: int | None = None
    layout: str = ""
    output: str = ""


@dataclass(frozen=True)
class TextFiles:
    """A tower for texts as it is tried: its ONNX file, what to call that, and its tokenizer.json.

    `output` is the one to take, if there are several.
    """

    model: Path
    named_as: str
    tokenizer: Path
    output: str = ""


def limit(seconds: int, memory: int) -> None:
    """The system ends this process when it takes more.

    It keeps to two cores: OpenVINO has threads for each, and each thread takes of the memory.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    for kind, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(kind, (most, most))


def tried(model: Path, named_as: str, options: OnnxOptions) -> dict[str, Any]:
    """The network's side, layout, output and dimension. Raises WeightsRefused, EmbedderError."""
    network = open_network(model)
    shape = _shape(named_as, network)
    output = _output(named_as, network, options.output)
    layout = options.layout or _layout(named_as, shape)
    side = _side(named_as, options.side, shape, layout)
    seen = Preprocessing(side, "rgb", options.mean, options.deviation)
    random = np.random.default_rng(0)
    pictures = list(random.integers(0, 256, (2, side, side, 3), np.uint8))
    try:
        vectors = OnnxRuntime(model, seen, layout, output)(pictures)
    except RuntimeError as error:
        raise WeightsRefused(
            f"{named_as}: it cannot compute a picture ({one_line(error)})."
        ) from error
    if vectors.ndim != 2 or not np.isfinite(vectors).all() or (vectors[0] == vectors[1]).all():
        raise WeightsRefused(
            f"{named_as}: expected a vector of numbers a picture from {output}, different for "
            f"different pictures; found an array of shape {vectors.shape}."
        )
    return {"side": side, "layout": layout, "output": output, "dimension": vectors.shape[1]}


def tried_text(text: TextFiles, named_as: str, dimension: int) -> str:
    """The output that makes vectors of texts. Raises WeightsRefused, EmbedderError.

    `dimension` is that of the vectors of pictures, which network `named_as` makes.
    """
    tower = TextRuntime(text.model, text.tokenizer, text.output)
    vectors = tower(TEXTS)
    if vectors.shape[1] != dimension:
        raise WeightsRefused(
            f"{text.named_as}: it gives {vectors.shape[1]} numbers for a text, and {named_as} "
            f"{dimension} for a picture; the two must be of one space."
        )
    if not np.isfinite(vectors).all() or (vectors == vectors[0]).all():
        raise WeightsRefused(
            f"{text.named_as}: expected numbers, different for different texts, from "
            f"{tower.output}."
        )
    return tower.output


def _shape(named_as: str, network: Any) -> list[int | None]:
    """The shape of the only input, None for a side that the file leaves open."""
    inputs = network.inputs
    shapes = [
        [axis.get_length() if axis.is_static else None for axis in entry.partial_shape]
        if entry.partial_shape.rank.is_static
        else []
        for entry in inputs
    ]
    kinds = [entry.element_type.get_type_name() for entry in inputs]
    if len(inputs) != 1 or len(shapes[0]) != 4 or kinds != ["f32"]:
        found = ", ".join(
            f"{entry.any_name} {kind} {shape}"
            for entry, kind, shape in zip(inputs, kinds, shapes, strict=True)
        )
        raise WeightsRefused(f"{named_as}: expected one input, float pictures; found {found}.")
    return shapes[0]


def _output(named_as: str, network: Any, wanted: str) -> str:
    names = [output.any_name for output in network.outputs]
    if wanted not in names if wanted else len(names) > 1:
        raise WeightsRefused(
            f"{named_as}: say which output to take: --output {' or '.join(names)}."
        )
    return wanted or names[0]


def _layout(named_as: str, shape: Sequence[int | None]) -> str:
    channels = [name for name, axis in zip(LAYOUTS, (1, 3), strict=True) if shape[axis] == 3]
    if len(channels) != 1:
        raise WeightsRefused(f"{named_as}: its input is {shape}: say --layout nchw or nhwc.")
    return channels[0]


def _side(named_as: str, wanted: int | None, shape: Sequence[int | None], layout: str) -> int:
    sides = shape[2:] if layout == "nchw" else shape[1:3]
    fixed = {side for side in sides if side is not None}
    if wanted is None and not fixed:
        raise WeightsRefused(f"{named_as}: it takes pictures of any size: say --side N.")
    if len(fixed) > 1 or (wanted is not None and fixed - {wanted}):
        raise WeightsRefused(f"{named_as}: it takes pictures of {sides}, not of side {wanted}.")
    return wanted or fixed.pop()


def _as_named(sentence: str, model: Path, named_as: str, files: TextFiles | None) -> str:
    """The sentence with the names that the files had where they were brought from."""
    if files is not None:
        tokenizer = str(files.tokenizer)
        sentence = sentence.replace(str(files.model), files.named_as).replace(tokenizer, TOKENIZER)
    return sentence.replace(str(model), named_as)


def main(model: Path, named_as: str, options: str, seconds: int, memory: int) -> None:
    limit(seconds, memory)
    wanted = json.loads(options)
    wanted |= {key: tuple(wanted[key]) for key in ("mean", "deviation")}
    text = wanted.pop("text_files")
    files = (
        TextFiles(Path(text["model"]), text["named_as"], Path(text["tokenizer"]), text["output"])
        if text
        else None
    )
    try:
        found = tried(model, named_as, OnnxOptions(**wanted))
        if files is not None:
            found["text_output"] = tried_text(files, named_as, found["dimension"])
    except (WeightsRefused, EmbedderError) as error:
        sys.stderr.write(_as_named(str(error), model, named_as, files))
        sys.exit(REFUSED)
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
