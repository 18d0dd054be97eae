"""A generation in PostgreSQL, as whoever searches knows an index."""

import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connections

from catalog.colours.mixture import COLOURS
from recommender.engines.contract import Found, SamePicture, point_of
from recommender.engines.passing import Passing
from recommender.engines.postgres import copying, further
from recommender.engines.postgres.models import Generation, NeighbourList, Vector
from recommender.engines.postgres.places import alias_to_read
from recommender.engines.postgres.searching import Plan, Space, Statement, statement
from recommender.index.duplicates import RowsOfGroups, parted
from recommender.index.metrics import METRIC_CODES, Metric
from recommender.index.neighbours import Lists
from recommender.index.point import Point
from recommender.index.projection import Projection
from recommender.index.similarity_index import Manifest, Neighbour, UnknownItem
from recommender.index.statistics import Statistics
from recommender.index.views import Matched, Views
from recommender.index.words import Words

VECTORS, LISTS = Vector._meta.db_table, NeighbourList._meta.db_table
# Fetched beyond what is wanted: PostgreSQL orders in single precision, we in double.
SPARE = 10
# Candidates that colours order anew; and pictures whose products come in the order of their looks.
BY_COLOUR, IN_ORDER = 500, 1000


@dataclass(frozen=True, eq=False)
class PostgresIndex:
    """See `engines.contract.Index`. Distances are measured in double precision, of the vectors as
    they are kept, in half precision. `number` counts what was inserted since the build."""

    generation: int
    number: int
    manifest: Manifest
    plan: Plan
    k: int
    further_count: int = 0

    def __len__(self) -> int:
        return self.manifest.count

    @cached_property
    def statistics(self) -> Statistics:
        return Statistics(**arrays_in(self._field("statistics")))

    @cached_property
    def projection(self) -> Projection | None:
        if not self.manifest.projection:
            return None
        return Projection.from_arrays(arrays_in(self._field("projection")))

    @cached_property
    def words(self) -> Words | None:
        kept = self._field("words")
        return None if kept is None else Words.from_arrays(arrays_in(kept), self.manifest.dimension)

    @cached_property
    def _space(self) -> Space:
        mean = self._field("mean")
        dimension = self.manifest.dimension
        return Space(
            self.generation, self.number, dimension, self.plan,
            None if mean is None else np.frombuffer(mean, np.float32),
        )  # fmt: skip

    def _field(self, name: str) -> Any:
        return Generation.objects.values_list(name, flat=True).get(pk=self.generation)

    @cached_property
    def has_colours(self) -> bool:
        first = self._vectors.values_list("colours", flat=True).first()
        return first is not None

    @cached_property
    def has_groups(self) -> bool:
        return self._vectors.values_list("same_as", flat=True).first() is not None

    @property
    def _vectors(self) -> Any:
        return Vector.objects.filter(generation=self.generation)

    # By their ids --------------------------------------------------------------------------------

    def known_among(self, item_ids: Iterable[str]) -> set[str]:
        sql = f"SELECT item_id FROM {VECTORS} WHERE generation = %s AND item_id = ANY(%s)"
        return {row[0] for row in self._rows(sql, [self.generation, _writable(item_ids)])}

    def some(self, count: int) -> list[str]:
        """Of random numbers; where these are too few, of all."""
        sql = f"""SELECT item_id FROM {VECTORS} WHERE generation = %s AND item = ANY(%s)"""
        if len(self) > 4 * count:
            random = np.random.default_rng().choice(len(self), 2 * count, replace=False)
            rows = self._rows(sql, [self.generation, random.tolist()])
            if len(rows) >= count:
                return [row[0] for row in rows[:count]]
        ids = list(self._vectors.values_list("item_id", flat=True))
        return np.random.default_rng().permutation(ids)[:count].tolist()  # type: ignore[no-any-return]

    def vectors(self, item_ids: Sequence[str]) -> np.ndarray:
        found = self._of("halfvec_send(v)", item_ids)
        return copying.vectors_in(found, self.manifest.dimension)

    def further_vectors(self, item_id: str) -> np.ndarray:
        if self.plan.most == 1:
            return np.empty((0, self.manifest.dimension), np.float32)
        return self._views([item_id]).embeddings

    def matched(self, point: Point, metric: Metric, item_ids: Sequence[str]) -> list[Matched]:
        if self.plan.most == 1 or point.share or not item_ids:
            return [Matched()] * len(item_ids)
        views, first = self._views(item_ids), self.vectors(item_ids)
        return further.matched(views, first, metric, point.vectors)

    def _views(self, item_ids: Sequence[str]) -> Views:
        return further.views_of(self.generation, self.manifest.dimension, item_ids)

    def colours_of(self, item_ids: Sequence[str]) -> np.ndarray:
        found = b"".join(bytes(value) for value in self._of("colours", item_ids))
        return np.frombuffer(found, np.float32).reshape(-1, COLOURS)

    def hashes_of(self, item_ids: Iterable[str]) -> dict[str, str]:
        given = _writable(item_ids)
        return dict(self._vectors.filter(item_id__in=given).values_list("item_id", "content_hash"))

    def further_hashes_of(self, item_ids: Iterable[str]) -> dict[str, list[str]]:
        ids = _writable(item_ids)
        return further.hashes_of(self._views(ids), ids)

    def vectors_of(self, features: np.ndarray) -> np.ndarray:
        return features if self.projection is None else self.projection(features)

    def _of(self, column: str, item_ids: Sequence[str]) -> list[Any]:
        """The values of a column in the order of the ids; raises UnknownItem."""
        sql = f"SELECT item_id, {column} FROM {VECTORS} WHERE generation = %s AND item_id = ANY(%s)"
        found = dict(self._rows(sql, [self.generation, _writable(item_ids)]))
        for item_id in item_ids:
            if item_id not in found:
                raise UnknownItem(item_id)
        return [found[item_id] for item_id in item_ids]

    def _rows(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with connections[alias_to_read()].cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    # Products that show the same picture ---------------------------------------------------------

    def duplicates(self, item_ids: Iterable[str]) -> dict[str, SamePicture]:
        sql = f"""
            SELECT item_id, same_as, (SELECT count(*) FROM {VECTORS} AS other
                WHERE other.generation = %s AND other.same_as = one.same_as)
            FROM {VECTORS} AS one
            WHERE generation = %s AND item_id = ANY(%s) AND same_as IS NOT NULL"""
        rows = self._rows(sql, [self.generation, self.generation, _writable(item_ids)])
        return {item_id: SamePicture(group, size) for item_id, group, size in rows}

    def groups(self, *, similar: bool = False) -> list[list[str]]:
        column = _column(similar)
        sql = f"""
            SELECT {column}, item_id FROM {VECTORS} WHERE generation = %s AND {column} IN (
                SELECT {column} FROM {VECTORS} WHERE generation = %s
                GROUP BY {column} HAVING count(*) > 1
            ) ORDER BY {column}, item"""
        together: dict[int, list[str]] = defaultdict(list)
        for group, item_id in self._rows(sql, [self.generation, self.generation]):
            together[group].append(item_id)
        return list(together.values())

    def parts(self, pairs: Collection[tuple[str, str]], *, similar: bool = False) -> dict[str, str]:
        sql = f"""
            SELECT item, item_id, {_column(similar)}, ids, distances
            FROM {VECTORS} AS one JOIN {LISTS} USING (generation, item)
            WHERE generation = %s AND metric = %s AND {_column(similar)} IN (
                SELECT {_column(similar)} FROM {VECTORS}
                WHERE generation = %s AND item_id = ANY(%s)
            ) ORDER BY item"""
        said = _writable({item_id for pair in pairs for item_id in pair})
        code = METRIC_CODES[Metric.COSINE]
        members = self._rows(sql, [self.generation, code, self.generation, said]) if said else []
        if not members:
            return {}
        ids, first, lists = _compact(members)
        rows = {item_id: row for row, item_id in enumerate(ids)}
        apart = [(rows[one], rows[two]) for one, two in pairs if one in rows and two in rows]
        threshold = self.manifest.similar_threshold if similar else self.manifest.same_threshold
        return {
            ids[row]: ids[part]
            for row, part in parted(RowsOfGroups(first), lists, threshold, apart).items()
        }

    # Searches ------------------------------------------------------------------------------------

    def neighbours(self, item_id: str, metric: Metric, k: int = 5) -> list[Neighbour]:
        if not 1 <= k <= self.k:
            raise ValueError(f"k must be between 1 and {self.k}, not {k}.")
        sql = f"""
            SELECT other.item_id, near.distance FROM {LISTS} AS list,
                unnest(list.ids[1:%s], list.distances[1:%s])
                    WITH ORDINALITY AS near(item, distance, place),
                {VECTORS} AS other
            WHERE list.generation = %s AND list.metric = %s AND list.item = (
                SELECT item FROM {VECTORS} WHERE generation = %s AND item_id = %s
            ) AND other.generation = %s AND other.item = near.item ORDER BY near.place"""
        g = self.generation
        given = "" if "\0" in item_id else item_id
        rows = self._rows(sql, [k, k, g, METRIC_CODES[metric], g, given, g])
        if not rows and not self.known_among([item_id]):
            raise UnknownItem(item_id)
        return [Neighbour(*row) for row in rows]

    def lists_of(
        self, item_ids: Sequence[str], metric: Metric, k: int
    ) -> dict[str, list[Neighbour]]:
        sql = f"""
            SELECT one.item_id, other.item_id, near.distance
            FROM {VECTORS} AS one JOIN {LISTS} AS list USING (generation, item),
                unnest(list.ids[1:%s], list.distances[1:%s])
                    WITH ORDINALITY AS near(item, distance, place),
                {VECTORS} AS other
            WHERE one.generation = %s AND list.metric = %s AND one.item_id = ANY(%s)
                AND other.generation = %s AND other.item = near.item
            ORDER BY one.item_id, near.place"""
        g, given = self.generation, _writable(item_ids)
        found: dict[str, list[Neighbour]] = {item_id: [] for item_id in self.known_among(given)}
        for item_id, other, distance in self._rows(sql, [k, k, g, METRIC_CODES[metric], given, g]):
            found[item_id].append(Neighbour(other, distance))
        return found

    def distances(self, point: Point, metric: Metric, item_ids: Sequence[str]) -> np.ndarray:
        vectors = self.vectors(item_ids)
        if point.share and self.has_colours:
            colours = self.colours_of(item_ids)
            return point.distances_to(metric, vectors, colours, self.statistics)
        plain = Point(point.vector, further=point.further)
        away = plain.distances_to(metric, vectors, None, self.statistics)
        if self.plan.most == 1:
            return away
        return further.or_further(away, self._views(item_ids), plain, metric, self.statistics)

    def nearest(
        self, point: Point, metric: Metric, k: int, passing: Passing, exclude: Sequence[str] = ()
    ) -> Found:
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}.")
        if point.share:
            return self._by_colour(point, metric, k, passing, exclude)
        away: dict[str, float] = {}
        exact = True
        for vector in point.vectors:
            asked = statement(self._space, vector, metric, k + SPARE, passing, _writable(exclude))
            exact &= asked is None or asked.exact
            for item_id, distance in self._measured(asked, vector, metric):
                away[item_id] = min(distance, away.get(item_id, distance))
        return Found(_first(away, k), exact)

    def _measured(
        self, asked: Statement | None, vector: np.ndarray, metric: Metric
    ) -> list[tuple[str, float]]:
        """The products of the pictures that are found, and how far each of these is."""
        rows = asked.rows() if asked else []
        vectors = copying.vectors_in((v for _, v in rows), self.manifest.dimension)
        away = Point(vector).distances_to(metric, vectors, None, self.statistics)
        return list(zip((item_id for item_id, _ in rows), away.tolist(), strict=True))

    def in_order(self, item_id: str, passing: Passing) -> list[str]:
        """Those of the thousand nearest pictures in that order, the others in that of their ids."""
        point = point_of(self, item_id)
        most = IN_ORDER // self.plan.most
        found, _ = self.nearest(point, Metric.COSINE, most, passing, exclude=[item_id])
        there = self.known_among(passing.item_ids)
        ordered = [neighbour.item_id for neighbour in found if neighbour.item_id in there]
        first = [item_id] if item_id in there else []
        others = there.difference(ordered, first)
        return [*first, *ordered, *(other for other in passing.item_ids if other in others)]

    def _by_colour(
        self, point: Point, metric: Metric, k: int, passing: Passing, exclude: Sequence[str]
    ) -> Found:
        """Those whose first pictures are near by vector, ordered anew with their colours."""
        plain, most = Point(point.vector), max(k, BY_COLOUR)
        found, exact = self._by_first_pictures.nearest(plain, metric, most, passing, exclude)
        ids = [neighbour.item_id for neighbour in found]
        away = dict(zip(ids, self.distances(point, metric, ids).tolist(), strict=True))
        return Found(_first(away, k), exact and len(ids) < most)

    @cached_property
    def _by_first_pictures(self) -> "PostgresIndex":
        return replace(self, plan=replace(self.plan, most=1))


