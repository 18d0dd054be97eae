"""Which rows show the same picture, and how near "the same" and "similar" are in a catalogue."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from recommender.index.distances import distances, of_pairs
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists
from recommender.index.views import Views

# The share of altered copies that shall count; the share of random pairs that may be nearer.
COPIES, RANDOM = 0.95, 0.001
# Vectors no farther apart than this differ by rounding alone.
EQUAL = 1e-12

# Two rows -> whether their pictures show one and the same, pixel by pixel.
ShowOne = Callable[[int, int], bool]


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


def groups(
    lists: Lists,
    threshold: float,
    embeddings: np.ndarray,
    views: Views | None = None,
    show_one: ShowOne | None = None,
) -> np.ndarray:
    """(n,) int32: for each row the first row of those that show the same picture.

    No two rows of a group are farther apart than `threshold`, by the nearest pair of their (n, d)
    embeddings and further pictures. The nearest come together first (complete linkage): so a
    chain of near rows is no group. Of pairs that share a picture, those with the same first one
    come first, then those that share more, then by row. `show_one` is asked of pairs that are near
    but not equal: those of which it is not true bring nothing together.
    """
    one, other, away = _near_pairs(lists, threshold)
    if show_one is not None:
        one, other, away = _those_that(show_one, one, other, away)
    equal = away <= (EQUAL if views is None else -1.0)  # shared pictures differ from row to row
    first = _first_of_connected(one[equal], other[equal], len(embeddings))
    linkage = _Linkage(embeddings, threshold, views)
    order = _nearest_first(one, other, away, linkage)
    for pair in zip(first[one[order]].tolist(), first[other[order]].tolist(), strict=True):
        linkage.join(*pair)
    return np.asarray(linkage.first_of_each(len(embeddings))[first], np.int32)


def _near_pairs(lists: Lists, threshold: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows and greater rows that lists hold within the threshold, and how far apart they are."""
    n, k = lists.rows.shape
    near = (lists.distances <= threshold) & (lists.rows >= 0)
    left = np.repeat(np.arange(n), k).reshape(n, k)[near]
    right = lists.rows[near].astype(np.int64)
    pairs = np.minimum(left, right) * n + np.maximum(left, right)
    pairs, places = np.unique(pairs, return_index=True)
    return pairs // max(n, 1), pairs % max(n, 1), lists.distances[near][places]


def _those_that(
    show_one: ShowOne, one: np.ndarray, other: np.ndarray, away: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kept = away <= EQUAL
    for pair in np.flatnonzero(~kept):
        kept[pair] = show_one(int(one[pair]), int(other[pair]))
    return one[kept], other[kept], away[kept]


def _nearest_first(
    one: np.ndarray, other: np.ndarray, away: np.ndarray, linkage: "_Linkage"
) -> np.ndarray:
    """(m,): the order in which pairs come together."""
    equal = np.flatnonzero(away <= EQUAL)
    in_common = np.zeros((2, len(one)), np.int64)
    in_common[:, equal] = linkage.in_common(one[equal], other[equal])
    return np.lexsort((other, one, -in_common[1], -in_common[0], np.where(away <= EQUAL, 0, away)))


def in_common(one: np.ndarray, other: np.ndarray) -> tuple[bool, int]:
    """Whether two products' first pictures are the same, and how many of all of them are.

    (m, d) and (p, d) embeddings of their pictures, the first one first.
    """
    same = np.stack([distances(Metric.COSINE, picture, other) for picture in one]) <= EQUAL
    return bool(same[0, 0]), min(int(same.any(axis).sum()) for axis in (0, 1))


def _first_of_connected(one: np.ndarray, other: np.ndarray, n: int) -> np.ndarray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(one), bool), (one, other)), (n, n))
    _, labels = connected_components(graph, directed=False)
    _, first = np.unique(labels, return_index=True)
    return np.asarray(first[labels])


