"""Which rows show the same picture, and how near "the same" and "similar" are in a catalogue."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from recommender.index.neighbours import Lists

# The share of altered copies that shall count; the share of random pairs that may be nearer.
COPIES, RANDOM = 0.95, 0.001


class Thresholds(NamedTuple):
    """Cosine distances: within `same`, two rows show one picture; within `similar`, nearly so."""

    same: float
    similar: float


NONE = Thresholds(0.0, 0.0)


def thresholds(saved: np.ndarray, altered: np.ndarray, random: np.ndarray) -> Thresholds:
    """From the distances of pictures to copies of them: saved anew, and visibly altered.

    And from those of random pairs: the same never reaches half-way to where the nearest thousandth
    of these lie, nor similar to there. No distances, no thresholds.
    """
    if not len(saved) or not len(altered) or not len(random):
        return NONE
    nearest = float(np.quantile(random, RANDOM))
    same = min(float(np.quantile(saved, COPIES)), nearest / 2)
    similar = min(float(np.quantile(altered, COPIES)), nearest)
    return Thresholds(same, max(same, similar))


def groups(lists: Lists, threshold: float) -> np.ndarray:
    """(n,) int32: for each row the first row of those that show the same picture.

    Two rows do when their distance is at most `threshold`; and so do all that hang together.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n, k = lists.rows.shape
    near = (lists.distances <= threshold) & (lists.rows >= 0)
    left = np.repeat(np.arange(n), k).reshape(n, k)[near]
    graph = coo_array((np.ones(len(left), bool), (left, lists.rows[near])), (n, n))
    _, labels = connected_components(graph, directed=False)
    _, first = np.unique(labels, return_index=True)
    return first[labels].astype(np.int32)


def parted(
    first: np.ndarray, lists: Lists, threshold: float, pairs: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """Groups taken apart, so that no two rows of a pair are in one: row -> its part's first row.

    Of the groups of `first` that hold both rows of a pair; the others stay. Rows come together as
    they do in `groups`, the nearest first, but never such that a pair would.
    """
    apart: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        if first[one] == first[other]:
            apart[one].add(other)
            apart[other].add(one)
    found: dict[int, int] = {}
    for group in {int(first[row]) for row in apart}:
        members = np.flatnonzero(first == group)
        found |= _parts(members, lists, threshold, apart)
    return found


def _parts(
    members: np.ndarray, lists: Lists, threshold: float, apart: dict[int, set[int]]
) -> dict[int, int]:
    near = (lists.distances[members] <= threshold) & (lists.rows[members] >= 0)
    left, _ = np.nonzero(near)
    ways = zip(
        lists.distances[members][near].tolist(),
        members[left].tolist(),
        lists.rows[members][near].tolist(),
        strict=True,
    )
    part = {row: {row} for row in members.tolist()}
    for _, row, other in sorted(ways):
        one, two = part[row], part[other]
        if one is two or any(apart[told] & two for told in one & apart.keys()):
            continue
        one |= two
        part |= dict.fromkeys(two, one)
    return {row: min(together) for row, together in part.items()}