def index_of(generation: Generation) -> PostgresIndex:
    """The index that a generation is."""
    manifest = Manifest.from_json(generation.manifest)
    search = generation.search
    return PostgresIndex(
        generation.pk, generation.number, manifest, Plan(**search["plan"]), search["k"],
        search.get("further", 0),
    )  # fmt: skip


def arrays_in(data: bytes | memoryview) -> dict[str, Any]:
    """What `as_bytes` made: arrays, and texts."""
    with np.load(io.BytesIO(bytes(data)), allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    return {name: str(one) if one.dtype.kind == "U" else one for name, one in found.items()}


def as_bytes(arrays: dict[str, Any]) -> bytes:
    """Arrays and texts by name as one value."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _first(away: dict[str, float], k: int) -> list[Neighbour]:
    """The k nearest, ties by item_id."""
    order = sorted((distance, item_id) for item_id, distance in away.items())
    return [Neighbour(item_id, distance) for distance, item_id in order[:k]]


def _writable(item_ids: Iterable[str]) -> list[str]:
    """Ids that PostgreSQL can hold."""
    return [item_id for item_id in item_ids if "\0" not in item_id]


def _column(similar: bool) -> str:
    return "similar_to" if similar else "same_as"


def _compact(members: list[Any]) -> tuple[list[str], np.ndarray, Lists]:
    """Products, their groups and lists, numbered from 0 on; who is not among them is -1."""
    number = {row[0]: place for place, row in enumerate(members)}
    groups: dict[int, int] = {}
    first = np.array([groups.setdefault(row[2], place) for place, row in enumerate(members)])
    lists = Lists.empty(len(members), max(len(row[3]) for row in members))
    for place, (_, _, _, ids, distances) in enumerate(members):
        lists.rows[place, : len(ids)] = [number.get(item, -1) for item in ids]
        lists.distances[place, : len(ids)] = distances
    return [row[1] for row in members], first, lists
