"""What is asked about, as a point among the products of an index."""

from collections.abc import Sequence

import numpy as np

from recommender.engines.contract import Index
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.words import FAR_OUT
from recommender.search.rarity import share_nearer

# How much of the disliked is taken off the liked.
SHARE = 1 / 3


class QueryVector(Point):
    """A point, and what distances from it mean."""

    def scale(self, index: Index, metric: Metric) -> float:
        """The distance of a random pair, measured as this point's distances are."""
        return index.statistics.scale(metric, self.share)

    def rarity(self, index: Index, metric: Metric, found: Sequence[float]) -> list[float | None]:
        """For each of these distances the share of products whose nearest is nearer than that."""
        shares = share_nearer(index, metric, np.asarray(found), self.share)
        return [None] * len(found) if shares is None else list(shares.tolist())


class OfWords(QueryVector):
    """A point that words lead to: no product lies near it, so rarity would tell nothing."""

    def rarity(self, index: Index, metric: Metric, found: Sequence[float]) -> list[float | None]:
        return [None] * len(found)


def far_out(direction: np.ndarray, disliked: np.ndarray, length: float) -> OfWords:
    """The point of words alone, (d,) of length 1, away from the (m, d) disliked.

    `length` is that of a vector, as they are; see FAR_OUT.
    """
    point = rocchio(np.asarray(length * direction, np.float32)[None], disliked)
    return OfWords(np.asarray(FAR_OUT * point, np.float32))


def beside_words(liked: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """(n, d) -> (n + 1, d): the liked, and words as one more of them, as long as they are."""
    length = np.linalg.norm(liked, axis=1).mean()
    return np.concatenate([liked, np.asarray(length * direction, np.float32)[None]])


def means(index: Index, item_ids: Sequence[str]) -> np.ndarray:
    """(n, d): each product's vector; the mean of those of its pictures, where it has several.

    So they are compared where several products are asked about: by what their pictures share.
    """
    found = np.array(index.vectors(item_ids), np.float32)
    if not index.further_count:
        return found
    for row, item_id in enumerate(item_ids):
        further = index.further_vectors(item_id)
        if len(further):
            found[row] = np.concatenate([found[row : row + 1], further]).mean(axis=0)
    return found


def rocchio(liked: np.ndarray, disliked: np.ndarray) -> np.ndarray:
    """(n, d) and (m, d) -> (d,): the mean of the liked, less a share of that of the disliked.

    At the size that it had; one that is liked alone is itself.
    """
    if len(liked) == 1 and not len(disliked):
        return np.asarray(liked[0])
    point = liked.mean(axis=0, dtype=np.float64)
    if len(disliked):
        away = disliked.mean(axis=0, dtype=np.float64)
        point = (point - SHARE * away) / (1 - SHARE)
    return np.asarray(point, np.float32)
