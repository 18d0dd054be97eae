"""The arguments of `manage.py weights`."""

import math
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks.onnx_import import LAYOUTS, OnnxOptions
from recommender.embedders.pictures import Three
from runs.arguments import at_least_one, path

# ImageNet's, as most exports want them.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def add_arguments(parser: ArgumentParser) -> None:
    """One sub-command an action."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="which weights are at hand")
    actions.add_parser("fetch", help="download VGG-16's ImageNet weights, 553 MB")
    add = actions.add_parser("add", help="take in a file of VGG-16's weights, or an ONNX network")
    add.add_argument("file", type=path, metavar="FILE")
    _add_onnx(add)
    verify = actions.add_parser("verify", help="read kept weights again, and check them")
    verify.add_argument("network", nargs="?", default="", metavar="NETWORK")
    remove = actions.add_parser("remove", help="take kept weights away")
    remove.add_argument("network", metavar="NETWORK")


def _add_onnx(parser: ArgumentParser) -> None:
    onnx = parser.add_argument_group("an ONNX network")
    onnx.add_argument("--name", default="", help="what to call the embedder")
    onnx.add_argument("--side", type=at_least_one, help="pixels, where the file leaves it open")
    for option, default, use in (
        ("--mean", MEAN, "taken off colours of 0 to 1"),
        ("--std", DEVIATION, "what they are divided by"),
    ):
        told = f"{use}; default {' '.join(map(str, default))}"
        onnx.add_argument(option, nargs="+", default=default, metavar="R G B", help=told)
    onnx.add_argument("--output", default="", help="the output to take, where there are several")
    onnx.add_argument("--layout", choices=LAYOUTS, default="", help="where the file leaves it open")


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
