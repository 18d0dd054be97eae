"""Answers that differ among themselves, too.

Maximal marginal relevance: J. Carbonell, J. Goldstein, "The use of MMR, diversity-based reranking
for reordering documents and producing summaries", SIGIR 1998.
"""

import numpy as np

from recommender.engines.contract import Index
from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour
from recommender.search.scores import score


def diversified(
    found: list[Neighbour],
    index: Index,
    metric: Metric,
    k: int,
    diversity: float,
    scale: float | None = None,
) -> list[Neighbour]:
    """k of the neighbours found, each time the one that is like the query and unlike those taken.

    The one with the greatest (1 − diversity) · likeness − diversity · (likeness to the most alike
    of those taken), a likeness being a score; ties as they stood. `scale` is that of the distances
    found, where it is another; among themselves they are compared by their vectors alone.
    """
    among = index.statistics.scale(metric)
    scale = among if scale is None else scale
    relevant = np.array([score(distance, scale) for _, distance in found])
    vectors = index.vectors([item_id for item_id, _ in found])
    nearest_taken = np.zeros(len(found))
    left, taken = list(range(len(found))), list[int]()
    while left and len(taken) < k:
        gain = (1 - diversity) * relevant[left] - diversity * nearest_taken[left]
        best = left.pop(int(np.argmax(gain)))
        taken.append(best)
        away = distances(metric, vectors[best], vectors)
        likeness = np.array([score(distance, among) for distance in away])
        nearest_taken = np.maximum(nearest_taken, likeness)
    return [found[place] for place in taken]
