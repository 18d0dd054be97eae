"""From an embedder's name to one that runs, and to what its vectors will be marked with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.embedders.contract import (
    FLOAT32,
    Embedder,
    EmbedderError,
    EmbedderSpec,
    Seen,
)
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.registry import NETWORKS, PREFERRED, embedder_spec
from recommender.embedders.runtimes import Runtime
from recommender.embedders.weights.source import Places


@dataclass(frozen=True)
class ChosenEmbedder:
    """An embedder that can be loaded: its spec, and the hash of its weights."""

    spec: EmbedderSpec
    weights_sha256: str
    preprocessing: Preprocessing
    make: Callable[[], Runtime]

    def load(self) -> Embedder:
        """The running network; takes a moment, and imports the runtime."""
        return LoadedEmbedder(self.spec, self.weights_sha256, self.preprocessing, self.make())


@dataclass
class LoadedEmbedder:
    """A network's way of seeing pictures, and what computes it."""

    spec: EmbedderSpec
    weights_sha256: str
    preprocessing: Preprocessing
    runtime: Runtime

    def decode(self, data: bytes) -> np.ndarray:
        return self.preprocessing.decode(data)

    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        return self.runtime(pictures)

    def embed_with_places(self, pictures: Sequence[np.ndarray]) -> Seen:
        return self.runtime.with_places(pictures)


def choose(name: str, places: Places, runtime: str, precision: str = FLOAT32) -> ChosenEmbedder:
    """The embedder `name`, not loaded yet; `runtime` is to compute one of our networks.

    runtime: one of RUNTIMES, or AUTO or AT_ONCE. precision: one of PRECISIONS.

    Raises EmbedderError when the name is unknown, or its weights or the precision cannot be had.
    """
    spec = replace(embedder_spec(name), precision=precision)
    network = NETWORKS[spec.network]
    if precision not in network.precisions:
        raise EmbedderError(f"{name} is computed in {' or '.join(network.precisions)} only.")
    weights_sha256, make = network.prepare(spec, places, runtime)
    return ChosenEmbedder(spec, weights_sha256, network.preprocessing, make)


def precisions_of(name: str) -> tuple[str, ...]:
    """What embedder `name` can be computed in, if the processor can: float32 always."""
    network = NETWORKS.get(embedder_spec(name).network)
    return (FLOAT32,) if network is None else network.precisions


def best_available(places: Places) -> str:
    """The embedder that `auto` means: the first preferred one whose weights are here."""
    return next((name for name in PREFERRED if available(name, places)), PREFERRED[-1])


def available(name: str, places: Places) -> bool:
    """Whether the embedder's weights are on this machine. Raises EmbedderError for no such name."""
    spec = embedder_spec(name)
    return NETWORKS[spec.network].available(spec, places)
