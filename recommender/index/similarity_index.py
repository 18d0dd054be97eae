"""The similarity index: all embeddings of one embedder, and every product's neighbours.

numpy only; no Django, and no numba until something has to be measured.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from recommender.arrays import fixed
from recommender.index.approximate import lists_by_cell
from recommender.index.by_product import exact_lists, merged_exact_lists
from recommender.index.codes import Codes
from recommender.index.distances import squared_norms
from recommender.index.inverted_file import FEWEST, RECALL, InvertedLists, make_inverted_lists
from recommender.index.manifest import APPROXIMATE, EXACT, FORMAT_VERSION, Manifest, VectorSpec
from recommender.index.merging import forget_what_has_lost, moved
from recommender.index.metrics import LARGEST, Metric
from recommender.index.neighbours import Lists, MakeLists, Progress, all_lists, nearest_to
from recommender.index.pictures import Pictures
from recommender.index.projection import Projection
from recommender.index.statistics import Statistics
from recommender.index.views import Views, fingerprints, nearest_products
from recommender.index.words import Words

__all__ = [
    "APPROXIMATE",
    "EXACT",
    "FORMAT_VERSION",
    "K",
    "Manifest",
    "Neighbour",
    "SimilarityIndex",
]
__all__ += ["UnknownItem", "VectorSpec"]

# Neighbours kept for each product and metric.
K = 50


class UnknownItem(KeyError):
    """The index has no such item_id."""

    def __str__(self) -> str:
        return f"The index has no product {self.args[0]!r}."


class Neighbour(NamedTuple):
    """A product and how far it is from the query."""

    item_id: str
    distance: float


@dataclass(frozen=True, eq=False)
class SimilarityIndex:
    """n products, sorted by item_id; a row is a product's place in that order.

    item_ids (n,) text; content_hashes (n,) S64, SHA-256 in hex of each thumbnail; embeddings (n, d)
    float32, what is compared; squared (n,) float64, their squared norms; lists, the K nearest of
    each row by metric; inverted, for a large index, of which a query reads a part: cells of its
    pictures, numbered as `Pictures` numbers them. colours (n, 48)
    float32, see catalog.colours.mixture, and duplicate_group (n,) int32, the first row that shows
    the same picture, and codes, read first by a search: a build adds these. projection, what the
    network's features went through to become embeddings. measured, what distances mean in it.
    words, what titles have taught. views, the products' further pictures: then all that is near is
    so by the nearest pair of pictures. The arrays may be read-only maps of a file.
    """

    manifest: Manifest
    item_ids: np.ndarray
    content_hashes: np.ndarray
    embeddings: np.ndarray
    squared: np.ndarray
    lists: dict[Metric, Lists]
    inverted: InvertedLists | None = None
    colours: np.ndarray | None = None
    duplicate_group: np.ndarray | None = None
    codes: Codes | None = None
    projection: Projection | None = None
    measured: Statistics | None = None
    words: Words | None = None
    views: Views | None = None

    @classmethod
    def build(
        cls,
        manifest: Manifest,
        item_ids: Sequence[str],
        content_hashes: Sequence[str],
        embeddings: np.ndarray,
        *,
        k: int = K,
        approximate: bool = False,
        progress: Progress | None = None,
        make_lists: MakeLists = all_lists,
        views: Views | None = None,
    ) -> "SimilarityIndex":
        """An index of n products: sorted item_ids, their hashes, (n, d) float32 embeddings.

        `approximate`: a large one gets cells, and its lists by means of them. `progress` is called
        with the lists done and the lists to do. `make_lists` makes them where all pairs are
        compared. `views`: their further pictures. Raises ValueError, which names the first product
        that is wrong.
        """
        ids, hashes, vectors = _checked(manifest, item_ids, content_hashes, embeddings)
        squared = squared_norms(vectors)
        manifest = replace(manifest, count=len(ids), list_method=EXACT)
        if not approximate or len(ids) < FEWEST:
            lists = exact_lists(vectors, squared, views, k, progress, make_lists)
            return cls(manifest, ids, hashes, vectors, squared, lists, views=views)
        pictures = Pictures.of(vectors, squared, views)
        inverted = make_inverted_lists(pictures)
        lists = {metric: Lists.empty(len(ids), k) for metric in Metric}
        lists_by_cell(pictures, inverted, lists, np.zeros(len(ids), bool), progress)
        manifest = replace(manifest, list_method=APPROXIMATE, recall=RECALL)
        return cls(manifest, ids, hashes, vectors, squared, lists, inverted, views=views)

    def merged(
        self,
        manifest: Manifest,
        item_ids: Sequence[str],
        content_hashes: Sequence[str],
        embeddings: np.ndarray,
        *,
        approximate: bool = False,
        progress: Progress | None = None,
        make_lists: MakeLists = all_lists,
        views: Views | None = None,
    ) -> "SimilarityIndex":
        """The index of a new state of the catalogue, all of whose rows are given as for `build`.

        Rows whose item_id and content hash stand here already keep their lists, less what has
        left, plus what has come; all are made anew after another projection. The result is that of
        `build`, bit for bit; with cells, that of a build with the same centroids, but for the ends
        of lists where the nearest pair of two products' pictures lies in cells far apart.
        """
        projected_so = manifest.projection == self.manifest.projection
        if not projected_so or not self.is_made_as(approximate, len(item_ids), len(views or ())):
            return SimilarityIndex.build(
                manifest, item_ids, content_hashes, embeddings,
                k=self.k, approximate=approximate, progress=progress, make_lists=make_lists,
                views=views,
            )  # fmt: skip
        ids, hashes, vectors = _checked(manifest, item_ids, content_hashes, embeddings)
        squared = squared_norms(vectors)
        old_rows, new_rows = self._rows_in_common(ids, hashes, vectors, views)
        kept = {
            metric: moved(lists, old_rows, new_rows, len(self), len(ids))
            for metric, lists in self.lists.items()
        }
        fresh = np.ones(len(ids), bool)
        fresh[new_rows] = False
        how = {name: getattr(self.manifest, name) for name in ("list_method", "recall")}
        manifest = replace(manifest, count=len(ids), **how)
        if self.inverted is None:
            given = vectors, squared, views
            lists = merged_exact_lists(*given, kept, fresh, progress, make_lists)
            return SimilarityIndex(manifest, ids, hashes, vectors, squared, lists, views=views)
        pictures = Pictures.of(vectors, squared, views)
        inverted = self.inverted.cut_again(pictures.embeddings)
        forget_what_has_lost(kept)
        lists_by_cell(pictures, inverted, kept, fresh, progress)
        return SimilarityIndex(manifest, ids, hashes, vectors, squared, kept, inverted, views=views)

    def is_made_as(self, approximate: bool, count: int, further: int = 0) -> bool:
        """Whether the lists of an index of so many rows and further pictures come about as these"""
        if self.inverted is None:
            return not approximate or count < FEWEST
        return approximate and count >= FEWEST and self.inverted.suit(count + further)

    def vectors_of(self, features: np.ndarray) -> np.ndarray:
        """(n, d) float32 features of the network -> (n, d) vectors to compare with these."""
        return features if self.projection is None else self.projection(features)

    def _rows_in_common(
        self, ids: np.ndarray, hashes: np.ndarray, vectors: np.ndarray, views: Views | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rows here and there of products whose item_id, pictures and vector are the same."""
        _, here, there = np.intersect1d(self.item_ids, ids, assume_unique=True, return_indices=True)
        same = self.content_hashes[here] == hashes[there]
        if self.views is not None or views is not None:
            before, now = fingerprints(self.views, len(self)), fingerprints(views, len(ids))
            same &= before[here] == now[there]
        pairs = zip(here, there, strict=True)
        same &= np.array([np.array_equal(self.embeddings[i], vectors[j]) for i, j in pairs], bool)
        return here[same], there[same]

    def __len__(self) -> int:
        return len(self.item_ids)

    def __contains__(self, item_id: object) -> bool:
        return isinstance(item_id, str) and self._find(item_id) is not None

    @property
    def k(self) -> int:
        """How many neighbours a list has room for."""
        return int(self.lists[Metric.COSINE].rows.shape[1])

    def row_of(self, item_id: str) -> int:
        """The row of a product; raises UnknownItem."""
        if (row := self._find(item_id)) is None:
            raise UnknownItem(item_id)
        return row

    def _find(self, item_id: str) -> int | None:
        if not self._could_be_one(item_id):
            return None
        row = int(np.searchsorted(self.item_ids, np.array(item_id, self.item_ids.dtype)))
        return row if row < len(self) and self.item_ids[row] == item_id else None

    def _could_be_one(self, item_id: str) -> bool:
        """Whether an id fits the array: numpy widens all of it for a longer one, and drops NULs."""
        return len(item_id) <= self.item_ids.dtype.itemsize // 4 and "\0" not in item_id

    def rows_of(self, item_ids: Iterable[str]) -> np.ndarray:
        """The rows of those of the products that the index has, ascending; (m,) int64."""
        wanted = {item_id for item_id in item_ids if self._could_be_one(item_id)}
        if not wanted:
            return np.empty(0, np.int64)
        array = np.array(sorted(wanted), self.item_ids.dtype)
        rows = np.searchsorted(self.item_ids, array)
        rows, array = rows[rows < len(self)], array[rows < len(self)]
        return np.asarray(rows[self.item_ids[rows] == array])

    def neighbours(self, item_id: str, metric: Metric, k: int = 5) -> list[Neighbour]:
        """The k nearest products, nearest first, without the product itself.

        Raises UnknownItem, and ValueError when k is not between 1 and the lists' length.
        """
        if not 1 <= k <= self.k:
            raise ValueError(f"k must be between 1 and {self.k}, not {k}.")
        row = self.row_of(item_id)
        lists = self.lists[metric]
        return self._named(lists.rows[row, :k], lists.distances[row, :k])

    def search(
        self,
        vector: np.ndarray,
        metric: Metric,
        k: int = 5,
        *,
        exclude: Collection[str] = (),
        among: np.ndarray | None = None,
        approximate: bool = False,
    ) -> list[Neighbour]:
        """The k nearest products to a (d,) vector, exact; one pass over all embeddings.

        `among` (m,), whole numbers, are the only rows that count, as from `rows_of`. Without it,
        and if it may be `approximate`, only the nearest cells are read, where there are any. Raises
        ValueError when k is less than 1, the vector has another length or is not finite, or there
        is no such row.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}.")
        if vector.shape != (self.manifest.dimension,) or not np.isfinite(vector).all():
            raise ValueError(f"The query must be {self.manifest.dimension} finite numbers.")
        if approximate and self.inverted is not None and among is None:
            among = self._near(self.inverted, metric, vector, k + len(exclude))
        rows = self._rows_to_search(exclude, among)
        if not len(rows):
            return []
        every = rows
        if self.codes is not None:
            rows = self.codes.possible(metric, vector, (self.embeddings, self.squared), k, rows)
        found = nearest_to(metric, vector, self.embeddings, self.squared, min(k, len(rows)), rows)
        near, away = found.rows[0], found.distances[0]
        if self.views is not None:
            also, as_far = self.views.nearest(metric, vector, k, every, len(self))
            both = np.concatenate([near, also]), np.concatenate([away, as_far])
            near, away = nearest_products(*both, k)
        return self._named(near, away)

    def _near(
        self, cells: InvertedLists, metric: Metric, vector: np.ndarray, fewest: int
    ) -> np.ndarray:
        """The products with a picture in the cells that a query reads, ascending."""
        if self.views is None:
            return cells.near(metric, vector, fewest)
        found = cells.near(metric, vector, fewest * (1 + self.views.most))
        return self.views.owners(found, len(self))

    def search_by_all(
        self, vectors: np.ndarray, metric: Metric, k: int = 5, **how: Any
    ) -> list[Neighbour]:
        """The k nearest to the nearest of (q, d) vectors, as to the pictures of one product."""
        nearest: dict[str, float] = {}
        for vector in vectors:
            for item_id, away in self.search(vector, metric, k, **how):
                nearest[item_id] = min(away, nearest.get(item_id, away))
        found = sorted((away, item_id) for item_id, away in nearest.items())
        return [Neighbour(item_id, away) for away, item_id in found[:k]]

    def further_vectors(self, item_id: str) -> np.ndarray:
        """(m, d): the vectors of a product's further pictures. Raises UnknownItem."""
        row = self.row_of(item_id)
        if self.views is None:
            return np.empty((0, self.manifest.dimension), np.float32)
        return np.asarray(self.views.embeddings[self.views.rows_of(row)])

    def further_hashes(self, row: int) -> list[str]:
        """The hashes of the further pictures of a row's product."""
        if self.views is None:
            return []
        return [found.decode() for found in self.views.hashes[self.views.rows_of(row)]]

    def _rows_to_search(self, exclude: Collection[str], among: np.ndarray | None) -> np.ndarray:
        if among is None:
            every = np.arange(len(self))
            return np.delete(every, self.rows_of(exclude)) if exclude else every
        rows = np.unique(among).astype(np.int64)
        if len(rows) and not 0 <= rows[0] <= rows[-1] < len(self):
            raise ValueError(f"There are rows 0 to {len(self) - 1} only.")
        return np.setdiff1d(rows, self.rows_of(exclude)) if exclude else rows

    def _named(self, rows: np.ndarray, distances: np.ndarray) -> list[Neighbour]:
        return [
            Neighbour(str(self.item_ids[row]), float(distance))
            for row, distance in zip(rows, distances, strict=True)
            if row >= 0
        ]


