"""The similarity index: all embeddings of one embedder, and every product's neighbours.

numpy only; no Django, and no numba until something has to be measured.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import numpy as np

from recommender.index.approximate import lists_by_cells
from recommender.index.distances import fixed, squared_norms
from recommender.index.inverted_file import FEWEST, InvertedLists, make_cells
from recommender.index.merging import forget_what_has_lost, merged_lists, moved
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists, Progress, all_lists, nearest_to

FORMAT_VERSION = 1
# Neighbours kept for each product and metric.
K = 50
# How the lists came about: all pairs compared, or those within reach of each other's cells.
EXACT, APPROXIMATE = "exact", "approximate"


class UnknownItem(KeyError):
    """The index has no such item_id."""

    def __str__(self) -> str:
        return f"The index has no product {self.args[0]!r}."


class Neighbour(NamedTuple):
    """A product and how far it is from the query."""

    item_id: str
    distance: float


class VectorSpec(Protocol):
    """What an index is told of the vectors that it holds; an EmbedderSpec says it."""

    @property
    def name(self) -> str: ...

    @property
    def layer(self) -> str: ...

    @property
    def preprocessing(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def notice(self) -> str: ...


@dataclass(frozen=True)
class Manifest:
    """What made the vectors, how many they are, and when. Can be written as JSON."""

    embedder: str
    layer: str
    weights_sha256: str
    preprocessing: str
    dimension: int
    count: int
    built_at: str
    note: str = ""
    neighbours: str = EXACT
    same: float = 0.0
    similar: float = 0.0
    format_version: int = FORMAT_VERSION

    @classmethod
    def of(cls, spec: VectorSpec, weights_sha256: str, note: str = "") -> "Manifest":
        """A manifest for vectors that `spec` makes, built now; the count comes with them.

        Without a `note`, it says where the weights come from, and under which licence.
        """
        built_at = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(
            spec.name, spec.layer, weights_sha256, spec.preprocessing, spec.dimension, 0,
            built_at, note or spec.notice(),
        )  # fmt: skip

    @property
    def built(self) -> datetime:
        """When they were made."""
        return datetime.fromisoformat(self.built_at)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """The manifest in `text`; raises ValueError when a field is missing or of another type."""
        values = json.loads(text)
        if not isinstance(values, dict):
            raise ValueError("the manifest is not a JSON object")
        for field in fields(cls):
            wanted: type = field.type if field.type in (int, float) else str
            if field.name in ("neighbours", "same", "similar"):  # indexes of old have no such field
                values.setdefault(field.name, field.default)
            if type(values.get(field.name)) is not wanted:
                raise ValueError(f"the manifest has no {wanted.__name__} {field.name!r}")
        return cls(**{field.name: values[field.name] for field in fields(cls)})


@dataclass(frozen=True, eq=False)
class SimilarityIndex:
    """n products, sorted by item_id; a row is a product's place in that order.

    item_ids (n,) text; content_hashes (n,) S64, SHA-256 in hex of each thumbnail; embeddings
    (n, d) float32, raw; squared (n,) float64, their squared norms; lists, the K nearest of each
    row by metric; cells, for an index so large that a query should not read all of it. colours
    (n, 48) float32, see colours.py, and same (n,) int32, the first row of those that show the same
    picture: indexes of old have neither. The arrays may be read-only maps of a file.
    """

    manifest: Manifest
    item_ids: np.ndarray
    content_hashes: np.ndarray
    embeddings: np.ndarray
    squared: np.ndarray
    lists: dict[Metric, Lists]
    cells: InvertedLists | None = None
    colours: np.ndarray | None = None
    same: np.ndarray | None = None

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
    ) -> "SimilarityIndex":
        """An index of n products: sorted item_ids, their hashes, (n, d) float32 embeddings.

        `approximate`: a large one gets cells, and its lists by means of them. `progress` is called
        with the lists done and the lists to do. Raises ValueError, which names the first product
        that is wrong.
        """
        ids, hashes, vectors = _checked(manifest, item_ids, content_hashes, embeddings)
        squared = squared_norms(vectors)
        manifest = replace(manifest, count=len(ids), neighbours=EXACT)
        if not approximate or len(ids) < FEWEST:
            lists = all_lists(vectors, squared, k, progress)
            return cls(manifest, ids, hashes, vectors, squared, lists)
        cells = make_cells(vectors, squared)
        lists = {metric: Lists.empty(len(ids), k) for metric in Metric}
        lists_by_cells(vectors, squared, cells, lists, np.zeros(len(ids), bool), progress)
        manifest = replace(manifest, neighbours=APPROXIMATE)
        return cls(manifest, ids, hashes, vectors, squared, lists, cells)

    def merged(
        self,
        manifest: Manifest,
        item_ids: Sequence[str],
        content_hashes: Sequence[str],
        embeddings: np.ndarray,
        *,
        approximate: bool = False,
        progress: Progress | None = None,
    ) -> "SimilarityIndex":
        """The index of a new state of the catalogue, all of whose rows are given as for `build`.

        Rows whose item_id and content hash stand here already keep their lists, less what has
        left, plus what has come. The result is that of `build`, bit for bit; with cells, that of
        a build with the same centres.
        """
        if not self.is_made_as(approximate, len(item_ids)):
            return SimilarityIndex.build(
                manifest, item_ids, content_hashes, embeddings,
                k=self.k, approximate=approximate, progress=progress,
            )  # fmt: skip
        ids, hashes, vectors = _checked(manifest, item_ids, content_hashes, embeddings)
        squared = squared_norms(vectors)
        old_rows, new_rows = self._rows_in_common(ids, hashes)
        kept = {
            metric: moved(lists, old_rows, new_rows, len(self), len(ids))
            for metric, lists in self.lists.items()
        }
        fresh = np.ones(len(ids), bool)
        fresh[new_rows] = False
        manifest = replace(manifest, count=len(ids), neighbours=self.manifest.neighbours)
        if self.cells is None:
            lists = merged_lists(vectors, squared, kept, fresh, progress)
            return SimilarityIndex(manifest, ids, hashes, vectors, squared, lists)
        cells = self.cells.cut_again(vectors)
        forget_what_has_lost(kept)
        lists_by_cells(vectors, squared, cells, kept, fresh, progress)
        return SimilarityIndex(manifest, ids, hashes, vectors, squared, kept, cells)

    def is_made_as(self, approximate: bool, count: int) -> bool:
        """Whether the lists of an index of `count` rows come about in the way these have."""
        if self.cells is None:
            return not approximate or count < FEWEST
        return approximate and count >= FEWEST and self.cells.suit(count)

    def _rows_in_common(self, ids: np.ndarray, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows here and there of the products whose item_id and hash are the same."""
        _, here, there = np.intersect1d(self.item_ids, ids, assume_unique=True, return_indices=True)
        same = self.content_hashes[here] == hashes[there]
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
        return rows[self.item_ids[rows] == array]

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
        if approximate and self.cells is not None and among is None:
            among = self.cells.near(metric, vector, k + len(exclude))
        rows = self._rows_to_search(exclude, among)
        if not len(rows):
            return []
        found = nearest_to(metric, vector, self.embeddings, self.squared, min(k, len(rows)), rows)
        return self._named(found.rows[0], found.distances[0])

    def _rows_to_search(self, exclude: Collection[str], among: np.ndarray | None) -> np.ndarray:
        rows = np.arange(len(self)) if among is None else np.unique(among).astype(np.int64)
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
        if not np.isfinite(vector).all():
            raise ValueError(f"The embedding of {item_id!r} is not finite.")
    ids = np.array(item_ids, dtype=str) if len(item_ids) else np.empty(0, "<U1")
    return ids, np.array(content_hashes, "S64"), fixed(embeddings, np.float32)
