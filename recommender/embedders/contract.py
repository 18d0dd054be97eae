"""What an embedder is: a network cut at a layer, that turns pictures into vectors. No Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np


class EmbedderError(Exception):
    """An embedder cannot be had; the message says what to do."""


class UndecodablePicture(ValueError):
    """The bytes are not a picture that can be read; the message says why."""


# What a network computes in. Vectors of the two are never compared with each other.
FLOAT32, BFLOAT16 = "float32", "bfloat16"
PRECISIONS = (FLOAT32, BFLOAT16)

# The layer that tells where a network looks, in those that are told by their places.
HEAD = "head"


@dataclass(frozen=True)
class EmbedderSpec:
    """What an embedder's vectors mean; vectors of unlike specs cannot be compared.

    `parts`, (numbers, weight) of each layer in a vector, are for a projection; without them the
    vectors are compared as they are.
    """

    name: str
    layer: str
    dimension: int
    preprocessing: str
    trained: bool
    description: str
    network: str = ""
    origin: str = ""
    licence: str = ""
    parts: tuple[tuple[int, float], ...] = ()
    precision: str = FLOAT32

    def notice(self) -> str:
        """What is to be said of the weights wherever vectors made with them go."""
        return " · ".join(part for part in (self.origin, self.licence) if part)


class Seen(NamedTuple):
    """What a network makes of n pictures: (n, dimension) float32 vectors, and the places behind.

    `places` has, by layer, what was pooled into the vectors: (n, side, side, channels) float32,
    from the picture's upper left on; nothing for a network whose layers are not ours.
    """

    vectors: np.ndarray
    places: dict[str, np.ndarray]

    def attention(self) -> np.ndarray | None:
        """(n, side, side) float32: how much the network makes of each place of each picture.

        The squares of the channels of its last layer of places, HEAD, added up: where it finds
        something, many of them are large. None for a network without such a layer.
        """
        head = self.places.get(HEAD)
        return None if head is None else np.einsum("nyxc,nyxc->nyx", head, head)


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

    def embed_with_places(self, pictures: Sequence[np.ndarray]) -> Seen:
        """The same embeddings, and in the same pass the places that they are pooled from."""
        ...


class LoadableEmbedder(Protocol):
    """An embedder that has yet to be loaded: its spec, and the hash of its weights."""

    @property
    def spec(self) -> EmbedderSpec: ...

    @property
    def weights_sha256(self) -> str: ...

    def load(self) -> Embedder: ...
