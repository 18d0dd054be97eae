"""Searches by pgvector's index: what they find, and that the planner takes that way."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from django.db import connections, transaction
from django.utils import timezone

from catalog.filters import Filters
from catalog.models import Product
from recommender.embedders.contract import EmbedderSpec
from recommender.engines.passing import ALL, Passing
from recommender.engines.postgres import chosen, publishing, recall, searching
from recommender.engines.postgres.chosen import Items
from recommender.engines.postgres.index import index_of
from recommender.engines.postgres.models import Generation
from recommender.engines.postgres.places import alias, beside_the_catalogue
from recommender.engines.postgres.searching import BITS, HNSW, IVFFLAT, statement
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.index.views import Views

pytestmark = pytest.mark.django_db(databases="__all__")
COUNT = 600


def published(vectors, views=None):
    """(n, d) vectors as a live index of products 0000, 0001, …, with their further pictures."""
    spec = EmbedderSpec("fake", "grid", vectors.shape[1], "rgb-4", True, "a fake for tests")
    ids = [f"{number:04}" for number in range(len(vectors))]
    built = SimilarityIndex.build(
        Manifest.of(spec, "0" * 64), ids, ["a" * 64] * len(ids), publishing.as_kept(vectors),
        views=views,
    )  # fmt: skip
    publishing.publish(built)
    return built, index_of(Generation.objects.get(embedder="fake", state="live"))


def heaps(dimension, count=COUNT):
    """As photos lie: in heaps, each of few dimensions."""
    random = np.random.default_rng(3)
    middles = random.normal(size=(20, 12))
    spread = random.normal(size=(12, dimension))
    latent = middles[random.integers(0, 20, count)] + 0.5 * random.normal(size=(count, 12))
    return np.maximum(latent @ spread, 0).astype(np.float32)


@pytest.fixture
def shop(monkeypatch):
    """Six hundred products are too many to be compared one by one."""
    for module in (searching, publishing):
        monkeypatch.setattr(module, "FEW", 50)
    monkeypatch.setattr(searching, "FEW_NUMBERS", 0)
    now = timezone.now()
    Product.objects.bulk_create(
        Product(
            item_id=f"{number:04}", shop_item_id=f"{number:04}", shop="s", content_hash="a" * 64,
            first_seen=now, last_seen=now,
        )
        for number in range(COUNT)
    )  # fmt: skip


@pytest.fixture
def by_index(shop):
    vectors = heaps(64)
    vectors[7] = 0
    return published(vectors)


@pytest.fixture
def of_many_pictures(shop):
    """Every second product has a further picture, every fourth one three, of which one is zeros."""
    vectors = publishing.as_kept(heaps(64, 2 * COUNT))
    products = np.repeat(np.arange(0, COUNT, 2), np.tile([3, 1], COUNT // 4)).astype(np.int32)
    further = vectors[COUNT:].copy()
    further[5] = 0
    return published(vectors[:COUNT], Views.of(products, ["b" * 64] * COUNT, further))


def explained(asked):
    with transaction.atomic(alias()), connections[alias()].cursor() as cursor:
        cursor.execute(f"{asked.settings}EXPLAIN {asked.sql}", asked.parameters)
        while cursor.nextset():
            pass
        return "\n".join(row[0] for row in cursor.fetchall())


def asked_of(index, metric, passing=ALL, limit=15):
    return statement(index._space, index.vectors(["0003"])[0], metric, limit, passing, [])


def test_it_is_ivfflat_and_what_it_finds_is_known(by_index):
    _, index = by_index
    assert index.plan.kind == IVFFLAT
    assert 0.99 <= index.manifest.recall <= 1
    assert index.manifest.search_method.startswith("pgvector: IVFFlat, ")


@pytest.mark.parametrize("kind", [HNSW, BITS])
def test_other_indexes_are_searched_as_widely_as_it_takes(by_index, settings, kind):
    settings.VECTOR_INDEX = kind
    built, before = by_index
    publishing.publish(built)
    index = index_of(Generation.objects.get(embedder="fake", state="live"))
    assert before.plan.kind == IVFFLAT
    assert index.plan.kind == kind
    assert index.manifest.recall >= 0.99
    assert f" {index.plan.ef} looked at" in index.manifest.search_method
    for metric in Metric:
        for row in (7, 9):  # 7 is all zeros
            vector = built.embeddings[row]
            near, exact = index.nearest(Point(vector), metric, 5, ALL)
            assert exact == (row == 7)
            assert near == built.search(vector, metric, 5)
    plan = explained(asked_of(index, Metric.COSINE))
    assert "_near" in plan
    assert "Seq Scan" not in plan


def test_a_search_that_finds_too_little_is_widened(by_index, settings, monkeypatch):
    settings.VECTOR_INDEX = HNSW
    monkeypatch.setattr(publishing, "Plan", partial(searching.Plan, ef=1))
    monkeypatch.setattr(searching, "CANDIDATES", 5)
    built, _ = by_index
    publishing.publish(built)
    index = index_of(Generation.objects.get(embedder="fake", state="live"))
    narrow = recall.recall_of(replace(index, plan=replace(index.plan, ef=1)), built)
    assert index.plan.ef > 10
    assert narrow < recall.WANTED
    assert narrow <= index.manifest.recall


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("limit", [1, 60, 400])
def test_the_planner_takes_the_vector_index(by_index, metric, limit):
    _, index = by_index
    plan = explained(asked_of(index, metric, limit=limit))
    assert "_near" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("many", [100_000, 0])
def test_so_it_does_with_filters_that_many_pass(by_index, monkeypatch, many):
    """Whether their numbers are kept, or are too many for that."""
    monkeypatch.setattr(chosen, "MANY", many)
    _, index = by_index
    Product.objects.exclude(item_id__endswith="9").update(category="Hats")
    asked = asked_of(index, Metric.COSINE, Passing(Filters.of(category="Hats")))
    assert ("get_bit" in asked.sql) == (many > 0)
    plan = explained(asked)
    assert "_near" in plan
    assert "Seq Scan on lookalike_vectors" not in plan


@pytest.mark.skipif(
    "not __import__('recommender.engines.postgres.places', fromlist=['x']).beside_the_catalogue()"
)
def test_few_that_pass_are_looked_up_one_by_one(by_index):
    _, index = by_index
    Product.objects.filter(item_id__startswith="000").update(category="Hats")
    asked = asked_of(index, Metric.EUCLIDEAN, Passing(Filters.of(category="Hats")))
    assert asked.exact
    assert "Nested Loop" in explained(asked)
    assert beside_the_catalogue()


def test_of_short_vectors_more_are_few(by_index, monkeypatch):
    _, index = by_index
    monkeypatch.setattr(searching, "FEW_NUMBERS", 60 * 64)
    for count in (60, 61):
        ids = [f"{number:04}" for number in range(count)]
        Product.objects.filter(item_id__in=ids).update(category="Hats")
        asked = asked_of(index, Metric.EUCLIDEAN, Passing(Filters.of(category="Hats")))
        assert asked.exact == (count == 60)


@pytest.mark.parametrize("metric", Metric)
def test_nearly_all_of_the_nearest_are_found(by_index, metric):
    built, index = by_index
    found = 0
    for row in range(0, COUNT, 12):
        vector = built.embeddings[row]
        near, exact = index.nearest(Point(vector), metric, 5, ALL)
        assert not exact
        expected = built.search(vector, metric, 5)
        found += sum(one.distance <= expected[-1].distance for one in near)
    assert found >= 0.97 * 5 * 50


@pytest.mark.parametrize("metric", Metric)
def test_with_filters_that_few_pass_all_are_found(by_index, metric):
    built, index = by_index
    ids = {f"{number:04}" for number in range(0, COUNT, 30)}
    Product.objects.filter(item_id__in=ids).update(category="Hats")
    near, exact = index.nearest(
        Point(built.embeddings[3]), metric, 5, Passing(Filters.of(category="Hats"))
    )
    every = built.search(built.embeddings[3], metric, COUNT)
    assert exact
    assert near == [one for one in every if one.item_id in ids][:5]


@pytest.mark.parametrize("many", [100_000, 0])
@pytest.mark.parametrize("metric", Metric)
def test_with_filters_that_many_pass_nearly_all_are_found(by_index, monkeypatch, metric, many):
    monkeypatch.setattr(chosen, "MANY", many)
    built, index = by_index
    ids = {f"{number:04}" for number in range(COUNT) if number % 3}
    Product.objects.filter(item_id__in=ids).update(category="Hats")
    hats, found = Passing(Filters.of(category="Hats")), 0
    for row in range(0, COUNT, 30):
        near, _ = index.nearest(Point(built.embeddings[row]), metric, 5, hats)
        every = built.search(built.embeddings[row], metric, COUNT)
        assert {one.item_id for one in near} <= ids
        last = [one for one in every if one.item_id in ids][4]
        found += sum(one.distance <= last.distance for one in near)
    assert found >= 0.97 * 5 * 20


@pytest.mark.parametrize("kind", [IVFFLAT, HNSW, BITS])
def test_all_pictures_are_searched_by_an_index_each(of_many_pictures, settings, kind):
    built, index = of_many_pictures
    if kind != IVFFLAT:
        settings.VECTOR_INDEX = kind
        publishing.publish(built)
        index = index_of(Generation.objects.get(embedder="fake", state="live"))
    assert (index.plan.kind, index.plan.most, index.further_count) == (kind, 4, COUNT)
    assert index.manifest.recall >= 0.99
    found, views = 0, built.views.embeddings
    for metric in Metric:
        for row in range(0, COUNT, 60):
            near, exact = index.nearest(Point(views[row]), metric, 5, ALL)
            assert not exact
            expected = built.search(views[row], metric, 5)
            assert near[0] == expected[0]
            found += sum(one.distance <= expected[-1].distance for one in near)
    assert found >= 0.97 * 5 * 30
    plan = explained(asked_of(index, Metric.COSINE))
    assert plan.count("_near") == 2
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("share", [60, 3])
@pytest.mark.parametrize("metric", Metric)
def test_all_pictures_of_those_that_pass_are_searched(of_many_pictures, metric, share):
    built, index = of_many_pictures
    ids = {f"{number:04}" for number in range(0, COUNT, share)}
    Product.objects.filter(item_id__in=ids).update(category="Hats")
    hats, found = Passing(Filters.of(category="Hats")), 0
    for row in range(0, COUNT, 60):
        vector = built.views.embeddings[row]
        near, exact = index.nearest(Point(vector), metric, 5, hats)
        every = [one for one in built.search(vector, metric, COUNT) if one.item_id in ids]
        assert exact == (share == 60)
        assert {one.item_id for one in near} <= ids
        if exact:
            assert near == every[:5]
        found += sum(one.distance <= every[4].distance for one in near)
    assert found >= 0.97 * 5 * 10


def test_a_further_picture_of_zeros_is_found(of_many_pictures):
    built, index = of_many_pictures
    near, _ = index.nearest(Point(np.full(64, 1e-3, np.float32)), Metric.EUCLIDEAN, 1, ALL)
    assert near[0].item_id == built.item_ids[built.views.products[5]]


def test_each_that_passes_has_a_bit():
    items = Items(np.array([9, 0, 17], np.int32))
    bits = np.unpackbits(np.frombuffer(items.bits, np.uint8), bitorder="little")
    assert np.flatnonzero(bits).tolist() == [0, 9, 17]
    assert Items(np.empty(0, np.int32)).bits == b""


def test_where_nothing_passes_nothing_is_asked(by_index):
    _, index = by_index
    assert asked_of(index, Metric.COSINE, Passing(Filters.of(category="Shoes"))) is None


def test_what_is_named_is_left_out_of_what_passes(by_index):
    _, index = by_index
    Product.objects.update(category="Hats")
    hats = Passing(Filters.of(category="Hats"), without=("0003", "a\0b"))
    near, _ = index.nearest(Point(index.vectors(["0003"])[0]), Metric.COSINE, 5, hats)
    assert len(near) == 5
    assert "0003" not in {one.item_id for one in near}


def test_zeros_which_the_index_does_not_know_are_found(by_index):
    _, index = by_index
    near, _ = index.nearest(Point(np.full(64, 1e-3, np.float32)), Metric.EUCLIDEAN, 1, ALL)
    assert [one.item_id for one in near] == ["0007"]
    near, exact = index.nearest(Point(np.zeros(64, np.float32)), Metric.COSINE, 3, ALL)
    assert exact
    assert [tuple(one) for one in near] == [("0000", 1.0), ("0001", 1.0), ("0002", 1.0)]


def test_colour_orders_candidates_anew(by_index, monkeypatch):
    built, _ = by_index
    colours = np.zeros((COUNT, 48), np.float32)
    colours[np.arange(COUNT), np.arange(COUNT) % 48] = 1
    publishing.publish(replace(built, colours=colours))
    index = index_of(Generation.objects.get(embedder="fake", state="live"))
    point = Point(built.embeddings[3], colours[3], 0.9)
    found, exact = index.nearest(point, Metric.EUCLIDEAN, 3, ALL)
    assert not exact
    assert all(int(one.item_id) % 48 == 3 for one in found)


def test_vectors_too_long_for_the_index_are_found_by_their_bits(monkeypatch):
    for module in (searching, publishing):
        monkeypatch.setattr(module, "FEW", 50)
    built, index = published(heaps(4096, 300))
    assert index.plan.kind == BITS
    assert index.manifest.recall >= 0.99
    for metric in Metric:
        near, exact = index.nearest(Point(built.embeddings[9]), metric, 5, ALL)
        assert not exact
        assert near == built.search(built.embeddings[9], metric, 5)
    plan = explained(statement(index._space, built.embeddings[9], Metric.COSINE, 5, ALL, []))
    assert "_near" in plan


def test_a_vector_is_written_with_as_many_digits_as_half_precision_has():
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    every = every[np.isfinite(every)]
    text = searching.as_text(every.astype(np.float32))
    assert np.array_equal(np.array(text[1:-1].split(","), np.float64).astype(np.float16), every)
    assert searching.as_text(np.array([1e9, -1e9])) == "[65504,-65504]"
