"""What a new worker does before anybody asks: else the first visitor would wait for it."""

import numpy as np
import numpy.ma

from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.live import current
from recommender.live.worker_threads import Lane, beside


def warm() -> None:
    """Opens the live index, if there is one, and has numba load or compile what a search needs."""
    try:
        index = current.live_index()
    except current.IndexUnavailable:
        return
    beside(Lane.SEARCHES, _search, index)


def _search(index: SimilarityIndex) -> None:
    few = np.arange(min(2, len(index)))
    for metric in Metric:
        index.search(np.zeros(index.manifest.dimension, np.float32), metric, 1, among=few)
