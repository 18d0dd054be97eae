"""From an embedder's name to one that runs, and to what its vectors will be marked with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recommender.embedders.contract import Embedder, EmbedderSpec
from recommender.embedders.networks.weight_files import untrained_sha256
from recommender.embedders.networks.weights import find_weights
from recommender.embedders.registry import embedder_spec
from runs.files import sha256_of_file


@dataclass(frozen=True)
class ChosenEmbedder:
    """An embedder that can be loaded: its spec, its weights, and their hash."""

    spec: EmbedderSpec
    weights: Path | None
    weights_sha256: str

    def load(self) -> Embedder:
        """The running network; takes seconds and imports the runtime."""
        from recommender.embedders.runtimes.tensorflow import TensorFlowVGG16

        return TensorFlowVGG16(self.spec, self.weights, self.weights_sha256)


def choose(
    name: str, weights: Path | None = None, download: Callable[[], str] | None = None
) -> ChosenEmbedder:
    """The source of embedder `name`, without loading it.

    `weights` is the configured file; `download` fetches one, and is only called when there is
    none. Raises EmbedderError when the name is unknown or the weights cannot be had.
    """
    spec = embedder_spec(name)
    if not spec.trained:
        return ChosenEmbedder(spec, None, untrained_sha256())
    path = find_weights(weights, download)
    return ChosenEmbedder(spec, path, sha256_of_file(path))
