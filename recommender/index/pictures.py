"""All pictures of an index's products as one array, in the order in which its cells number them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.arrays import fixed
from recommender.index.metrics import Metric
from recommender.index.neighbours import nearest_to
from recommender.index.views import Views, nearest_products


@dataclass(frozen=True, eq=False)
class Pictures:
    """The first ones of n products, by product, then their m further ones; p = n + m.

    embeddings (p, d) float32; squared (p,) float64, their squared norms; owners (p,) int64, the row
    of each one's product; starts (n + 1,) int64: a product's further ones are those from
    starts[row] up to starts[row + 1].
    """

    embeddings: np.ndarray
    squared: np.ndarray
    owners: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(
        cls, embeddings: np.ndarray, squared: np.ndarray, views: Views | None = None
    ) -> "Pictures":
        """Those of (n, d) first ones, which are copied only where there are others."""
        owners, n = np.arange(len(embeddings)), len(embeddings)
        if views is None:
            return cls(
                fixed(embeddings, np.float32), fixed(squared, np.float64), owners, np.full(n + 1, n)
            )
        starts = n + np.searchsorted(views.products, np.arange(n + 1, dtype=np.int32))
        return cls(
            fixed(np.concatenate([embeddings, views.embeddings]), np.float32),
            fixed(np.concatenate([squared, views.squared]), np.float64),
            np.concatenate([owners, views.products]),
            starts,
        )

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def products(self) -> int:
        """How many products they are of."""
        return len(self.starts) - 1

    @cached_property
    def most(self) -> int:
        """How many pictures a product has at most."""
        return 1 + int(np.diff(self.starts).max(initial=0))

    def of_product(self, row: int) -> np.ndarray:
        """The rows of a product's pictures, ascending."""
        return np.concatenate([[row], np.arange(self.starts[row], self.starts[row + 1])])

    def nearest(self, metric: Metric, picture: int, k: int) -> np.ndarray:
        """The pictures nearest to one, nearest first, one each of at least k other products.

        So many, that is, where there are so many.
        """
        product = self.owners[picture]
        reach = min(len(self), k * self.most + len(self.of_product(int(product))))
        found = nearest_to(
            metric, self.embeddings[picture], self.embeddings, self.squared, reach
        ).rows[0]
        found = found[found >= 0]
        found = found[self.owners[found] != product]
        _, first = np.unique(self.owners[found], return_index=True)
        return np.asarray(found[np.sort(first)])

    def nearest_distances(self, metric: Metric, product: int, k: int) -> np.ndarray:
        """How far a product's k nearest others are, by the nearest pair of pictures; exact."""
        rows = self.of_product(product)
        found = [
            nearest_to(metric, self.embeddings[row], self.embeddings, self.squared, self._reach(k))
            for row in rows
        ]
        near = np.concatenate([lists.rows[0] for lists in found])
        away = np.concatenate([lists.distances[0] for lists in found])
        others = (near >= 0) & (self.owners[near] != product)
        return nearest_products(self.owners[near[others]], away[others], k)[1]

    def _reach(self, k: int) -> int:
        """Among so many nearest pictures are k other products, if there are so many."""
        return min(len(self), (k + 1) * self.most)
