"""What an index costs: the time of a question, and the memory."""

import resource
import sys
import time
from dataclasses import dataclass

import numpy as np

from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex

QUESTIONS = 20


@dataclass(frozen=True)
class Cost:
    """One of them: what it is called, and the number with its unit."""

    key: str
    title: str
    value: float
    unit: str

    @property
    def figure(self) -> str:
        return f"{self.value:,.1f} {self.unit}"


def costs_of(index: SimilarityIndex, size: int, seconds_a_picture: float | None) -> list[Cost]:
    """A picture through the network, where that was measured; a search through all; the memory.

    `size` is that of the index's file in bytes.
    """
    found = [
        Cost("search", "A search through all products", 1000 * _search_seconds(index), "ms"),
        Cost("index_size", "The index, shared by all workers", size / 1e6, "MB"),
        Cost("evaluation_peak", "This evaluation, at most", _peak() / 1e6, "MB"),
    ]
    if seconds_a_picture is None:
        return found
    through = Cost("embedding", "A picture through the network", 1000 * seconds_a_picture, "ms")
    return [through, *found]


def _search_seconds(index: SimilarityIndex) -> float:
    """The median of some searches, after one that loads and compiles what it needs."""
    rows = np.linspace(0, len(index) - 1, QUESTIONS + 1, dtype=int)
    seconds = []
    for row in rows:
        began = time.perf_counter()
        index.search(np.asarray(index.embeddings[row]), Metric.COSINE)
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds[1:]))


def _peak() -> int:
    """Bytes that this process held at most; Linux counts in KiB, macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