class _Linkage:
    """Rows that come together as long as all of them are within the threshold of each other.

    Each pair of rows is measured once at most.
    """

    def __init__(self, embeddings: np.ndarray, threshold: float, views: Views | None) -> None:
        self._embeddings = embeddings
        self._views = views
        self._threshold = threshold
        self._root: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._apart: dict[int, set[int]] = defaultdict(set)

    def join(self, one: int, other: int) -> None:
        """Puts the groups of two rows within the threshold together, unless others are not."""
        a, b = self._root.get(one, one), self._root.get(other, other)
        if a == b or b in self._apart[a]:
            return
        large, small = sorted((a, b), key=lambda root: -len(self._of(root)))
        if self._fit(self._of(large), self._of(small)):
            self._merge(large, small)
        else:
            self._apart[a].add(b)
            self._apart[b].add(a)

    def in_common(self, one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of (m,) pairs of rows whether the first pictures are the same, and how many others
        are: (m,) each. Where the first ones are, the others are not counted."""
        first = of_pairs(Metric.COSINE, self._embeddings, one, other) <= EQUAL
        shared = np.zeros(len(one), np.int64)
        for pair in np.flatnonzero(~first):
            pictures = self._pictures(one[pair]), self._pictures(other[pair])
            shared[pair] = in_common(*pictures)[1]
        return first, shared

    def first_of_each(self, n: int) -> np.ndarray:
        """(n,) int32: the first row of each one's group."""
        first = np.arange(n, dtype=np.int32)
        for members in self._members.values():
            first[members] = min(members)
        return first

    def _of(self, root: int) -> list[int]:
        return self._members.get(root, [root])

    def _fit(self, large: list[int], small: list[int]) -> bool:
        if len(large) == 1:
            return True
        pictures = [self._pictures(row) for row in large]
        starts = np.cumsum([0, *map(len, pictures[:-1])])
        others = np.concatenate(pictures)
        return all(self._farthest(row, others, starts) <= self._threshold for row in small)

    def _farthest(self, row: int, others: np.ndarray, starts: np.ndarray) -> float:
        away = [distances(Metric.COSINE, one, others) for one in self._pictures(row)]
        return float(np.minimum.reduceat(np.min(away, axis=0), starts).max())

    def _pictures(self, row: int) -> np.ndarray:
        own = self._embeddings[row : row + 1]
        if self._views is None:
            return own
        return np.concatenate([own, self._views.embeddings[self._views.rows_of(row)]])

    def _merge(self, large: int, small: int) -> None:
        coming = self._of(small)
        self._members[large] = [*self._of(large), *coming]
        self._members.pop(small, None)
        self._root |= dict.fromkeys(coming, large)
        for root in self._apart.pop(small, ()):
            self._apart[root].discard(small)
            self._apart[root].add(large)
            self._apart[large].add(root)


class RowsOfGroups:
    """Groups as `groups` finds them, and the rows of each: a look-up, however many there are.

    Only rows that stand behind another are kept, in the order of their groups.
    """

    def __init__(self, first: np.ndarray) -> None:
        """`first`: (n,) the first row of each row's group."""
        self.first = first
        behind = np.flatnonzero(first != np.arange(len(first)))
        order = np.argsort(first[behind], kind="stable")
        self._behind = behind[order]
        self._group = np.asarray(first[self._behind])

    def of(self, group: int) -> np.ndarray:
        """The rows of the group whose first row that is, ascending; (m,) int64."""
        begin, end = self._places(self._group.dtype.type(group))
        return np.append(np.int64(group), self._behind[begin:end])

    def sizes(self, groups: np.ndarray) -> np.ndarray:
        """How many rows each of the groups has whose first rows these are; (m,) -> (m,) int64."""
        begin, end = self._places(groups)
        return np.asarray(1 + end - begin)

    def _places(self, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the rows begin and end that stand behind the first ones."""
        begin, end = (np.searchsorted(self._group, groups, side) for side in ("left", "right"))
        return begin, end


def parted(
    rows: RowsOfGroups, lists: Lists, threshold: float, pairs: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """Groups taken apart, so that no two rows of a pair are in one: row -> its part's first row.

    Of the groups that hold both rows of a pair; the others stay. Rows come together as they do in
    `groups`, the nearest first, but never such that a pair would.
    """
    first = rows.first
    apart: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        if first[one] == first[other]:
            apart[one].add(other)
            apart[other].add(one)
    found: dict[int, int] = {}
    for group in {int(first[row]) for row in apart}:
        found |= _parts(rows.of(group), lists, threshold, apart)
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
