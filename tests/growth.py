"""A program: what answers cost over a catalogue of so many products, counted and not timed.

`python -m tests.growth COUNT` prints JSON: for each address the queries, the steps that SQLite took
and the elements of the index's arrays that were touched. Settings come from the environment.
"""

import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import django
import numpy as np

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from catalog.models import Product  # noqa: E402
from recommender.index.metrics import Metric  # noqa: E402
from recommender.index.neighbours import Lists  # noqa: E402
from recommender.index.similarity_index import SimilarityIndex  # noqa: E402
from recommender.live import current  # noqa: E402
from recommender.live.file_index import FileIndex  # noqa: E402
from recommender.models import NotTheSame, Rule  # noqa: E402
from tests import fake_embedder  # noqa: E402
from tests.indexes import manifest_of  # noqa: E402

K = 8
STEPS = 5  # of SQLite's machine, between two calls of the counter
TOGETHER = 6  # products that show one picture, all through the catalogue
work: Counter[str] = Counter()


class CountedArray(np.ndarray[Any, Any]):
    """An array that counts how many of its elements are looked at."""

    def __array_ufunc__(self, ufunc: Any, method: str, *given: Any, **named: Any) -> Any:
        work["elements"] += sum(np.size(_plain(one)) for one in given)
        plain = [_plain(one) for one in given]
        return getattr(ufunc, method)(*plain, **named)

    def __array_function__(self, func: Any, types: Any, given: Any, named: Any) -> Any:
        if func is np.searchsorted:
            work["elements"] += np.size(_plain(given[1])) * math.ceil(math.log2(len(given[0]) + 2))
        else:
            work["elements"] += sum(np.size(_plain(one)) for one in given)
        return func(*map(_plain, given), **named)

    def __getitem__(self, place: Any) -> Any:
        found = self.view(np.ndarray)[place]
        work["elements"] += np.size(found)
        return found


def _plain(one: Any) -> Any:
    return one.view(np.ndarray) if isinstance(one, CountedArray) else one


def fill(count: int) -> None:
    """`count` products, one in ten hidden, a variant, or the same as another; rules for some."""
    call_command("migrate", verbosity=0)
    columns = {
        "item_id": "printf('%07d', n)", "shop_item_id": "printf('%07d', n)",
        "title": "'Shirt ' || n", "price": "n % 90", "currency": "'EUR'",
        "category": "'kind ' || (n % 9)", "shop": "'shop'", "source": "'made up'",
        "content_hash": "printf('%064x', n)", "hidden": "n % 100 = 7",
        '"group"': "CASE n % 50 WHEN 3 THEN 'g' || (n / 100) ELSE '' END",
        "search_text": "'shirt ' || n", "image_urls": "'[]'", "more_pictures": "'[]'",
        "refused_pictures": "'{}'", "colour_names": "' blue '",
        "first_seen": "'2026-01-01'", "last_seen": "'2026-01-01'",
    }  # fmt: skip
    empty = ("product_url", "image_url", "image_etag", "image_last_modified", "image_hash",
             "brand", "number")  # fmt: skip
    columns |= dict.fromkeys(empty, "''")
    numbers = f"WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t LIMIT {count})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Product._meta.db_table} ({', '.join(columns)}) "
            f"{numbers} SELECT {', '.join(columns.values())} FROM t"
        )
    pinned, other = Product.objects.filter(item_id__in=["0000030", "0000031"]).order_by("item_id")
    Rule.objects.create(kind=Rule.Kind.PIN, product=pinned, beside=other)
    NotTheSame.objects.create(first="0000000", second="0000001")


def index_of(count: int) -> SimilarityIndex:
    """A row's neighbours are the rows after it; every hundredth picture is that of the next five."""
    rows = np.arange(count)
    near = ((rows[:, None] + np.arange(1, K + 1)) % count).astype(np.int32)
    away = np.linspace(0.2, 0.5, K) + rows[:, None] % 97 / 1e4
    away[rows % 100 < TOGETHER - 1, 0] = 0.1
    in_group = rows % 100 < TOGETHER
    together = np.where(in_group, rows - rows % 100, rows).astype(np.int32)
    dimension = fake_embedder.SPEC.dimension
    vectors = np.broadcast_to(np.linspace(0, 1, dimension, dtype=np.float32), (count, dimension))
    ids = np.array([f"{number:07}" for number in range(count)])
    manifest = replace(manifest_of(dimension), count=count, same_threshold=0.12)
    return SimilarityIndex(
        manifest, _counted(ids), np.full(count, b"0", "S64"), _counted(vectors),
        np.ones(count), {metric: Lists(_counted(near), _counted(away)) for metric in Metric},
        duplicate_group=_counted(together),
    )  # fmt: skip


def _counted(array: np.ndarray) -> np.ndarray:
    return array.view(CountedArray)


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """What is done meanwhile: queries, steps of SQLite's machine, elements of arrays."""

    def query(execute: Callable[..., Any], *given: Any) -> Any:
        work["queries"] += 1
        return execute(*given)

    def step() -> None:
        work["steps"] += STEPS

    work.clear()
    connection.connection.set_progress_handler(step, STEPS)
    with connection.execute_wrapper(query):
        yield work
    connection.connection.set_progress_handler(None, STEPS)


# Addresses and two products each. The first is asked for beforehand: what is worked out once an
# index, or once a state of the catalogue, is not what an answer costs.
ADDRESSES = {
    "JSON": ("/api/v1/products/{:07}/similar/", 40, 350),
    "JSON of what shows the same as others": ("/api/v1/products/{:07}/similar/", 100, 600),
    "JSON of what is told apart": ("/api/v1/products/{:07}/similar/", 1, 0),
    "JSON with a pinned product": ("/api/v1/products/{:07}/similar/", 45, 31),
    "JSON by another metric": ("/api/v1/products/{:07}/similar/?metric=manhattan&k=6", 46, 360),
    "page": ("/products/{:07}/", 41, 370),
    "page of what shows the same as others": ("/products/{:07}/", 101, 700),
    "one product": ("/api/v1/products/{:07}/", 42, 380),
    "unknown": ("/products/none-{}/", 1, 2),
    "any product": ("/random/?utm_source={}", 1, 2),
    "picture that is not there": ("/media/thumbnails/{:07}.jpg", 43, 390),
    "picture of a long name": ("/media/thumbnails/%25%25{}.jpg", 1, 2),
    "state of the index": ("/api/v1/status/?utm_source={}", 1, 2),
    "grid": ("/browse/?page={}", 1, 2),
    "products": ("/api/v1/products/?page={}", 1, 2),
}


def main(count: int) -> None:
    fill(count)
    index = FileIndex.of(index_of(count))
    current.live_index = lambda name="": index
    client, found = Client(SERVER_NAME="localhost"), {}
    for name, (address, first, second) in ADDRESSES.items():
        client.get(address.format(first))
        with counted() as done:
            status = client.get(address.format(second)).status_code
        found[name] = {"status": status} | done
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