def _checked(
    manifest: Manifest,
    item_ids: Sequence[str],
    content_hashes: Sequence[str],
    embeddings: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The arrays of an index, or ValueError."""
    if embeddings.dtype != np.float32 or embeddings.shape != (len(item_ids), manifest.dimension):
        raise ValueError(
            f"{len(item_ids)} products need float32 embeddings of shape "
            f"{(len(item_ids), manifest.dimension)}, not {embeddings.dtype} {embeddings.shape}."
        )
    if len(content_hashes) != len(item_ids):
        raise ValueError(f"{len(item_ids)} products, but {len(content_hashes)} content hashes.")
    for before, item_id in zip(["", *item_ids], item_ids, strict=False):
        if not item_id > before:
            raise ValueError(f"item_ids must be sorted and unique; {item_id!r} is not.")
        if item_id.endswith("\0"):
            raise ValueError(f"{item_id!r} ends with a NUL, which numpy would drop.")
    for item_id, vector in zip(item_ids, embeddings, strict=True):
        if not (np.abs(vector) <= LARGEST).all():
            raise ValueError(f"The embedding of {item_id!r} is not finite, or too large.")
    ids = np.array(item_ids, dtype=str) if len(item_ids) else np.empty(0, "<U1")
    return ids, np.array(content_hashes, "S64"), fixed(embeddings, np.float32)
