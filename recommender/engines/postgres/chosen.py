"""Which items of a generation pass a filter: found once for the catalogue as it is, then kept.

A search that asked the catalogue anew for each candidate would spend most of its time there.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connections

from catalog import memory
from recommender.engines.passing import Passing
from recommender.engines.postgres import copying
from recommender.engines.postgres.models import Vector
from recommender.engines.postgres.places import alias_to_read, beside_the_catalogue

TABLE = Vector._meta.db_table
# Of more than these no numbers are kept: the search itself asks the catalogue.
MANY = 100_000


@dataclass(frozen=True)
class Items:
    """The numbers of those that pass: (m,) int32, each once."""

    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def bits(self) -> bytes:
        """A bit for each number up to the last, as get_bit counts them."""
        passes = np.zeros(int(self.numbers.max(initial=-1)) + 1, bool)
        passes[self.numbers] = True
        return np.packbits(passes, bitorder="little").tobytes()


def items_that_pass(generation: int, number: int, passing: Passing) -> Items | None:
    """Of a generation as it is at `number`; None where there may be more than MANY.

    What is left out beside the filters does not count.
    """
    bare = Passing(passing.filters)
    key = ("items", generation, number, repr(passing.filters))
    return memory.of_now().once(key, lambda: _look_up(generation, bare))


def ids_of(passing: Passing) -> tuple[str, list[Any]]:
    """A query of the ids that pass: of the catalogue itself, if it is here; else they are told.

    Raises EmptyResultSet where nothing can pass.
    """
    if not beside_the_catalogue():
        return "SELECT unnest(%s::text[])", [passing.item_ids]
    ids = passing.products().order_by().values_list("item_id")
    sql, parameters = ids.query.get_compiler(using=alias_to_read()).as_sql()
    return sql, list(parameters)


def _look_up(generation: int, passing: Passing) -> Items | None:
    try:
        ids, parameters = ids_of(passing)
        if _estimate(passing) > MANY:
            return None
    except EmptyResultSet:
        return Items(np.empty(0, np.int32))
    sql = (
        f"SELECT array_send(array_agg(item)) FROM {TABLE} "
        f"WHERE generation = %s AND item_id IN ({ids})"
    )
    with connections[alias_to_read()].cursor() as cursor:
        cursor.execute(sql, [generation, *parameters])
        data = cursor.fetchone()[0]
    return Items(copying.integers_in(data or b""))


def _estimate(passing: Passing) -> int:
    """About how many pass, as the planner thinks."""
    if not beside_the_catalogue():
        return len(passing.item_ids)
    explained = passing.products().order_by().explain(format="json")
    return int(json.loads(explained)[0]["Plan"]["Plan Rows"])
