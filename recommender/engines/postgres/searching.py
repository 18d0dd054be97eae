"""What is asked of PostgreSQL to find the nearest vectors.

One index serves all three metrics: candidates by cosine distance (IVFFlat, or HNSW where
VECTOR_INDEX asks for it), or by the bits that say in which numbers a vector lies above the mean
(HNSW, for vectors longer than those take), are ordered by the metric that was asked for. How much
that misses is measured when an index is published. Where few vectors are in question, all of them
are compared.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connections

from recommender.engines.passing import Passing
from recommender.engines.postgres.chosen import Items, ids_of, items_that_pass
from recommender.engines.postgres.models import FurtherVector, Vector
from recommender.engines.postgres.places import alias_to_read
from recommender.index.metrics import Metric

# A product's first picture, and its further ones.
TABLES = tuple(model._meta.db_table for model in (Vector, FurtherVector))
OPERATORS = {Metric.COSINE: "<=>", Metric.EUCLIDEAN: "<->", Metric.MANHATTAN: "<+>"}
# Vectors that are compared one by one in less time than an index takes: so many, or more of short
# ones, of so many numbers together.
FEW, FEW_NUMBERS = 3_000, 4_000_000
# Candidates that are ordered by the metric asked for, at least; and twice as many as are wanted.
CANDIDATES = 100
# The vectors that IVFFlat and HNSW take, in numbers.
LONGEST = 4_000
# The most that HNSW may look at (hnsw.ef_search).
WIDEST = 1_000
SCAN, IVFFLAT, HNSW, BITS = "scan", "ivfflat", "hnsw", "bits"
# The way by the index is the only one left, whatever the planner thinks of it.
BY_INDEX = {
    f"enable_{way}": "off"
    for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin", "material", "memoize")
}


@dataclass(frozen=True)
class Plan:
    """How the vectors of a generation are searched.

    `kind`: all of them (SCAN), IVFFLAT with so many `lists`, of which `probes` are read, HNSW, or
    BITS; these two look at the nearest `ef` that they know of. `has_zeros`: whether there are
    vectors of zeros, which cosine distance does not know. `most`: how many pictures a product has
    at most.
    """

    kind: str
    lists: int = 0
    probes: int = 0
    has_zeros: bool = False
    ef: int = CANDIDATES
    most: int = 1

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        """For people, and for the manifest."""
        if self.kind == SCAN:
            return "pgvector: all compared"
        if self.kind == HNSW:
            return f"pgvector: HNSW, {self.ef} looked at and compared"
        if self.kind == BITS:
            return f"pgvector: HNSW on bits about the mean, {self.ef} looked at and compared"
        return f"pgvector: IVFFlat, {self.probes} of {self.lists} lists, candidates compared"

    def options(self, candidates: int) -> dict[str, str]:
        """What is set for a query."""
        if self.kind in (HNSW, BITS):
            wider = str(min(WIDEST, max(self.ef, candidates)))
            return {"hnsw.ef_search": wider, "hnsw.iterative_scan": "relaxed_order"} | BY_INDEX
        probes = {"ivfflat.probes": str(self.probes), "ivfflat.iterative_scan": "relaxed_order"}
        return probes | BY_INDEX

    def wider(self) -> "Plan | None":
        """Half as much more is looked at, twice as much of a graph; None where that is all."""
        if self.kind == IVFFLAT and self.probes < self.lists:
            return replace(self, probes=min(self.lists, self.probes + (self.probes + 1) // 2))
        if self.kind in (HNSW, BITS) and self.ef < WIDEST:
            return replace(self, ef=min(WIDEST, 2 * self.ef))
        return None


@dataclass(frozen=True)
class Space:
    """The vectors of one generation: its numbers, how long they are, how they are searched.

    `number` counts what was inserted. mean (d,): of BITS.
    """

    generation: int
    number: int
    dimension: int
    plan: Plan
    mean: np.ndarray | None = None


@dataclass(frozen=True)
class Statement:
    """A query, its parameters, what is set for it, and whether it compares all that pass."""

    sql: str
    parameters: list[Any]
    options: dict[str, str]
    exact: bool

    def rows(self) -> list[tuple[str, memoryview]]:
        """item_id and vector, as halfvec_send gives it: of each picture that is near, in any order.

        Only what is found is sent: in one query, all that it sorts would be made ready for that.
        """
        sql = f"{self.settings}SELECT item_id, halfvec_send(v) FROM ({self.sql}) AS near"
        with connections[alias_to_read()].cursor() as cursor:
            cursor.execute(sql, self.parameters)
            while cursor.nextset():
                pass
            return list(cursor.fetchall())

    @property
    def settings(self) -> str:
        """What stands before the query, and counts until the end of its transaction: it goes to
        the server with it, and makes one with it, where there is none."""
        return "".join(f"SET LOCAL {name} = '{value}'; " for name, value in self.options.items())


def statement(
    space: Space,
    vector: np.ndarray,
    metric: Metric,
    limit: int,
    passing: Passing,
    exclude: Sequence[str],
) -> Statement | None:
    """What finds `limit` nearest products to a (d,) vector; None where nothing can pass.

    It gives the pictures nearest to it: so many that those are among their products.
    """
    asked = _Asked(space, vector, metric, limit, list(exclude))
    by_index = space.plan.kind != SCAN and vector.any()
    if passing.nearly_all:
        return asked.by_index("", []) if by_index else asked.of_all()
    asked.exclude.extend(item_id for item_id in passing.without if "\0" not in item_id)
    items = items_that_pass(space.generation, space.number, passing)
    if items is None:
        ids, parameters = ids_of(passing)
        if by_index:
            return asked.by_index(f"AND item_id IN ({ids})", parameters)
        return asked.of_ids(ids, parameters)
    if not len(items):
        return None
    count = len(items) * space.plan.most
    few = count <= FEW or count * space.dimension <= FEW_NUMBERS
    return asked.of_items(items) if few or not by_index else asked.by_bits(items)


@dataclass(frozen=True)
class _Asked:
    space: Space
    vector: np.ndarray
    metric: Metric
    limit: int
    exclude: list[str]

    def of_all(self) -> Statement:
        every = " UNION ALL ".join(
            f"SELECT item_id, v FROM {t} {self._where}" for t in self._tables
        )
        sql = f"SELECT item_id, v FROM ({every}) AS every {self._order('v')}"
        return Statement(sql, [*self._who * len(self._tables), *self._to], {}, True)

    def of_ids(self, ids: str, parameters: list[Any]) -> Statement:
        return self._one_by_one("item_id", ids, parameters)

    def of_items(self, items: Items) -> Statement:
        numbers = "{" + ",".join(map(str, items.numbers.tolist())) + "}"
        return self._one_by_one("item", "SELECT unnest(%s::integer[])", [numbers])

    def _one_by_one(self, key: str, chosen: str, parameters: list[Any]) -> Statement:
        """Each is looked up by its key: LATERAL … OFFSET 0 leaves no other way."""
        found = " UNION ALL ".join(
            f"SELECT item_id, v FROM {table} WHERE generation = %s AND {table}.{key} = passing.key"
            for table in self._tables
        )
        sql = f"""
            SELECT item_id, v FROM ({chosen}) AS passing(key)
            CROSS JOIN LATERAL ({found} OFFSET 0) AS found
            WHERE item_id <> ALL(%s) {self._order("v")}"""
        generation = [self.space.generation] * len(self._tables)
        return Statement(sql, [*parameters, *generation, self.exclude, *self._to], {}, True)

    def by_bits(self, items: Items) -> Statement:
        """Each candidate has a bit that says whether it passes; newcomers have none yet."""
        condition = "AND CASE WHEN item < %s THEN get_bit(%s, item) = 1 ELSE false END"
        return self.by_index(condition, [8 * len(items.bits), items.bits])

    def by_index(self, condition: str, parameters: list[Any]) -> Statement:
        candidates = max(CANDIDATES, 2 * self._pictures)
        where, given = f"{self._where} {condition}", [*self._who, *parameters]
        order, to = self._nearness()
        parts, filled = [], []
        for table in self._tables:
            parts.append(f"(SELECT item_id, v FROM {table} {where} ORDER BY {order} LIMIT %s)")
            filled += [*given, *to, candidates]
            if self.space.plan.has_zeros and self.space.plan.kind != BITS:
                parts.append(f"(SELECT item_id, v FROM {table} {where} AND is_zero LIMIT %s)")
                filled += [*given, candidates]
        sql = f"""WITH near AS MATERIALIZED ({" UNION ALL ".join(parts)})
            SELECT item_id, v FROM near {self._order("v")}"""
        return Statement(sql, [*filled, *self._to], self.space.plan.options(candidates), False)

    @property
    def _tables(self) -> tuple[str, ...]:
        return TABLES if self.space.plan.most > 1 else TABLES[:1]

    @property
    def _pictures(self) -> int:
        """Among so many are `limit` products."""
        return self.limit * self.space.plan.most

    @property
    def _where(self) -> str:
        return "WHERE generation = %s AND item_id <> ALL(%s)"

    @property
    def _who(self) -> list[Any]:
        return [self.space.generation, self.exclude]

    def _order(self, column: str) -> str:
        """By distance; that to zeros, and from them, is 1 by cosine. No index is of this."""
        away = f"COALESCE(NULLIF({column} {OPERATORS[self.metric]} %s::halfvec, 'NaN'), 1)"
        return f'ORDER BY {away}, item_id COLLATE "C" LIMIT %s'

    @cached_property
    def _text(self) -> str:
        return as_text(self.vector)

    @property
    def _to(self) -> list[Any]:
        return [self._text, self._pictures]

    def _nearness(self) -> tuple[str, list[Any]]:
        """What the index is of."""
        size = self.space.dimension
        if self.space.plan.kind != BITS:
            return f"(v::halfvec({size})) <=> %s::halfvec({size})", [self._text]
        above = self.vector > self.space.mean
        return f"(bits::bit({size})) <~> %s::bit({size})", [_ones(above)]


def as_text(vector: np.ndarray) -> str:
    """(d,) numbers as PostgreSQL reads a halfvec; what is too large for one becomes the largest."""
    largest = np.finfo(np.float16).max
    numbers = np.clip(vector, -largest, largest).astype(np.float16).tolist()
    return "[" + ",".join([f"{number:.5g}" for number in numbers]) + "]"  # no more digits count


def _ones(bits: np.ndarray) -> str:
    return "".join("1" if bit else "0" for bit in bits)
