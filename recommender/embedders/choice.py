"""From an embedder's name to one that runs, and to what its vectors will be marked with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.embedders.contract import Embedder, EmbedderSpec
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


def choose(name: str, places: Places, runtime: str) -> ChosenEmbedder:
    """The embedder `name`, not loaded yet; one of our networks is to be computed by `runtime`.

    Raises EmbedderError when the name is unknown or its weights cannot be had.
    """
    spec = embedder_spec(name)
    network = NETWORKS[spec.network]
    weights_sha256, make = network.prepare(spec, places, runtime)
    return ChosenEmbedder(spec, weights_sha256, network.preprocessing, make)


def best_available(places: Places) -> str:
    """The embedder that `auto` means: the first preferred one whose weights are here."""
    return next((name for name in PREFERRED if available(name, places)), PREFERRED[-1])


def available(name: str, places: Places) -> bool:
    """Whether the embedder's weights are on this machine. Raises EmbedderError for no such name."""
    spec = embedder_spec(name)
    return NETWORKS[spec.network].available(spec, places)
