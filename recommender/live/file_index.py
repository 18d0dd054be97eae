"""An index in memory, or mapped from its file, as whoever searches knows it."""

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from recommender.engines.contract import Found, SamePicture
from recommender.engines.passing import Passing
from recommender.index.duplicates import RowsOfGroups, groups, parted
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.similarity_index import Neighbour, SimilarityIndex
from recommender.index.statistics import Statistics
from recommender.index.views import Matched, Views, nearest_views
from recommender.live import selection
from recommender.live.worker_threads import Lane, beside, loop_runs

# Rows.
READ_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class FileIndex(SimilarityIndex):
    """A SimilarityIndex that keeps the promises of `engines.contract.Index`.

    Its searches have a thread of their own, so that others are served meanwhile.
    """

    @classmethod
    def of(cls, index: SimilarityIndex) -> "FileIndex":
        return cls(**{field.name: getattr(index, field.name) for field in fields(index)})

    @cached_property
    def statistics(self) -> Statistics:
        """What was measured when it was built; else measured now."""
        if self.measured is not None:
            return self.measured
        given = self.embeddings, self.colours, self.lists
        return beside(Lane.SEARCHES, Statistics.of, *given)

    @property
    def has_colours(self) -> bool:
        return self.colours is not None

    @property
    def has_groups(self) -> bool:
        return self.duplicate_group is not None

    def known_among(self, item_ids: Iterable[str]) -> set[str]:
        return {item_id for item_id in item_ids if item_id in self}

    def some(self, count: int) -> list[str]:
        rows = random.sample(range(len(self)), min(len(self), count))
        return [str(self.item_ids[row]) for row in rows]

    def vectors(self, item_ids: Sequence[str]) -> np.ndarray:
        return np.asarray(self.embeddings[self._rows(item_ids)])

    def colours_of(self, item_ids: Sequence[str]) -> np.ndarray:
        if self.colours is None:
            raise ValueError("The index has no colours.")
        return np.asarray(self.colours[self._rows(item_ids)])

    def hashes_of(self, item_ids: Iterable[str]) -> dict[str, str]:
        known = self.known_among(item_ids)
        return {i: self.content_hashes[self.row_of(i)].decode() for i in known}

    def further_hashes_of(self, item_ids: Iterable[str]) -> dict[str, list[str]]:
        if self.views is None:
            return {}
        rows = {i: self.views.rows_of(self.row_of(i)) for i in self.known_among(item_ids)}
        found = {i: self.views.hashes[there].astype(str).tolist() for i, there in rows.items()}
        return {item_id: hashes for item_id, hashes in found.items() if hashes}

    def _rows(self, item_ids: Sequence[str]) -> np.ndarray:
        return np.array([self.row_of(item_id) for item_id in item_ids], np.int64)

    # Products that show the same picture ---------------------------------------------------------

    def duplicates(self, item_ids: Iterable[str]) -> dict[str, SamePicture]:
        if self.duplicate_group is None:
            return {}
        rows = self.rows_of(item_ids)
        groups = self.duplicate_group[rows]
        sizes = self.rows_of_groups.sizes(groups)
        same = map(SamePicture, groups.tolist(), sizes.tolist())
        return dict(zip(self.item_ids[rows].tolist(), same, strict=True))

    def groups(self, *, similar: bool = False) -> list[list[str]]:
        first = self._groups(similar)
        rows, counts = np.unique(first, return_counts=True)
        together: dict[int, list[str]] = defaultdict(list)
        for row in np.flatnonzero(np.isin(first, rows[counts > 1])).tolist():
            together[int(first[row])].append(str(self.item_ids[row]))
        return list(together.values())

    def parts(self, pairs: Collection[tuple[str, str]], *, similar: bool = False) -> dict[str, str]:
        rows = [(self.row_of(i), self.row_of(j)) for i, j in pairs if i in self and j in self]
        if not rows:
            return {}
        lists, threshold = self.lists[Metric.COSINE], self._threshold(similar)
        of_groups = RowsOfGroups(self._groups(True)) if similar else self.rows_of_groups
        found = parted(of_groups, lists, threshold, rows)
        return {str(self.item_ids[row]): str(self.item_ids[part]) for row, part in found.items()}

    @cached_property
    def rows_of_groups(self) -> RowsOfGroups:
        """The rows that show the same picture; one pass over all rows."""
        return RowsOfGroups(self._groups(False))

    def _groups(self, similar: bool) -> np.ndarray:
        if not similar and self.duplicate_group is not None:
            return self.duplicate_group
        return self._similar_groups if similar else self._grouped(self._threshold(False))

    @cached_property
    def _similar_groups(self) -> np.ndarray:
        return self._grouped(self._threshold(True))

    def _grouped(self, threshold: float) -> np.ndarray:
        return groups(self.lists[Metric.COSINE], threshold, self.embeddings, self.views)

    def _threshold(self, similar: bool) -> float:
        return self.manifest.similar_threshold if similar else self.manifest.same_threshold

    # Searches ------------------------------------------------------------------------------------

    def lists_of(
        self, item_ids: Sequence[str], metric: Metric, k: int
    ) -> dict[str, list[Neighbour]]:
        return {i: self.neighbours(i, metric, k) for i in self.known_among(item_ids)}

    def distances(self, point: Point, metric: Metric, item_ids: Sequence[str]) -> np.ndarray:
        return beside(Lane.SEARCHES, self._distances, point, metric, self._rows(item_ids))

    def nearest(
        self, point: Point, metric: Metric, k: int, passing: Passing, exclude: Sequence[str] = ()
    ) -> Found:
        rows = None if passing.nearly_all else self.rows_of(passing.item_ids)
        if point.share:
            return Found(
                beside(Lane.SEARCHES, self._by_colour, point, metric, k, rows, exclude), True
            )
        approximate = selection.may_be_approximate()
        found = beside(
            Lane.SEARCHES, self._search, point.vectors, metric, k,
            exclude=exclude, among=rows, approximate=approximate,
        )  # fmt: skip
        return Found(found, not approximate or self.inverted is None or rows is not None)

    def in_order(self, item_id: str, passing: Passing) -> list[str]:
        rows, first = self.rows_of(passing.item_ids), self.row_of(item_id)
        every = None if len(rows) == len(self) else rows  # no copy of all embeddings then
        point = Point(self.embeddings[first], further=self.further_vectors(item_id))
        away = beside(Lane.SEARCHES, self._distances, point, Metric.COSINE, every)
        away[rows == first] = -1.0
        ordered: list[str] = self.item_ids[rows[np.argsort(away, kind="stable")]].tolist()
        return ordered

    def _search(self, *given: Any, **named: Any) -> list[Neighbour]:
        """Its own. The file is read first by numpy, which lets the loop run, on a slow disk too;
        the kernels would not."""
        if loop_runs() and not self._has_been_read:
            vars(self)["_has_been_read"] = True
            for vectors in [self.embeddings, *([self.views.embeddings] if self.views else [])]:
                for start in range(0, len(vectors), READ_AT_ONCE):
                    vectors[start : start + READ_AT_ONCE].max()
        return self.search_by_all(*given, **named)

    @cached_property
    def _has_been_read(self) -> bool:
        return False

    def _distances(self, point: Point, metric: Metric, rows: np.ndarray | None) -> np.ndarray:
        vectors = self.embeddings if rows is None else self.embeddings[rows]
        if not point.share or self.colours is None:
            plain = Point(point.vector, further=point.further)
            away = plain.distances_to(metric, vectors, None, self.statistics)
            return self._or_further(plain, metric, rows, away)
        colours = self.colours if rows is None else self.colours[rows]
        return point.distances_to(metric, vectors, colours, self.statistics)

    def _or_further(
        self, point: Point, metric: Metric, rows: np.ndarray | None, away: np.ndarray
    ) -> np.ndarray:
        """The distances of products by their nearest picture, from those of their first ones."""
        if self.views is None:
            return away
        every = np.arange(len(self)) if rows is None else rows
        there = self.views.among(every, len(self))
        nearest = np.full(len(self), np.inf)
        if len(there):
            further = point.distances_to(
                metric, self.views.embeddings[there], None, self.statistics
            )
            np.minimum.at(nearest, self.views.products[there], further)
        return np.asarray(np.minimum(away, nearest[every]))

    @property
    def further_count(self) -> int:
        return len(self.views or ())

    def matched(self, point: Point, metric: Metric, item_ids: Sequence[str]) -> list[Matched]:
        alone = self.views is None and len(point.vectors) == 1
        if alone or point.share or not len(item_ids):
            return [Matched()] * len(item_ids)
        first, rows = (self.embeddings, self.squared), self._rows(item_ids)
        views = self.views or Views.none(self.embeddings.shape[1])
        return nearest_views(views, first, metric, point.vectors, rows)

    def _by_colour(
        self, point: Point, metric: Metric, k: int, rows: np.ndarray | None, exclude: Sequence[str]
    ) -> list[Neighbour]:
        """A scan of all of them, where colour counts, too."""
        every = np.arange(len(self)) if rows is None else rows
        away = self._distances(point, metric, rows)
        away[np.isin(every, self.rows_of(exclude))] = np.inf
        order = np.argsort(away, kind="stable")[:k]
        return [
            Neighbour(str(self.item_ids[every[place]]), float(away[place]))
            for place in order
            if np.isfinite(away[place])
        ]
