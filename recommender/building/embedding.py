"""A batch of pictures in; hashes, vectors and what went wrong out.

Pure: no Django, no files, no state but the embedder's, so that it can run on another machine.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from catalog.colours.names import colour_names_where
from recommender.building.focus import focus_of
from recommender.embedders.contract import Embedder, UndecodablePicture
from recommender.index.metrics import LARGEST
from runs.files import sha256_of


@dataclass(frozen=True)
class Decoded:
    """A picture as the network takes it; without `pixels`, `reason` says why.

    `size` is the picture's own, (width, height).
    """

    content_hash: str
    pixels: np.ndarray | None
    reason: str = ""
    size: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Embedded:
    """What came of a picture: its (d,) float32 vector; without it, `reason` says why.

    `colour_names` are those of what the network looked at, the largest first, `focus` is where a
    tile cuts it (focus.py); there are none where the network does not tell where it looks.
    """

    content_hash: str
    vector: np.ndarray | None
    reason: str = ""
    colour_names: tuple[str, ...] = ()
    focus: int | None = None


def embed_batch(embedder: Embedder, pictures: Sequence[bytes]) -> list[Embedded]:
    """What came of each of n pictures' bytes, in their order; equal bytes are embedded once."""
    return embed_decoded(embedder, [decode(embedder, data) for data in pictures])


def decode(embedder: Embedder, data: bytes) -> Decoded:
    """The hash of a picture's bytes, and its pixels. Safe to call from several threads."""
    content_hash = sha256_of(data)
    try:
        return Decoded(content_hash, embedder.decode(data), size=_size(data))
    except UndecodablePicture as error:
        return Decoded(content_hash, None, f"its picture cannot be decoded: {error}")


def _size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.size


def embed_decoded(embedder: Embedder, batch: Sequence[Decoded]) -> list[Embedded]:
    """What came of each of n decoded pictures, in their order."""
    fresh = {one.content_hash: one for one in batch if one.pixels is not None}
    found = _seen(embedder, list(fresh.values())) if fresh else {}
    return [
        found.get(one.content_hash) or Embedded(one.content_hash, None, one.reason) for one in batch
    ]


def _seen(embedder: Embedder, batch: Sequence[Decoded]) -> dict[str, Embedded]:
    """What came of pictures that could be decoded, by their hashes."""
    pictures = [one.pixels for one in batch if one.pixels is not None]
    seen = embedder.embed_with_places(pictures)
    vectors, attention = np.asarray(seen.vectors, np.float32), seen.attention()
    places = [None] * len(batch) if attention is None else attention
    parts = zip(batch, pictures, vectors, places, strict=True)
    return {one.content_hash: _embedded(one, *part) for one, *part in parts}


def _embedded(
    picture: Decoded, pixels: np.ndarray, vector: np.ndarray, attention: np.ndarray | None
) -> Embedded:
    if not (np.abs(vector) <= LARGEST).all():
        reason = "the network gave a vector that is not finite, or too large"
        return Embedded(picture.content_hash, None, reason)
    if attention is None:
        return Embedded(picture.content_hash, vector)
    names = colour_names_where(pixels, attention)
    focus = focus_of(attention, *picture.size)
    return Embedded(picture.content_hash, vector, colour_names=names, focus=focus)
