"""What an embedder is: a network cut at a layer, that turns pictures into vectors. No Django."""

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
    network: str = ""
    origin: str = ""
    licence: str = ""

    def notice(self) -> str:
        """What is to be said of the weights wherever vectors made with them go."""
        return " · ".join(part for part in (self.origin, self.licence) if part)


class Embedder(Protocol):
    """A network that is loaded and ready."""

    spec: EmbedderSpec
    weights_sha256: str

    def decode(self, data: bytes) -> np.ndarray:
        """Picture bytes -> the (side, side, 3) uint8 RGB array that `embed` takes.

        Raises UndecodablePicture. Safe to call from several threads.
        """
        ...

    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """n decoded pictures -> (n, dimension) float32 embeddings."""
        ...
