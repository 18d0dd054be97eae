"""From an embedder's name to one that runs, and to what its vectors will be marked with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.embedders.contract import Embedder, EmbedderSpec
from recommender.embedders.networks.network import Places
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.registry import NETWORKS, PREFERRED, embedder_spec
from recommender.embedders.runtimes import Runtime, make_runtime


@dataclass(frozen=True)
class ChosenEmbedder:
    """An embedder that can be loaded: its spec, and the hash of its weights."""

    spec: EmbedderSpec
    weights_sha256: str
    make: Callable[[], tuple[Preprocessing, Runtime]]

    def load(self) -> Embedder:
        """The running network; takes a moment, and imports the runtime."""
        preprocessing, runtime = self.make()
        return LoadedEmbedder(self.spec, self.weights_sha256, preprocessing, runtime)


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
    """The embedder `name`, not loaded yet, to be computed by `runtime`.

    Raises EmbedderError when the name is unknown or its weights cannot be had.
    """
    spec = embedder_spec(name)
    network = NETWORKS[spec.network]
    needed = network.graph.cut(spec.layer)
    weights = network.source.find(network.graph, needed, places)

    def make() -> tuple[Preprocessing, Runtime]:
        seen = network.preprocessing
        return seen, make_runtime(runtime, needed, weights.read(), seen)

    return ChosenEmbedder(spec, weights.sha256, make)


def best_at_hand(places: Places) -> str:
    """The embedder that `auto` means: the first preferred one whose weights are here."""
    return next((name for name in PREFERRED if at_hand(name, places)), PREFERRED[-1])


def at_hand(name: str, places: Places) -> bool:
    """Whether the embedder's weights are on this machine. Raises EmbedderError for no such name."""
    spec = embedder_spec(name)
    network = NETWORKS[spec.network]
    return network.source.at_hand(network.graph.cut(spec.layer), places)
