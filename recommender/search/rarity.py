"""How rare it is in a catalogue that two products are so near.

A distance says little by itself: how near the nearest lie differs from catalogue to catalogue, from
metric to metric, and with how much colours count. So it is compared with the distance of every
product to its own nearest one, under the same metric and mixture.
"""

import numpy as np

from recommender.engines.contract import Index
from recommender.index.metrics import Metric
from recommender.index.statistics import FEWEST


def share_nearer(
    index: Index, metric: Metric, found: np.ndarray, colour: float = 0.0
) -> np.ndarray | None:
    """(n,) distances -> (n,) shares of the products that have another one nearer than that.

    0: no two products are nearer; 1: every product has one that is. `colour` is how much colours
    count in these distances, as in `fused`. None where the catalogue has fewer than 20 products, or
    where all lie equally far apart.
    """
    if len(index) < FEWEST:
        return None
    nearest = index.statistics.nearest_of_all(metric, colour)
    if nearest is None:
        return None
    return np.asarray(np.searchsorted(nearest, found, "left") / len(nearest))
