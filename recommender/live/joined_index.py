"""The index that was built and the products that have come since, searched as one.

The newcomers are compared one by one with whatever is asked about, so that answers are what a
build would give; there are few of them. A product whose picture has changed counts as a newcomer,
and its old row in the built index as none.
"""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter

import numpy as np

from recommender.engines.contract import Found, SamePicture, point_of
from recommender.engines.passing import ALL, Passing
from recommender.index.distances import squared_norms
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.similarity_index import Manifest, Neighbour, UnknownItem
from recommender.index.statistics import Statistics
from recommender.index.views import Matched, Views, nearest_views
from recommender.index.words import Words
from recommender.live.file_index import FileIndex

NEAREST_FIRST = attrgetter("distance", "item_id")


@dataclass(frozen=True, eq=False)
class JoinedIndex:
    """Keeps the promises of `engines.contract.Index`.

    item_ids, content_hashes: of n newcomers. embeddings (n, d) float32, colours (n, 48) float32.
    same_as: for each the product whose picture it shows, too; "" where that is none. views: their
    further pictures.
    """

    built: FileIndex
    item_ids: tuple[str, ...]
    content_hashes: tuple[str, ...]
    embeddings: np.ndarray
    colours: np.ndarray
    same_as: tuple[str, ...]
    views: Views | None = None

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each newcomer."""
        return {item_id: row for row, item_id in enumerate(self.item_ids)}

    @cached_property
    def replaced(self) -> tuple[str, ...]:
        """The products of the built index that have another picture now."""
        return tuple(item_id for item_id in self.item_ids if item_id in self.built)

    @cached_property
    def manifest(self) -> Manifest:
        return replace(self.built.manifest, count=len(self))

    @property
    def k(self) -> int:
        return self.built.k

    @property
    def statistics(self) -> Statistics:
        return self.built.statistics

    @property
    def words(self) -> Words | None:
        return self.built.words

    @property
    def has_colours(self) -> bool:
        return self.built.has_colours

    @property
    def has_groups(self) -> bool:
        return self.built.has_groups

    def __len__(self) -> int:
        return len(self.built) - len(self.replaced) + len(self.item_ids)

    def known_among(self, item_ids: Iterable[str]) -> set[str]:
        asked = set(item_ids)
        return self.built.known_among(asked) | asked & self.rows.keys()

    def some(self, count: int) -> list[str]:
        of_newcomers = sum(
            random.randrange(len(self)) < len(self.item_ids) for _ in range(min(count, len(self)))
        )
        came = random.sample(self.item_ids, min(of_newcomers, len(self.item_ids)))
        others = [i for i in self.built.some(count + len(self.replaced)) if i not in self.rows]
        found = [*came, *others[: count - len(came)]]
        left = [i for i in self.item_ids if i not in set(came)]
        return [*found, *left[: count - len(found)]]

    # What is known of products --------------------------------------------------------------------

    def vectors(self, item_ids: Sequence[str]) -> np.ndarray:
        known = self.built.vectors([i for i in item_ids if i not in self.rows])
        return self._in_order(item_ids, known, self.embeddings)

    @property
    def further_count(self) -> int:
        there = self.built.further_hashes_of(self.replaced)
        return self.built.further_count - sum(map(len, there.values())) + len(self.views or ())

    def further_vectors(self, item_id: str) -> np.ndarray:
        if item_id not in self.rows:
            return self.built.further_vectors(item_id)
        if self.views is None:
            return self.embeddings[:0]
        return np.asarray(self.views.embeddings[self.views.rows_of(self.rows[item_id])])

    def matched(self, point: Point, metric: Metric, item_ids: Sequence[str]) -> list[Matched]:
        others = [item_id for item_id in item_ids if item_id not in self.rows]
        found = dict(zip(others, self.built.matched(point, metric, others), strict=True))
        came = [item_id for item_id in item_ids if item_id in self.rows]
        if came and not point.share:
            rows = np.array([self.rows[item_id] for item_id in came])
            first = self.embeddings, squared_norms(self.embeddings)
            views = self.views or Views.none(self.embeddings.shape[1])
            near = nearest_views(views, first, metric, point.vectors, rows)
            found |= dict(zip(came, near, strict=True))
        return [found.get(item_id, Matched()) for item_id in item_ids]

    def colours_of(self, item_ids: Sequence[str]) -> np.ndarray:
        known = self.built.colours_of([i for i in item_ids if i not in self.rows])
        return self._in_order(item_ids, known, self.colours)

    def _in_order(self, item_ids: Sequence[str], known: np.ndarray, came: np.ndarray) -> np.ndarray:
        """One value for each id: the next of those that are known, or a newcomer's own."""
        others = iter(known)
        found = [came[self.rows[i]] if i in self.rows else next(others) for i in item_ids]
        return np.stack(found) if found else np.asarray(known)

    def hashes_of(self, item_ids: Iterable[str]) -> dict[str, str]:
        asked = set(item_ids)
        came = {i: self.content_hashes[self.rows[i]] for i in asked & self.rows.keys()}
        return self.built.hashes_of(asked) | came

    def further_hashes_of(self, item_ids: Iterable[str]) -> dict[str, list[str]]:
        asked = set(item_ids)
        found = self.built.further_hashes_of(asked - self.rows.keys())
        if self.views is not None:
            for row, content_hash in zip(self.views.products, self.views.hashes, strict=True):
                if (item_id := self.item_ids[row]) in asked:
                    found.setdefault(item_id, []).append(content_hash.decode())
        return found

    def vectors_of(self, features: np.ndarray) -> np.ndarray:
        return self.built.vectors_of(features)

    # Products that show the same picture ----------------------------------------------------------

    def duplicates(self, item_ids: Iterable[str]) -> dict[str, SamePicture]:
        if not self.has_groups:
            return {}
        known = self.known_among(item_ids)
        found = self.built.duplicates(known - self.rows.keys())
        for item_id in known & self.rows.keys():
            found[item_id] = SamePicture(self._group(item_id), 1)
        return {item_id: self._counted(same) for item_id, same in found.items()}

    def _counted(self, same: SamePicture) -> SamePicture:
        came = self._members.get(same.group, ())
        if same.group >= len(self.built):
            return SamePicture(same.group, len(came))
        rows = self.built.rows_of_groups.of(same.group)
        left = np.isin(rows, self.built.rows_of(self.replaced)).sum()
        return SamePicture(same.group, len(rows) - int(left) + len(came))

    @cached_property
    def _members(self) -> dict[int, list[str]]:
        """The newcomers of each group."""
        members: dict[int, list[str]] = {}
        for item_id in self.item_ids:
            members.setdefault(self._group(item_id), []).append(item_id)
        return members

    def _group(self, item_id: str) -> int:
        """The group of a newcomer: that of the product whose picture it shows; else its own."""
        first = self._first_of(item_id)
        if first in self.rows or first not in self.built:
            return len(self.built) + self.rows.get(first, self.rows[item_id])
        return self.built.duplicates([first])[first].group

    def _first_of(self, item_id: str) -> str:
        """The product of the built index that a newcomer shows again, or the first such newcomer"""
        seen: list[str] = []
        while item_id in self.rows:
            if item_id in seen:
                return min(seen)
            seen.append(item_id)
            item_id = self.same_as[self.rows[item_id]] or item_id
        return item_id

    def with_the_same(self, newcomer: str, other: str) -> "JoinedIndex":
        """The newcomer in the group of the other, if all of both are within the threshold."""
        ones, others = self._all_of(newcomer), self._all_of(other)
        points = [point_of(self, i) for i in ones]
        away = [self.distances(point, Metric.COSINE, others).max() for point in points]
        if other in ones or max(away) > self.manifest.same_threshold:
            return self
        row = self.rows[newcomer]
        return replace(self, same_as=(*self.same_as[:row], other, *self.same_as[row + 1 :]))

    def _all_of(self, item_id: str) -> list[str]:
        """All of a product's group, which it is in."""
        group = self.duplicates([item_id])[item_id].group
        came = self._members.get(group, [])
        if group >= len(self.built):
            return came
        rows = self.built.rows_of_groups.of(group)
        return [i for i in self.built.item_ids[rows].tolist() if i not in self.rows] + came

    def groups(self, *, similar: bool = False) -> list[list[str]]:
        came: dict[str, list[str]] = {}
        for item_id in self.item_ids:
            came.setdefault(self._first_of(item_id), []).append(item_id)
        together = []
        for group in self.built.groups(similar=similar):
            left = [item_id for item_id in group if item_id not in self.rows]
            together.append(left + [i for first in left for i in came.pop(first, ())])
        for first, others in came.items():
            together.append(others if first in self.rows else [first, *others])
        return [group for group in together if len(group) > 1]

    def parts(self, pairs: Collection[tuple[str, str]], *, similar: bool = False) -> dict[str, str]:
        apart = {i for pair in pairs for i in pair if i in self.rows}
        built = [pair for pair in pairs if not apart.intersection(pair)]
        return self.built.parts(built, similar=similar) | {item_id: item_id for item_id in apart}

    # Searches -------------------------------------------------------------------------------------

    def neighbours(self, item_id: str, metric: Metric, k: int = 5) -> list[Neighbour]:
        if item_id in self.rows:
            return self._neighbours_of_newcomer(item_id, metric)[:k]
        listed = self.built.neighbours(item_id, metric, self.built.k)
        is_whole = len(listed) >= len(self.built) - 1
        farthest = float("inf") if is_whole or not listed else listed[-1].distance
        further = self.built.further_vectors(item_id)
        point = Point(self.built.vectors([item_id])[0], further=further)
        near = self._newcomers(point, metric, self.item_ids)
        known = [neighbour for neighbour in listed if neighbour.item_id not in self.rows]
        # Beyond the list's end there may be others that it has no room for.
        near = [neighbour for neighbour in near if neighbour.distance <= farthest]
        return sorted([*known, *near], key=NEAREST_FIRST)[:k]

    def lists_of(
        self, item_ids: Sequence[str], metric: Metric, k: int
    ) -> dict[str, list[Neighbour]]:
        return {i: self.neighbours(i, metric, k) for i in self.known_among(item_ids)}

    def _neighbours_of_newcomer(self, item_id: str, metric: Metric) -> list[Neighbour]:
        key = (item_id, metric)
        if key not in self._lists:
            first = self.embeddings[self.rows[item_id]]
            point = Point(first, further=self.further_vectors(item_id))
            self._lists[key] = self.nearest(point, metric, self.k, ALL, [item_id]).neighbours
        return self._lists[key]

    @cached_property
    def _lists(self) -> dict[tuple[str, Metric], list[Neighbour]]:
        return {}

    def distances(self, point: Point, metric: Metric, item_ids: Sequence[str]) -> np.ndarray:
        others = [i for i in item_ids if i not in self.rows]
        known = self.built.distances(point, metric, others) if others else np.empty(0)
        came = self._newcomers_distances(point, metric)
        return self._in_order(item_ids, known, came)

    def nearest(
        self, point: Point, metric: Metric, k: int, passing: Passing, exclude: Sequence[str] = ()
    ) -> Found:
        known = self.built.nearest(point, metric, k, passing, [*exclude, *self.replaced])
        may_pass = set(self.item_ids) - set(exclude)
        if not passing.nearly_all:
            may_pass &= set(passing.item_ids)
        near = self._newcomers(point, metric, may_pass)
        both = sorted([*known.neighbours, *near], key=NEAREST_FIRST)
        return Found(both[:k], known.exact)

    def in_order(self, item_id: str, passing: Passing) -> list[str]:
        if item_id not in self.known_among([item_id]):
            raise UnknownItem(item_id)
        ids = sorted(self.known_among(passing.item_ids))
        point = point_of(self, item_id)
        away = self.distances(point, Metric.COSINE, ids)
        away[[other == item_id for other in ids]] = -1.0
        return [ids[place] for place in np.argsort(away, kind="stable")]

    def _newcomers(self, point: Point, metric: Metric, among: Collection[str]) -> list[Neighbour]:
        if not among:
            return []
        away = self._newcomers_distances(point, metric)
        return [Neighbour(i, float(away[self.rows[i]])) for i in among]

    def _newcomers_distances(self, point: Point, metric: Metric) -> np.ndarray:
        away = point.distances_to(metric, self.embeddings, self.colours, self.statistics)
        if self.views is not None and not point.share:
            further = point.distances_to(metric, self.views.embeddings, None, self.statistics)
            np.minimum.at(away, self.views.products, further)
        return away
