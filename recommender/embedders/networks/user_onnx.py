"""A network of the user's own, exported to ONNX: any that turns a picture into numbers.

It lies in a folder of its own: `network.json`, which says how it is shown pictures and which output
counts, and a folder named by their hash with the ONNX file and the files of numbers beside it.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.embedders.contract import FLOAT32, EmbedderSpec
from recommender.embedders.networks.network import Prepared
from recommender.embedders.pictures import Preprocessing, Three
from recommender.embedders.runtimes import Runtime
from recommender.embedders.runtimes.onnx import OnnxRuntime
from recommender.embedders.runtimes.text import TextRuntime
from recommender.embedders.weights.errors import WeightsMissing
from recommender.embedders.weights.source import Places

logger = logging.getLogger(__name__)

MODEL, RECORD, TOKENIZER = "model.onnx", "network.json", "tokenizer.json"


@dataclass(frozen=True)
class TextTower:
    """The network that makes vectors of the same space out of texts, and its tokenizer."""

    output: str
    source: str
    sha256: str

    def path(self, network: str, places: Places) -> Path:
        """Where its ONNX file is kept; the tokenizer lies beside it."""
        return places.folder / network / f"text-{self.sha256[:16]}" / MODEL

    def load(self, network: str, places: Places) -> TextRuntime:
        """The tower, running. Raises EmbedderError."""
        path = self.path(network, places)
        if not path.is_file():
            raise WeightsMissing(f"{path} is gone. Run: manage.py weights add … --text TEXT.onnx …")
        return TextRuntime(path, path.with_name(TOKENIZER), self.output)


@dataclass(frozen=True)
class UserOnnxNetwork:
    """What `network.json` holds. `mean` and `deviation` are for red, green, blue of 0 to 255.

    `text`: the tower for texts, where one was brought with it.
    """

    name: str
    side: int
    mean: Three
    deviation: Three
    layout: str
    output: str
    dimension: int
    source: str
    sha256: str
    text: TextTower | None = None

    @property
    def preprocessing(self) -> Preprocessing:
        return Preprocessing(self.side, "rgb", self.mean, self.deviation)

    @property
    def precisions(self) -> tuple[str, ...]:
        """Float32 alone: whether less will do, only its maker could say."""
        return (FLOAT32,)

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

    def path(self, places: Places) -> Path:
        """Where the ONNX file is kept."""
        return places.folder / self.name / self.sha256[:16] / MODEL

    def available(self, spec: EmbedderSpec, places: Places) -> bool:
        return self.path(places).is_file()

    def prepare(self, spec: EmbedderSpec, places: Places, runtime: str) -> Prepared:
        """The embedder, computed by OpenVINO whatever `runtime` is. Raises WeightsMissing."""
        path = self.path(places)
        if not path.is_file():
            raise WeightsMissing(f"{path} is gone. Run: manage.py weights add MODEL.onnx --name …")
        return Prepared(self.sha256, lambda: self.load(path))

    def load(self, path: Path) -> Runtime:
        """The network in the ONNX file at `path`, running. Raises EmbedderError."""
        return OnnxRuntime(path, self.preprocessing, self.layout, self.output)


def user_networks(folder: Path) -> Iterator[UserOnnxNetwork]:
    """Those that were brought; a damaged record is logged and left out."""
    for path in sorted(folder.glob(f"*/{RECORD}")):
        try:
            values: dict[str, Any] = json.loads(path.read_text())
            values |= {key: tuple(values[key]) for key in ("mean", "deviation")}
            values["text"] = TextTower(**values["text"]) if values.get("text") else None
            yield UserOnnxNetwork(**values)
        except (OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("%s: not a network that was brought (%s)", path, error)
