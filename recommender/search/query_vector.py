"""What is asked about, as a point among the rows of an index: its vector, and its colours."""

from dataclasses import dataclass

import numpy as np

from recommender.index.colours import fused
from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.search.scores import scale_of, scales

# How much of the disliked is taken off the liked.
SHARE = 1 / 3


@dataclass(frozen=True)
class QueryVector:
    """A (d,) vector and, with `share` above 0, (48,) colours that count by so much."""

    vector: np.ndarray
    colours: np.ndarray | None = None
    share: float = 0.0

    def distances(
        self, index: SimilarityIndex, metric: Metric, rows: np.ndarray | None = None
    ) -> np.ndarray:
        """The exact distances of some rows, or of all: (m,) float64."""
        vectors = index.embeddings if rows is None else index.embeddings[rows]
        if self.colours is None or index.colours is None:
            return distances(metric, self.vector, vectors)
        colours = index.colours if rows is None else index.colours[rows]
        both = scales(index)[metric], scales(index, of_colours=True)[metric]
        return fused(metric, self.share, self.vector, self.colours, (vectors, colours), both)

    def scale(self, index: SimilarityIndex, metric: Metric) -> float:
        """The distance of a random pair, measured as this point's distances are."""
        return scale_of(index, metric, self.share)


def middle(liked: np.ndarray, disliked: np.ndarray) -> np.ndarray:
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
