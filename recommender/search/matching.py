"""What two pictures have in common: places of the one that match places of the other.

A network's places are compared as whole pictures are, by the cosine of what it makes of them; what
it looks at counts most. Two places match where each is the other's nearest (mutual nearest
neighbours, as of local features: D. Lowe, "Distinctive Image Features from Scale-Invariant
Keypoints", 2004, section 7.1, has the idea of keeping only matches that are certain). No Django.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image

from recommender.embedders.contract import Seen

# Regions at most; one has to be so likely as this share of the first, and so far from it, as a
# share of the picture's side.
REGIONS, LEAST, APART = 3, 0.5, 0.2

Place = tuple[float, float]


class InCommon(NamedTuple):
    """What two pictures have in common, for each of the two.

    `shares`: (side, side) each, 0 to 1, how much a place counts. `regions`: the middles of the
    places that match best, as shares of height and width, in the same order for both.
    """

    shares: tuple[np.ndarray, np.ndarray]
    regions: tuple[list[Place], list[Place]]


def in_common(seen: Seen) -> InCommon | None:
    """Of two pictures that a network has seen; None where it does not tell of places."""
    if not seen.places:
        return None
    finest = max(seen.places.values(), key=lambda places: places.shape[1])
    side = finest.shape[1]
    weights = [_weights(seen, number, side).ravel() for number in (0, 1)]
    one, other = _vectors(finest[:2])
    found = np.maximum(one @ other.T, 0) * np.sqrt(np.outer(*weights))
    pairs = _regions(found, side)
    shares = [_as_shares(found.max(axis=axis).reshape(side, side)) for axis in (1, 0)]
    middles = [[_middle(pair[way], side) for pair in pairs] for way in (0, 1)]
    return InCommon((shares[0], shares[1]), (middles[0], middles[1]))


def _weights(seen: Seen, number: int, side: int) -> np.ndarray:
    """(side, side) 0 to 1: how much the network makes of each place of one of the pictures."""
    attention = seen.attention()
    if attention is None:
        attention = (next(reversed(seen.places.values())) ** 2).sum(axis=3)
    picture = Image.fromarray(attention[number].astype(np.float32))
    spread = np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC))
    return _as_shares(np.maximum(spread, 0))


def _vectors(places: np.ndarray) -> np.ndarray:
    """(2, side, side, channels) -> (2, side², channels): what each place and its neighbours show.

    Less the mean of both pictures, which tells nothing apart, and of unit length.
    """
    side = places.shape[1]
    wide = np.pad(places, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    shifts = [(y, x) for y in range(3) for x in range(3)]
    around = sum(wide[:, y : y + side, x : x + side] for y, x in shifts)
    vectors = _unit(np.asarray(around).reshape(2, side * side, -1))
    return _unit(vectors - vectors.mean(axis=(0, 1)))


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9))


def _regions(found: np.ndarray, side: int) -> list[tuple[int, int]]:
    """The places of both that are each other's nearest, the likeliest first, apart in both."""
    there, back = found.argmax(axis=1), found.argmax(axis=0)
    mutual = [(one, int(other)) for one, other in enumerate(there) if back[other] == one]
    mutual.sort(key=lambda pair: (-found[pair], pair))
    kept: list[tuple[int, int]] = []
    for pair in mutual:
        if len(kept) == REGIONS or found[pair] <= LEAST * found[mutual[0]]:
            break
        if all(_far(a, b, side) for known in kept for a, b in zip(pair, known, strict=True)):
            kept.append(pair)
    return kept


def _far(one: int, other: int, side: int) -> bool:
    (top, left), (row, column) = divmod(one, side), divmod(other, side)
    return max(abs(top - row), abs(left - column)) >= APART * side


def _middle(place: int, side: int) -> Place:
    row, column = divmod(place, side)
    return (row + 0.5) / side, (column + 0.5) / side


def _as_shares(found: np.ndarray) -> np.ndarray:
    return np.asarray(found / found.max() if found.max() > 1e-9 else np.zeros_like(found))
