"""A network of the user's own, exported to ONNX: any that turns a picture into numbers.

It lies in a folder of its own: the ONNX file, the files of numbers beside it, and `network.json`,
which says how it is shown pictures and which output counts.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.embedders.contract import EmbedderSpec
from recommender.embedders.networks.network import Prepared
from recommender.embedders.pictures import Preprocessing, Three
from recommender.embedders.runtimes import Runtime
from recommender.embedders.runtimes.onnx import OnnxRuntime
from recommender.embedders.weights.errors import WeightsMissing
from recommender.embedders.weights.source import Places

logger = logging.getLogger(__name__)

MODEL, RECORD = "model.onnx", "network.json"


@dataclass(frozen=True)
class UserOnnxNetwork:
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

    def available(self, spec: EmbedderSpec, places: Places) -> bool:
        return (places.folder / self.name / MODEL).is_file()

    def prepare(self, spec: EmbedderSpec, places: Places, runtime: str) -> Prepared:
        """The embedder, computed by onnxruntime whatever `runtime` is. Raises WeightsMissing."""
        path = places.folder / self.name / MODEL
        if not path.is_file():
            raise WeightsMissing(f"{path} is gone. Run: manage.py weights add MODEL.onnx --name …")
        return Prepared(self.sha256, lambda: self.load(path))

    def load(self, path: Path) -> Runtime:
        """The network in the ONNX file at `path`, running. Raises EmbedderError."""
        return OnnxRuntime(path, self.preprocessing, self.input, self.layout, self.output)


def user_networks(folder: Path) -> Iterator[UserOnnxNetwork]:
    """Those that were brought; a damaged record is logged and left out."""
    for path in sorted(folder.glob(f"*/{RECORD}")):
        try:
            values: dict[str, Any] = json.loads(path.read_text())
            values |= {key: tuple(values[key]) for key in ("mean", "deviation")}
            yield UserOnnxNetwork(**values)
        except (OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("%s: not a network that was brought (%s)", path, error)
