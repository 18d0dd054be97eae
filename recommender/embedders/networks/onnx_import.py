"""Taking in a user's ONNX file: copied, tried with pictures in a process of its own, and kept.

A network from anywhere is a program: it may compute for ever, or fill the memory. It is kept whole
or not at all, and what was kept under its name before stays until then.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath
from typing import Any

from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks import onnx_trial
from recommender.embedders.networks.onnx_trial import OnnxOptions, TextFiles
from recommender.embedders.networks.user_onnx import (
    MODEL,
    RECORD,
    TOKENIZER,
    TextTower,
    UserOnnxNetwork,
)
from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from recommender.embedders.weights.source import Places
from runs.files import replace_file, sha256_of, sha256_of_file

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ROOT = Path(__file__).resolve().parents[3]
# What a trial may take: OpenVINO itself, and more for a larger network.
SECONDS, BYTES_A_SECOND = 20, 10_000_000
MEMORY, MEMORY_A_BYTE = 2 << 30, 6


def bring(
    model: Path,
    options: OnnxOptions,
    places: Places,
    taken: set[str],
    text: TextFiles | None = None,
) -> UserOnnxNetwork:
    """Keeps the file `model`, and what it needs, as embedder `options.name`; `text` is its tower.

    Raises WeightsRefused for a file that cannot be used, EmbedderError for a name that cannot.
    """
    if not _NAME.fullmatch(options.name) or options.name in taken:
        raise EmbedderError(
            f"--name {options.name}: a network's name is made of small letters, digits and "
            "hyphens, and is not one of ours."
        )
    for file in (model, *((text.model, text.tokenizer) if text else ())):
        if not file.is_file():
            raise WeightsMissing(f"{file}: there is no such file.")
    folder = places.folder / options.name
    places.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=places.folder) as unfinished:
        copy = _copied(model, Path(unfinished) / "network")
        tower = _copied_tower(text, Path(unfinished) / "text") if text else None
        network = _tried(model, copy, options, tower)
        kept = [_moved(copy, network.path(places))]
        if network.text and tower:
            kept.append(_moved(tower.model, network.text.path(network.name, places)))
    replace_file(folder / RECORD, json.dumps(asdict(network), indent=2).encode())
    for other in folder.iterdir():
        if other.is_dir() and other not in kept:
            shutil.rmtree(other, ignore_errors=True)
    return network


def verify(network: UserOnnxNetwork, places: Places) -> None:
    """Raises WeightsRefused when the kept files are not what was brought."""
    path = network.path(places)
    if not path.is_file() or _sha256(path) != network.sha256:
        raise WeightsRefused(f"{path}: it is not the file that was taken in.")
    if network.text is not None:
        tower = network.text.path(network.name, places)
        if not tower.is_file() or _sha256(tower) != network.text.sha256:
            raise WeightsRefused(f"{tower}: it is not the file that was taken in.")


def _moved(copy: Path, target: Path) -> Path:
    """Puts the folder of a copy in its place, and returns that."""
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.parent.mkdir(exist_ok=True)
    return copy.parent.rename(target.parent)


def _copied_tower(text: TextFiles, folder: Path) -> TextFiles:
    """The tower in `folder`, with its tokenizer beside it."""
    model = _copied(text.model, folder)
    tokenizer = Path(shutil.copyfile(text.tokenizer, folder / TOKENIZER))
    return replace(text, model=model, tokenizer=tokenizer)


def _copied(model: Path, folder: Path) -> Path:
    """The ONNX file in `folder`, with its files of numbers."""
    for name in external_files(model):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(model.parent / name, target)
    folder.mkdir(exist_ok=True)
    return Path(shutil.copyfile(model, folder / MODEL))


def _tried(
    model: Path, copy: Path, options: OnnxOptions, tower: TextFiles | None
) -> UserOnnxNetwork:
    """What a process of its own has found out about the network. Raises WeightsRefused."""
    files = [*_files(copy), *(_files(tower.model) if tower else ())]
    size = sum(path.stat().st_size for path in files)
    seconds, memory = SECONDS + size // BYTES_A_SECOND, MEMORY + MEMORY_A_BYTE * size
    command = [
        sys.executable, "-m", onnx_trial.__name__,
        str(copy), str(model), _as_json(options, tower), str(seconds), str(memory),
    ]  # fmt: skip
    too_much = (
        f"{model}: it took more than {seconds} s or {memory >> 20} MB for two pictures, or broke "
        "what computed it."
    )
    # The trial's own limit is processor time; one that sleeps needs a clock.
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=_ROOT, timeout=30 + 4 * seconds
        )
    except subprocess.TimeoutExpired:
        raise WeightsRefused(too_much) from None
    if done.returncode == onnx_trial.REFUSED:
        raise WeightsRefused(done.stderr.strip())
    if done.returncode:
        raise WeightsRefused(too_much)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if tower is not None:
        output = found.pop("text_output")
        found["text"] = TextTower(output, tower.named_as, _sha256(tower.model))
    found |= {"mean": options.mean, "deviation": options.deviation}
    return UserOnnxNetwork(name=options.name, source=str(model), sha256=_sha256(copy), **found)


def _as_json(options: OnnxOptions, tower: TextFiles | None) -> str:
    return json.dumps(asdict(options) | {"text_files": tower and asdict(tower)}, default=str)


def _files(model: Path) -> list[Path]:
    """The ONNX file, and after it the files of numbers beside it."""
    others = (path for path in model.parent.rglob("*") if path.is_file() and path != model)
    return [model, *sorted(others)]


def _sha256(model: Path) -> str:
    """The hash of the ONNX file; with those of the files beside it, where there are any."""
    hashes = list(map(sha256_of_file, _files(model)))
    return hashes[0] if len(hashes) == 1 else sha256_of("".join(hashes).encode())


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
        if path.name.lower() == MODEL and path.parent == folder:
            raise WeightsRefused(f"{model}: its file of numbers {name} must have another name.")
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
