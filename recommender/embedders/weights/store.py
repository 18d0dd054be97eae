"""Weights that the user brings: taken in once, kept as one safetensors file of ours.

The file's metadata say where they came from. Their hash is that of the file that was brought, so
that anybody can compare it with a published one.
"""

import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from recommender.embedders.graph import Arrays, Dense, Graph
from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from recommender.embedders.weights.reading import WeightsFile, read_weights_file
from recommender.embedders.weights.source import Places, Weights
from recommender.embedders.weights.validate import checked
from runs.files import replacing, sha256_of, sha256_of_file

logger = logging.getLogger(__name__)

LONGEST_HEADER = 1_000_000
_NOT_OURS = "these are no weights that were taken in; remove them, and add them again"


class Converted(NamedTuple):
    """A file's arrays as the network has them, and the layout that the file had."""

    layout: str
    arrays: dict[str, np.ndarray]


@dataclass(frozen=True)
class Record:
    """What is known of kept weights: the brought file, its hash and layout, our arrays' hash."""

    network: str
    source: str
    layout: str
    sha256: str
    arrays_sha256: str


@dataclass(frozen=True)
class ImportedWeights:
    """Weights of network `name`, in a file that a person brought; `ways` says how to get one."""

    name: str
    convert: Callable[[WeightsFile, Graph], Converted]
    origin: str
    licence: str
    ways: str
    # The embedders that a file without the dense layers is good for.
    without_dense: str = ""
    # A file that another program has left on this machine, if it has.
    elsewhere: Callable[[], Path | None] = lambda: None
    trained: bool = True

    def available(self, needed: Graph, places: Places) -> bool:
        if self.name in places.configured or self.elsewhere() is not None:
            return True
        path = self.path(places)
        return path.is_file() and needed.shapes().keys() <= _header(path).keys()

    def find(self, whole: Graph, needed: Graph, places: Places) -> Weights:
        """The configured file's, the kept ones, or those found elsewhere, taken in if need be.

        Raises WeightsMissing, which names the ways to get them, or WeightsRefused.
        """
        path = self.path(places)
        brought = places.configured.get(self.name)
        if brought is None and not path.is_file():
            brought = self.elsewhere()
        if brought is not None:
            record = self.import_file(brought, whole, places)
        elif path.is_file():
            record = read_record(path)
        else:
            raise WeightsMissing(f"{self.name}: its weights are not on this machine: {self.ways}.")
        lacking = needed.shapes().keys() - _header(path).keys()
        if lacking:
            raise WeightsMissing(
                f"{record.source}: it lacks {sorted(lacking)[0]}; it is a file without the dense "
                f"layers, good for {self.without_dense} only. For the others, {self.ways}."
            )
        return Weights(record.sha256, lambda: read_kept(path, needed))

    def path(self, places: Places) -> Path:
        """Where they are kept."""
        return places.folder / f"{self.name}.safetensors"

    def import_file(self, brought: Path, graph: Graph, places: Places) -> Record:
        """Keeps the weights in file `brought`; one that is kept already is not read again.

        Raises WeightsMissing for no such file, WeightsRefused for one that does not fit.
        """
        if not brought.is_file():
            raise WeightsMissing(f"{brought}: there is no such file. To get weights, {self.ways}.")
        status, path = brought.stat(), self.path(places)
        sha256 = _sha256(brought, status.st_mtime_ns, status.st_size)
        if path.is_file() and (known := read_record(path)).sha256 == sha256:
            return known
        logger.info("Taking in %s as the weights of %s.", brought, self.name)
        layout, found = self.convert(read_weights_file(brought), graph)
        arrays = checked(found, _part_held(graph, found).shapes(), str(brought))
        record = Record(self.name, str(brought), layout, sha256, sha256_of_arrays(arrays))
        keep(path, arrays, record)
        return record

    def verify(self, graph: Graph, places: Places) -> Record:
        """Reads every number again. Raises WeightsMissing or WeightsRefused."""
        path = self.path(places)
        if not path.is_file():
            raise WeightsMissing(f"The weights of {self.name} are not kept: {self.ways}.")
        record = read_record(path)
        held = _part_held(graph, _header(path))
        arrays = checked(read_kept(path, held), held.shapes(), str(path))
        if sha256_of_arrays(arrays) != record.arrays_sha256:
            raise WeightsRefused(f"{path}: its numbers are not those that were taken in.")
        return record


@lru_cache(maxsize=8)
def _sha256(path: Path, _mtime_ns: int, _size: int) -> str:
    """The hash of a file, which takes half a second; asked again only when the file changed."""
    return sha256_of_file(path)


def _part_held(graph: Graph, names: Collection[str]) -> Graph:
    """The whole, or all but the dense layers where none of their arrays is there."""
    dense = [layer for layer in graph.layers if isinstance(layer, Dense)]
    if any(name in names for layer in dense for name in layer.shapes()):
        return graph
    return Graph(graph.side, tuple(layer for layer in graph.layers if layer not in dense))


def keep(path: Path, arrays: Arrays, record: Record) -> None:
    """Writes the arrays and what is known of them; whole, or not at all. Raises OSError."""
    from safetensors.numpy import save

    metadata = {name: str(value) for name, value in asdict(record).items()}
    with replacing(path) as file:
        file.write(save(dict(arrays), metadata))


def read_record(path: Path) -> Record:
    """The metadata of a kept file. Raises WeightsRefused for one that is not ours."""
    try:
        return Record(**_header(path)["__metadata__"])
    except (KeyError, TypeError) as error:
        raise WeightsRefused(f"{path}: {_NOT_OURS} ({error}).") from error


def _header(path: Path) -> dict[str, Any]:
    """What a safetensors file says of itself: its arrays by name, and `__metadata__`."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length)) if length <= LONGEST_HEADER else None
    except (OSError, ValueError) as error:
        raise WeightsRefused(f"{path}: {_NOT_OURS} ({error}).") from error
    if not isinstance(header, dict):
        raise WeightsRefused(f"{path}: {_NOT_OURS}.")
    return header


def read_kept(path: Path, graph: Graph) -> Arrays:
    """The arrays of a kept file, by name, mapped into memory; those that `graph` needs."""
    from safetensors import SafetensorError, safe_open

    shapes = graph.shapes()
    try:
        with safe_open(path, "np") as file:
            arrays = {name: file.get_tensor(name) for name in shapes}
    except (SafetensorError, OSError, TypeError, AttributeError) as error:  # numbers of few bits
        raise WeightsRefused(f"{path}: {_NOT_OURS} ({error}).") from error
    for name, shape in shapes.items():
        if arrays[name].shape != shape or arrays[name].dtype != np.float32:
            raise WeightsRefused(f"{path}: {name}: expected {shape}, found {arrays[name].shape}.")
    return arrays


def sha256_of_arrays(arrays: Mapping[str, np.ndarray]) -> str:
    """One hash for all arrays, whatever file they lie in."""
    numbers = {name: np.ascontiguousarray(array, "<f4") for name, array in arrays.items()}
    listed = [f"{name} {sha256_of(a.tobytes())}" for name, a in numbers.items()]
    return sha256_of("\n".join(listed).encode())
