"""A network of the user's own, exported to ONNX: any that turns a picture into numbers.

It lies in a folder of its own: the ONNX file, the files of numbers beside it, and `network.json`,
which says how it is shown pictures and which output counts.
"""

import json
import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recommender.embedders.contract import EmbedderError, EmbedderSpec
from recommender.embedders.networks.network import Places, Prepared
from recommender.embedders.pictures import Preprocessing, Three
from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from runs.files import replace_file, sha256_of_file

logger = logging.getLogger(__name__)

MODEL, RECORD = "model.onnx", "network.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class Brought:
    """What `network.json` holds. `mean` and `deviation` are for red, green, blue of 0 to 255."""

    name: str
    side: int
    mean: Three
    deviation: Three
    input: str
    layout: str
    output: str
    dimension: int
    source: str
    sha256: str

    @property
    def preprocessing(self) -> Preprocessing:
        return Preprocessing(self.side, "rgb", self.mean, self.deviation)

    def specs(self) -> list[EmbedderSpec]:
        """Its one embedder, which has the network's name."""
        return [
            EmbedderSpec(
                name=self.name,
                layer=self.output,
                dimension=self.dimension,
                preprocessing=self.preprocessing.id,
                trained=True,
                description=f"{self.name}, a network of your own",
                network=self.name,
                origin=f"the file {Path(self.source).name}",
            )
        ]

    def at_hand(self, spec: EmbedderSpec, places: Places) -> bool:
        return (places.folder / self.name / MODEL).is_file()

    def prepare(self, spec: EmbedderSpec, places: Places, runtime: str) -> Prepared:
        """The embedder, computed by onnxruntime whatever `runtime` is. Raises WeightsMissing."""
        path = places.folder / self.name / MODEL
        if not path.is_file():
            raise WeightsMissing(f"{path} is gone. Run: manage.py weights add MODEL.onnx --name …")
        from recommender.embedders.runtimes.onnx import OnnxRuntime

        return Prepared(self.sha256, lambda: OnnxRuntime(path, self))


@dataclass(frozen=True)
class Wish:
    """What a user says of a network; what is left out is read from the file."""

    name: str
    mean: Three
    deviation: Three
    side: int | None = None
    layout: str = ""
    output: str = ""


def brought_networks(folder: Path) -> Iterator[Brought]:
    """Those that were brought; a damaged record is logged and left out."""
    for path in sorted(folder.glob(f"*/{RECORD}")):
        try:
            values: dict[str, Any] = json.loads(path.read_text())
            values |= {key: tuple(values[key]) for key in ("mean", "deviation")}
            yield Brought(**values)
        except (OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("%s: not a network that was brought (%s)", path, error)


def bring(model: Path, wish: Wish, places: Places, taken: set[str]) -> Brought:
    """Copies the file `model` and what it needs, tries it, and keeps it as embedder `wish.name`.

    Raises WeightsRefused for a file that cannot be used, EmbedderError for a name that cannot.
    """
    from recommender.embedders.runtimes.onnx import examine, external_files

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


def verify(brought: Brought, places: Places) -> None:
    """Raises WeightsRefused when the kept file is not what was brought."""
    path = places.folder / brought.name / MODEL
    if not path.is_file() or sha256_of_file(path) != brought.sha256:
        raise WeightsRefused(f"{path}: it is not the file that was taken in.")
