"""What is filed wrongly: the vote of a product's look-alikes on its category, and its confidence.

The vote is of the nearest products of other groups and other pictures, each picture and each group
once, so that copies do not outvote the rest. A nearer one counts more: exp(−2 (d / d_k)²), d_k
being how far the last of them is. A product's own category has no say (leave one out). How often
such a vote is right, by its share, is read off the products that have a category: isotonic
regression (R. Barlow et al., "Statistical inference under order restrictions", 1972). What is
listed first is where the own category has the fewest votes by what another has: the logarithm of
their ratio.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.engines.contract import Index
from recommender.index.metrics import Metric
from recommender.index.neighbours import Progress
from recommender.search.categories import Categories

# Votes at most; and the part of a list that is looked at for so many that are not copies.
VOTES, LOOKED_AT = 15, 30
# Products at a time.
BATCH = 1000
# The vote of fewer tells nothing.
FEWEST = 3
# Added to both shares, so that none at all is not infinitely little.
LEAST = 0.01
# Of those that vote for what is suggested, so many are kept to be shown.
SHOWN = 5


@dataclass(frozen=True)
class Suggestion:
    """Where a product seems to belong: `category` is where it is filed, "" for nowhere.

    `confidence`, 0 to 1: the share of such votes that are right, measured. `suspicion`: the larger,
    the less of its look-alikes are where it is filed. `voters`: the nearest that are where it is
    suggested to be.
    """

    item_id: str
    category: str
    suggested: str
    confidence: float
    suspicion: float
    voters: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Votes:
    """Of n products: the first category (n,) by votes, -1 where too few vote; its share (n,), and
    that of the product's own; the rows (n, SHOWN) that voted for the first, -1 for none."""

    first: np.ndarray
    share: np.ndarray
    own: np.ndarray
    voters: np.ndarray


def suggestions(
    index: Index, categories: Categories, progress: Progress | None = None
) -> tuple[list[Suggestion], list[Suggestion]]:
    """What may be filed wrongly, the most suspicious first; and what is filed nowhere, the most
    confident first."""
    votes = votes_of(index, categories, progress)
    confidence = confidences(votes, categories.codes)
    suspicion = np.log((votes.share + LEAST) / (votes.own + LEAST))
    filed, voted = categories.codes >= 0, votes.first >= 0
    wrong = np.flatnonzero(filed & voted & (votes.first != categories.codes))
    nowhere = np.flatnonzero(~filed & voted)
    wrong = wrong[np.lexsort((wrong, -confidence[wrong], -suspicion[wrong]))]
    nowhere = nowhere[np.lexsort((nowhere, -votes.share[nowhere]))]

    told = _Told(categories, votes, confidence, suspicion)
    return list(map(told.of, wrong.tolist())), list(map(told.of, nowhere.tolist()))


@dataclass(frozen=True, eq=False)
class _Told:
    categories: Categories
    votes: Votes
    confidence: np.ndarray
    suspicion: np.ndarray

    def of(self, row: int) -> Suggestion:
        ids, names, code = self.categories.item_ids, self.categories.names, self._code(row)
        voters = tuple(ids[other] for other in self.votes.voters[row] if other >= 0)
        return Suggestion(
            ids[row], names[code] if code >= 0 else "", names[self.votes.first[row]],
            float(self.confidence[row]), float(self.suspicion[row]), voters,
        )  # fmt: skip

    def _code(self, row: int) -> int:
        return int(self.categories.codes[row])


def votes_of(index: Index, categories: Categories, progress: Progress | None = None) -> Votes:
    """The votes on all products that the index knows, some at a time; memory grows with n alone."""
    n = len(categories.item_ids)
    votes = Votes(
        np.full(n, -1, np.int32), np.zeros(n), np.zeros(n), np.full((n, SHOWN), -1, np.int32)
    )
    for rows, lists in _lists(index, categories, progress):
        for row, (others, distances) in zip(rows, lists, strict=True):
            _count(votes, row, others, distances, categories.codes)
    return votes


def _lists(
    index: Index, categories: Categories, progress: Progress | None
) -> Iterator[tuple[list[int], list[tuple[np.ndarray, np.ndarray]]]]:
    """Of some products at a time: who votes on each, the nearest first, and how far they are."""
    n, length = len(categories.item_ids), min(index.k, LOOKED_AT)
    alike = categories.copies_in(index)
    for start in range(0, n, BATCH):
        stop = min(start + BATCH, n)
        wanted = categories.item_ids[start:stop]
        found = index.lists_of(wanted, Metric.COSINE, length)
        rows = [row for row in range(start, stop) if categories.item_ids[row] in found]
        yield (
            rows,
            [_voters(row, found[categories.item_ids[row]], categories, alike) for row in rows],
        )
        if progress:
            progress(stop, n)


def _voters(
    row: int, neighbours: Sequence[tuple[str, float]], categories: Categories, alike: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The rows of those that vote, each picture and each group of variants once, with distances."""
    taken = set(alike[row].tolist()) - {-1}
    rows, distances = [], []
    for item_id, distance in neighbours:
        other = categories.row_of.get(item_id, -1)
        if other < 0 or categories.codes[other] < 0:
            continue
        same = set(alike[other].tolist()) - {-1}
        if same & taken:
            continue
        taken |= same
        rows.append(other)
        distances.append(distance)
        if len(rows) == VOTES:
            break
    return np.array(rows, np.int32), np.array(distances)


def _count(
    votes: Votes, row: int, others: np.ndarray, distances: np.ndarray, codes: np.ndarray
) -> None:
    if len(others) < FEWEST:
        return
    weights = np.exp(-2 * (distances / max(float(distances[-1]), 1e-12)) ** 2)
    cast = np.bincount(codes[others], weights) / weights.sum()
    first = int(cast.argmax())
    own = int(codes[row])
    votes.first[row], votes.share[row] = first, cast[first]
    votes.own[row] = cast[own] if 0 <= own < len(cast) else 0.0
    voters = others[codes[others] == first][:SHOWN]
    votes.voters[row, : len(voters)] = voters


def confidences(votes: Votes, codes: np.ndarray) -> np.ndarray:
    """(n,) how often a vote of such a share is right, by the products that have a category."""
    from sklearn.isotonic import IsotonicRegression

    known = (codes >= 0) & (votes.first >= 0)
    if not known.any():
        return np.zeros(len(codes))
    right = votes.first[known] == codes[known]
    line = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    line.fit(votes.share[known], right.astype(np.float64))
    return np.asarray(line.predict(votes.share))
