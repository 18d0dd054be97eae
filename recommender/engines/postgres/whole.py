"""All of a generation at once, as it was built: what a build goes on from, what is evaluated.

It comes in parts, into arrays whose pages lie in files without names, which go with them: so a
catalogue that memory does not hold is planned and merged all the same. What was inserted since is
left out: the next build gives it to all lists.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connections, transaction

from catalog.colours.mixture import COLOURS
from recommender.engines.postgres import copying
from recommender.engines.postgres.further import TABLE as FURTHER
from recommender.engines.postgres.index import LISTS, VECTORS, PostgresIndex
from recommender.engines.postgres.models import Generation
from recommender.engines.postgres.places import alias
from recommender.errors import IndexUnavailable
from recommender.index.distances import squared_norms
from recommender.index.metrics import METRIC_CODES, Metric
from recommender.index.neighbours import Lists
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.index.views import Views

# Numbers of products, whose rows are asked for at once.
AT_ONCE = 2_000


def whole_of(index: PostgresIndex) -> SimilarityIndex:
    """The products of the last build that are still there, with their lists.

    A neighbour that is not there any more is marked as `merging.moved` does. Raises
    IndexUnavailable where VAR_DIR has no room for it.
    """
    search = Generation.objects.get(pk=index.generation).search
    try:
        with transaction.atomic(alias()):  # so that none of its tables is taken away meanwhile
            return _read(index, search)
    except OSError as error:
        raise IndexUnavailable(
            f"There is no room for a copy of the index in {settings.VAR_DIR} ({error.strerror})."
        ) from error


def _read(index: PostgresIndex, search: dict[str, Any]) -> SimilarityIndex:
    built, as_built = search["built"], _as_built(index, search)
    number = _number(index, built)
    products = _products(index, number)
    return SimilarityIndex(
        replace(as_built, count=len(products["item_ids"])),
        **products,
        squared=squared_norms(products["embeddings"]),
        lists=_lists(index, number),
        projection=index.projection,
        measured=index.statistics,
        words=index.words,
        views=_views(index, number, search.get("further", 0)),
    )


def _as_built(index: PostgresIndex, search: dict[str, Any]) -> Manifest:
    """The manifest as the build made it."""
    return replace(
        index.manifest, recall=1.0, search_method="",
        list_method=search["lists"], list_recall=search["list_recall"],
    )  # fmt: skip


def _number(index: PostgresIndex, built: int) -> np.ndarray:
    """(built + 1,) int32: the row of each item; -1 of those that are not there any more.

    The last place serves the padding's -1.
    """
    number = np.full(built + 1, -1, np.int32)
    for part in _parts(index, f"SELECT array_send(array_agg(item)) FROM {VECTORS}", built):
        if part[0][0] is not None:
            number[copying.integers_in(part[0][0])] = 0
    there = np.flatnonzero(number == 0)
    number[there] = np.arange(len(there))
    return number


def _products(index: PostgresIndex, number: np.ndarray) -> dict[str, Any]:
    """The arrays of a SimilarityIndex that have a row for each product."""
    count, longest = int((number >= 0).sum()), _longest_id(index)
    made: dict[str, Any] = {
        "item_ids": _room((count,), f"<U{longest}"),
        "content_hashes": _room((count,), "S64"),
        "embeddings": _room((count, index.manifest.dimension), np.float32),
        "colours": _room((count, COLOURS), np.float32) if index.has_colours else None,
    }
    same = np.full(count, -1, np.int32)
    sql = f"SELECT item, item_id, content_hash, halfvec_send(v), colours, same_as FROM {VECTORS}"
    for part in _parts(index, sql, len(number) - 1):
        if not part:
            continue
        items, ids, hashes, vectors, colours, same_as = zip(*part, strict=True)
        rows = number[list(items)]
        made["item_ids"][rows] = ids
        made["content_hashes"][rows] = [one.encode() for one in hashes]
        made["embeddings"][rows] = copying.vectors_in(vectors, index.manifest.dimension)
        if made["colours"] is not None:
            made["colours"][rows] = [np.frombuffer(one, np.float32) for one in colours]
        if index.has_groups:
            same[rows] = same_as
    return made | {"duplicate_group": _groups(same) if index.has_groups else None}


def _longest_id(index: PostgresIndex) -> int:
    sql = f"SELECT coalesce(max(length(item_id)), 1) FROM {VECTORS} WHERE generation = %s"
    return int(_rows(sql, [index.generation])[0][0])


def _groups(same: np.ndarray) -> np.ndarray:
    """The first row that is there of each group."""
    _, first, group = np.unique(same, return_index=True, return_inverse=True)
    return np.asarray(first[group], np.int32)


def _lists(index: PostgresIndex, number: np.ndarray) -> dict[Metric, Lists]:
    count = int((number >= 0).sum())
    made = {
        METRIC_CODES[metric]: Lists(
            _room((count, index.k), np.int32, -1), _room((count, index.k), np.float64, np.inf)
        )
        for metric in Metric
    }
    sql = f"SELECT item, metric, array_send(ids), array_send(distances) FROM {LISTS}"
    for part in _parts(index, sql, len(number) - 1):
        for item, metric, ids, distances in part:
            if (row := number[item]) >= 0:
                near = number[copying.integers_in(ids)]
                made[metric].rows[row, : len(near)] = near
                made[metric].distances[row, : len(near)] = copying.doubles_in(distances)
    return {metric: made[METRIC_CODES[metric]] for metric in Metric}


def _views(index: PostgresIndex, number: np.ndarray, most: int) -> Views | None:
    """The further pictures, of which there are `most` at most."""
    embeddings = _room((most, index.manifest.dimension), np.float32)
    products: list[int] = []
    hashes: list[str] = []
    sql = f"SELECT item, content_hash, halfvec_send(v) FROM {FURTHER}"
    for part in _parts(index, sql, len(number) - 1, ", place") if most else ():
        if part:
            items, found, vectors = zip(*part, strict=True)
            rows = slice(len(products), len(products) + len(part))
            embeddings[rows] = copying.vectors_in(vectors, index.manifest.dimension)
            products += number[list(items)].tolist()
            hashes += found
    if not products:
        return None
    return Views.of(np.array(products, np.int32), hashes, embeddings[: len(products)])


def _parts(index: PostgresIndex, sql: str, built: int, then: str = "") -> Iterator[list[Any]]:
    """What is asked of a table, so many items at a time, by item."""
    order = "" if "array_agg" in sql else f" ORDER BY item{then}"
    for start in range(0, built, AT_ONCE):
        yield _rows(
            f"{sql} WHERE generation = %s AND item >= %s AND item < %s{order}",
            [index.generation, start, min(built, start + AT_ONCE)],
        )


def _room(shape: tuple[int, ...], dtype: Any, value: Any = None) -> np.ndarray:
    """An array in a file without a name; of the value, if one is given. Raises OSError."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if not size:
        return np.empty(shape, dtype)
    Path(settings.VAR_DIR).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.VAR_DIR) as file:
        if hasattr(os, "posix_fallocate"):  # else a full disk ends the process, and later
            os.posix_fallocate(file.fileno(), 0, size)
        made = np.memmap(file, dtype, "w+", shape=shape)
    if value is not None:
        made[:] = value
    return made


def _rows(sql: str, parameters: list[Any]) -> list[Any]:
    with connections[alias()].cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
