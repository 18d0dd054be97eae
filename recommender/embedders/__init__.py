"""The networks that turn pictures into vectors. No Django in here.

`EMBEDDERS` says what each one is, without importing a network, so that a web worker can tell
whether an index fits. `recommender.embedders.loading.load_embedder` makes one that runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recommender.embedders.topology import VGG16, Topology


class EmbedderError(Exception):
    """An embedder cannot be had; the message says what to do."""


class UndecodablePicture(ValueError):
    """The bytes are not a picture that can be read; the message says why."""


@dataclass(frozen=True)
class EmbedderSpec:
    """What an embedder's vectors mean; vectors of unlike specs cannot be compared."""

    name: str
    layer: str
    dimension: int
    preprocessing: str
    trained: bool
    description: str
    topology: Topology = VGG16


class Embedder(Protocol):
    """A network that is loaded and ready."""

    spec: EmbedderSpec
    runtime: str
    weights_sha256: str

    def decode(self, data: bytes) -> np.ndarray:
        """Picture bytes -> the (height, width, 3) uint8 RGB array that `embed` takes.

        Raises UndecodablePicture. Safe to call from several threads.
        """
        ...

    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """n decoded pictures -> (n, dimension) float32 embeddings."""
        ...


def _vgg_spec(
    name: str, description: str, topology: Topology = VGG16, trained: bool = True
) -> EmbedderSpec:
    # RGB -> BGR, made smaller with Pillow's bilinear filter, less the ImageNet means.
    preprocessing = f"bgr-{topology.side}-pillow-bilinear-minus-103.939-116.779-123.68"
    return EmbedderSpec(
        name, "fc2", topology.dense[1], preprocessing, trained, description, topology
    )


# In the order of preference: `EMBEDDER=auto` serves the first that has an index.
EMBEDDERS = {
    spec.name: spec
    for spec in (
        _vgg_spec("vgg16", "VGG-16 trained on ImageNet"),
        _vgg_spec("vgg16-untrained", "VGG-16, never trained", trained=False),
    )
}


def embedder_spec(name: str) -> EmbedderSpec:
    """The spec of embedder `name`; EmbedderError with the known names otherwise."""
    if name not in EMBEDDERS:
        raise EmbedderError(f"There is no embedder {name!r}; there are {', '.join(EMBEDDERS)}.")
    return EMBEDDERS[name]
