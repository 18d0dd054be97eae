"""A batch of pictures in; hashes, vectors and what went wrong out.

Pure: no Django, no files, no state but the embedder's, so that it can run on another machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.embedders.contract import Embedder, UndecodablePicture
from runs.files import sha256_of


@dataclass(frozen=True)
class Decoded:
    """A picture as the network takes it; without `pixels`, `reason` says why."""

    content_hash: str
    pixels: np.ndarray | None
    reason: str = ""


@dataclass(frozen=True)
class Embedded:
    """What came of a picture: its (d,) float32 vector; without it, `reason` says why."""

    content_hash: str
    vector: np.ndarray | None
    reason: str = ""


def embed_batch(embedder: Embedder, pictures: Sequence[bytes]) -> list[Embedded]:
    """What came of each of n pictures' bytes, in their order; equal bytes are embedded once."""
    return embed_decoded(embedder, [decode(embedder, data) for data in pictures])


def decode(embedder: Embedder, data: bytes) -> Decoded:
    """The hash of a picture's bytes, and its pixels. Safe to call from several threads."""
    content_hash = sha256_of(data)
    try:
        return Decoded(content_hash, embedder.decode(data))
    except UndecodablePicture as error:
        return Decoded(content_hash, None, f"its picture cannot be decoded: {error}")


def embed_decoded(embedder: Embedder, batch: Sequence[Decoded]) -> list[Embedded]:
    """What came of each of n decoded pictures, in their order."""
    fresh = {one.content_hash: one.pixels for one in batch if one.pixels is not None}
    vectors: dict[str, np.ndarray] = {}
    if fresh:
        found = np.asarray(embedder.embed(list(fresh.values())), np.float32)
        vectors = dict(zip(fresh, found, strict=True))
    return [_embedded(one, vectors.get(one.content_hash)) for one in batch]


def _embedded(picture: Decoded, vector: np.ndarray | None) -> Embedded:
    if vector is None:
        return Embedded(picture.content_hash, None, picture.reason)
    if not np.isfinite(vector).all():
        return Embedded(picture.content_hash, None, "the network gave no finite vector")
    return Embedded(picture.content_hash, vector)
