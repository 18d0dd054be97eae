"""The networks that turn pictures into vectors. No Django in here.

`EMBEDDERS` says what each one is, without importing a network, so that a web worker can tell
whether an index fits. `recommender.embedders.loading.load_embedder` makes one that runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np


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


# RGB -> BGR, resized to 224×224 with Pillow's bilinear filter, less the ImageNet means.
VGG16_PREPROCESSING = "bgr-224-pillow-bilinear-minus-103.939-116.779-123.68"

# In the order of preference: `EMBEDDER=auto` serves the first that has an index.
EMBEDDERS = {
    spec.name: spec
    for spec in (
        EmbedderSpec("vgg16", "fc2", 4096, VGG16_PREPROCESSING, True, "VGG-16 trained on ImageNet"),
        EmbedderSpec(
            "vgg16-untrained", "fc2", 4096, VGG16_PREPROCESSING, False, "VGG-16, never trained"
        ),
    )
}


def embedder_spec(name: str) -> EmbedderSpec:
    """The spec of embedder `name`; EmbedderError with the known names otherwise."""
    if name not in EMBEDDERS:
        raise EmbedderError(f"There is no embedder {name!r}; there are {', '.join(EMBEDDERS)}.")
    return EMBEDDERS[name]
