"""What is asked about, as a point among the rows of an index: its vector, and its colours."""

from dataclasses import dataclass

import numpy as np

from recommender.index.distances import distances, fused
from recommender.index.metrics import Metric
from recommender.index.statistics import Statistics


@dataclass(frozen=True)
class Point:
    """A (d,) vector and, with `share` above 0, (48,) colours that count by so much.

    `further` (m, d): the vectors of further pictures of the one product that is asked about; then
    what is nearest to any of them is near. Where colour counts, they do not.
    """

    vector: np.ndarray
    colours: np.ndarray | None = None
    share: float = 0.0
    further: np.ndarray | None = None

    @property
    def vectors(self) -> np.ndarray:
        """(1 + m, d): all that is compared."""
        further = self.vector[:0].reshape(0, len(self.vector))
        if self.further is not None and not self.share:
            further = self.further
        return np.concatenate([self.vector[None], further])

    def distances_to(
        self,
        metric: Metric,
        vectors: np.ndarray,
        colours: np.ndarray | None,
        statistics: Statistics,
    ) -> np.ndarray:
        """The exact distances of (m, d) vectors and their (m, 48) colours: (m,) float64.

        `statistics` are those of the index that both are in.
        """
        if self.colours is None or colours is None:
            away = [distances(metric, vector, vectors) for vector in self.vectors]
            return np.asarray(np.min(away, axis=0))
        scales = statistics.scale(metric), statistics.colour_scale(metric)
        return fused(metric, self.share, self.vector, self.colours, (vectors, colours), scales)
