"""The arguments of `manage.py weights`."""

import math
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks.onnx_trial import OnnxOptions, TextFiles
from recommender.embedders.pictures import Three
from recommender.embedders.runtimes.onnx import LAYOUTS
from runs.arguments import at_least_one, path

# ImageNet's, as most exports want them.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def add_arguments(parser: ArgumentParser) -> None:
    """One sub-command an action."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="list the weights that are available")
    actions.add_parser("fetch", help="download VGG-16's ImageNet weights, 553 MB")
    add = actions.add_parser("add", help="add a file of VGG-16's weights, or an ONNX network")
    add.add_argument("file", type=path, metavar="FILE")
    _add_onnx(add)
    verify = actions.add_parser("verify", help="read stored weights again and check them")
    verify.add_argument("network", nargs="?", default="", metavar="NETWORK")
    remove = actions.add_parser("remove", help="remove stored weights")
    remove.add_argument("network", metavar="NETWORK")


def _add_onnx(parser: ArgumentParser) -> None:
    onnx = parser.add_argument_group("an ONNX network")
    onnx.add_argument("--name", default="", help="what to call the embedder")
    onnx.add_argument("--side", type=at_least_one, help="pixels, if the file does not say")
    for option, default, use in (
        ("--mean", MEAN, "taken off colours of 0 to 1"),
        ("--std", DEVIATION, "what they are divided by"),
    ):
        help_text = f"{use}; default {' '.join(map(str, default))}"
        onnx.add_argument(option, nargs="+", default=default, metavar="R G B", help=help_text)
    onnx.add_argument("--output", default="", help="the output to use, if there are several")
    onnx.add_argument("--text", type=path, metavar="FILE", help="its tower for texts, as ONNX")
    onnx.add_argument("--tokenizer", type=path, metavar="FILE", help="that tower's tokenizer.json")
    onnx.add_argument("--text-output", default="", help="the tower's output, if there are several")
    onnx.add_argument("--layout", choices=LAYOUTS, default="", help="if the file does not say")


def _three(option: str, words: Iterable[object]) -> Three:
    """Three numbers on the scale of 0 to 255; one stands for all, commas may part them."""
    try:
        numbers = [255 * float(part) for word in words for part in str(word).split(",") if part]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 3) or not all(math.isfinite(number) for number in numbers):
        raise EmbedderError(f"{option}: expected three numbers, as in {option} 0.5 0.5 0.5.")
    red, green, blue = numbers if len(numbers) == 3 else 3 * numbers
    return red, green, blue


def wish_of(file: Path, name: str, **options: Any) -> OnnxOptions | None:
    """What is said of an ONNX network; None for VGG-16's weights. Raises EmbedderError."""
    if file.suffix.lower() != ".onnx" and not name:
        return None
    if not name and file.exists():
        raise EmbedderError(f"{file}: say what to call the embedder: --name NAME.")
    deviation = _three("--std", options["std"])
    if min(deviation) <= 0:
        raise EmbedderError("--std: expected numbers above 0.")
    mean = _three("--mean", options["mean"])
    return OnnxOptions(name, mean, deviation, options["side"], options["layout"], options["output"])


def tower_of(
    text: Path | None, tokenizer: Path | None, text_output: str, **_options: Any
) -> TextFiles | None:
    """The tower for texts, where one is named. Raises EmbedderError."""
    if text is None and tokenizer is None:
        return None
    if text is None or tokenizer is None:
        raise EmbedderError("A tower for texts is two files: --text TEXT.onnx --tokenizer FILE.")
    return TextFiles(text, str(text), tokenizer, text_output)
