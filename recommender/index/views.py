"""The further pictures of an index's products; a product is as near as the nearest of them all."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from recommender.arrays import fixed
from recommender.index.codes import Codes
from recommender.index.distances import squared_norms
from recommender.index.metrics import Metric
from recommender.index.neighbours import nearest_to

# What rounding may make of equal distances, as a share of the largest.
CLOSE = 2e-6


@dataclass(frozen=True, eq=False)
class Views:
    """m further pictures, by product and then in the shop's order.

    products (m,) int32, the row of each one's product, ascending; hashes (m,) S64; embeddings
    (m, d) float32; squared (m,) float64, their squared norms; codes, read first by a search.
    """

    products: np.ndarray
    hashes: np.ndarray
    embeddings: np.ndarray
    squared: np.ndarray
    codes: Codes | None = None

    @classmethod
    def of(cls, products: np.ndarray, hashes: list[str], embeddings: np.ndarray) -> "Views":
        """Raises ValueError where a product's do not stand together, or a number is not finite."""
        products = np.asarray(products, np.int32)
        if (np.diff(products) < 0).any() or not np.isfinite(embeddings).all():
            raise ValueError("Further pictures go by product, and their embeddings are finite.")
        vectors = fixed(embeddings, np.float32)
        return cls(products, np.array(hashes, "S64"), vectors, squared_norms(vectors))

    @classmethod
    def none(cls, dimension: int) -> "Views":
        """Those of products that have one picture each."""
        return cls.of(np.empty(0), [], np.empty((0, dimension), np.float32))

    def __len__(self) -> int:
        return len(self.products)

    @cached_property
    def most(self) -> int:
        """How many further pictures a product has at most."""
        return int(np.unique(self.products, return_counts=True)[1].max(initial=0))

    def rows_of(self, product: int) -> slice:
        """Those of one product."""
        first, behind = np.searchsorted(self.products, np.array([product, product + 1], np.int32))
        return slice(int(first), int(behind))

    def owners(self, pictures: np.ndarray, count: int) -> np.ndarray:
        """The products of pictures that are numbered as `Pictures` does it, each once, ascending.

        `count` is that of the products.
        """
        first = pictures[pictures < count]
        return np.union1d(first, self.products[pictures[pictures >= count] - count])

    def among(self, rows: np.ndarray, count: int) -> np.ndarray:
        """The rows here of those of some products, of which there are `count` in all."""
        wanted = np.zeros(count, bool)
        wanted[rows] = True
        return np.flatnonzero(wanted[self.products])

    def part(self, rows: np.ndarray, count: int) -> "Views | None":
        """Those of some products, ascending, as rows of an index of these alone; None for none."""
        there = self.among(rows, count)
        if not len(there):
            return None
        products = np.searchsorted(rows, self.products[there]).astype(np.int32)
        vectors = fixed(self.embeddings[there], np.float32)
        return Views(products, self.hashes[there], vectors, self.squared[there])

    def nearest(
        self, metric: Metric, vector: np.ndarray, k: int, products: np.ndarray, count: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The k of some products whose further pictures are nearest to a (d,) vector, and others.

        Product rows, which may come several times, and how far each picture is.
        """
        rows = self.among(products, count)
        wanted = min(len(rows), k * self.most)
        if not wanted:
            return np.empty(0, np.int64), np.empty(0)
        if self.codes is not None:
            vectors = self.embeddings, self.squared
            rows = self.codes.possible(metric, vector, vectors, wanted, rows)
        found = nearest_to(metric, vector, self.embeddings, self.squared, wanted, rows)
        return self.products[found.rows[0]].astype(np.int64), found.distances[0]


def nearest_products(
    products: np.ndarray, distances: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of (m,) product rows that may come several times; ties by row."""
    order = np.lexsort((products, distances))
    _, first = np.unique(products[order], return_index=True)
    kept = order[np.sort(first)][:k]
    return products[kept], distances[kept]


class Matched(NamedTuple):
    """The hash of a product's further picture that is nearest to a point, "" for its first one;
    and to which of the point's vectors, by place."""

    content_hash: str = ""
    place: int = 0


def nearest_views(
    views: Views,
    first: tuple[np.ndarray, np.ndarray],
    metric: Metric,
    vectors: np.ndarray,
    rows: np.ndarray,
) -> list[Matched]:
    """For each of (m,) products which of its pictures is nearest to any of (q, d) vectors.

    Its first one where that is as near, and the first of the vectors that are; `first`: the (n, d)
    embeddings of first pictures, and their squared norms. Without numba, which takes longer to
    load, and in float32: what differs by rounding counts as equally near.
    """
    starts, ends = np.searchsorted(views.products, np.array([rows, rows + 1], np.int32))
    there = np.concatenate([np.arange(*pair) for pair in zip(starts, ends, strict=True)])
    owner = np.repeat(np.arange(len(rows)), ends - starts)
    others = np.concatenate([first[0][rows], views.embeddings[there]])
    squares = np.concatenate([first[1][rows], views.squared[there]])
    every = _nearness(metric, vectors, others, squares)
    away = every.min(axis=1)
    places = (every <= away[:, None] + CLOSE).argmax(axis=1).tolist()
    own, further = away[: len(rows)], away[len(rows) :]
    found = [Matched("", place) for place in places[: len(rows)]]
    for at in np.lexsort((-there, -further, owner)):  # the nearest of each comes last
        if further[at] < own[owner[at]] - CLOSE:
            found[owner[at]] = Matched(views.hashes[there[at]].decode(), places[len(rows) + at])
    return found


def _nearness(
    metric: Metric, vectors: np.ndarray, others: np.ndarray, squares: np.ndarray
) -> np.ndarray:
    """(m, q), about 1 at most: what grows with the distance of (m, d) others to (q, d) vectors."""
    if metric is Metric.MANHATTAN:
        sums = [np.abs(others - vector).sum(axis=1, dtype=np.float64) for vector in vectors]
        away = np.stack(sums, axis=1)
        return np.asarray(away / max(away.min(axis=1).max(), 1e-30))
    products = (others @ vectors.T).astype(np.float64)
    own = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    if metric is Metric.EUCLIDEAN:
        away = squares[:, None] + own - 2 * products
        return np.asarray(away / max(squares.max(), own.max(), 1e-30))
    lengths = np.sqrt(np.outer(squares, own))
    cosines = np.divide(products, lengths, out=np.zeros(lengths.shape), where=lengths > 0)
    return np.asarray(1 - cosines)


def fingerprints(views: Views | None, count: int) -> np.ndarray:
    """(n,) object: the hashes of each product's further pictures, as one; b"" where it has none."""
    found = np.full(count, b"", object)
    if views is not None:
        for product, content_hash in zip(views.products.tolist(), views.hashes, strict=True):
            found[product] += bytes(content_hash)
    return found
