"""A generation's rows: products, their further pictures, their lists; and how they get there."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from django.db import connections

from recommender.engines.postgres import copying
from recommender.engines.postgres.models import Generation
from recommender.engines.postgres.places import alias
from recommender.index.duplicates import groups
from recommender.index.metrics import METRIC_CODES, Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.index.views import Views


def copy(table: str, rows: Iterable[bytes]) -> None:
    """Appends rows to a table."""
    sql = f"COPY {table} FROM STDIN (FORMAT BINARY)"
    with connections[alias()].cursor() as cursor, cursor.copy(sql) as stream:
        stream.write(copying.HEADER)
        for row in rows:
            stream.write(row)
        stream.write(copying.END)


def of_vectors(index: SimilarityIndex, generation: Generation) -> Iterator[bytes]:
    """Those of the vectors' table: all products."""
    same, mean = index.duplicate_group, mean_of(generation)
    similar = None
    if same is not None:
        lists, threshold = index.lists[Metric.COSINE], index.manifest.similar_threshold
        similar = groups(lists, threshold, index.embeddings, index.views)
    for item, item_id in enumerate(index.item_ids):
        colours = None if index.colours is None else index.colours[item]
        groups_of = [None if of is None else int(of[item]) for of in (same, similar)]
        yield of_vector(
            (generation.pk, item), (str(item_id), bytes(index.content_hashes[item]).decode()),
            index.embeddings[item], mean, colours, groups_of,
        )  # fmt: skip


def of_vector(
    numbers: tuple[int, int],
    names: tuple[str, str],
    vector: np.ndarray,
    mean: np.ndarray | None,
    colours: np.ndarray | None,
    groups_of: Sequence[int | None],
) -> bytes:
    """A row of the vectors' table: generation and item, item_id and hash, and what it holds."""
    return copying.row(
        (
            *map(copying.integer, numbers), *(name.encode() for name in names),
            *_picture(vector, mean), None if colours is None else colours.tobytes(),
            *(None if group is None else copying.integer(group) for group in groups_of),
        )
    )  # fmt: skip


def of_further(
    views: Views | None, generation: Generation, items: Sequence[int], item_ids: Sequence[str]
) -> Iterator[bytes]:
    """Those of the table of further pictures, whose products have these items and ids; a product's
    are numbered from 1 on."""
    if views is None:
        return
    mean = mean_of(generation)
    for row, product in enumerate(views.products.tolist()):
        numbers = generation.pk, items[product], row - views.rows_of(product).start + 1
        yield copying.row(
            (
                *map(copying.integer, numbers), str(item_ids[product]).encode(),
                bytes(views.hashes[row]), *_picture(views.embeddings[row], mean),
            )
        )  # fmt: skip


def of_lists(index: SimilarityIndex, generation: int) -> Iterator[bytes]:
    """Those of the lists' table: each product's under each metric."""
    for metric, lists in index.lists.items():
        for item in range(len(index)):
            filled = int((lists.rows[item] >= 0).sum())
            rows, distances = lists.rows[item, :filled], lists.distances[item, :filled]
            yield of_list((generation, item), metric, rows, distances)


def of_list(
    numbers: tuple[int, int], metric: Metric, items: np.ndarray, distances: np.ndarray
) -> bytes:
    """A row of the lists' table: generation and item, and its neighbours' items."""
    return copying.row(
        (
            *map(copying.integer, numbers), copying.small(METRIC_CODES[metric]),
            copying.integers(items), copying.doubles(distances),
        )
    )  # fmt: skip


def mean_of(generation: Generation) -> np.ndarray | None:
    """(d,): above which a number's bit is set; None where vectors are not searched by bits."""
    return None if generation.mean is None else np.frombuffer(generation.mean, np.float32)


def _picture(vector: np.ndarray, mean: np.ndarray | None) -> tuple[bytes | None, ...]:
    """A vector, its bits, and whether it is all zeros."""
    by_bits = None if mean is None else copying.bits(vector > mean)
    return copying.half_vector(vector), by_bits, copying.boolean(not vector.any())
