"""All of a generation, read in parts, into files: what a build goes on from."""

import errno
import os
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from recommender.engines.postgres import whole
from recommender.engines.postgres.index import index_of
from recommender.engines.postgres.models import Generation
from recommender.errors import IndexUnavailable
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists
from recommender.index.similarity_index import SimilarityIndex
from recommender.live.engine import engine
from tests.indexes import grid_index, manifest_of, same

pytestmark = pytest.mark.django_db(databases="__all__")
PLACES = {f"{number:02}": number + 1.0 for number in range(30)}
FURTHER = {"05": [26.0, 29.0], "11": [26.5], "20": [4.0, 50.0, 60.0]}


@pytest.mark.parametrize("at_once", [1, 7, 2_000])
def test_however_it_is_parted_it_is_what_was_published(monkeypatch, at_once):
    monkeypatch.setattr(whole, "AT_ONCE", at_once)
    built = grid_index(PLACES, further=FURTHER)
    engine().publish(built)
    found = engine().whole("fake")
    assert same(found, built)
    assert built.colours is not None
    assert found.colours is not None
    assert built.duplicate_group is not None
    assert found.duplicate_group is not None
    assert built.views is not None
    assert found.views is not None
    assert np.array_equal(found.colours, built.colours)
    assert np.array_equal(found.duplicate_group, built.duplicate_group)
    assert np.array_equal(found.views.hashes, built.views.hashes)
    assert np.array_equal(found.views.embeddings, built.views.embeddings)


def test_memory_holds_a_part_of_it(monkeypatch):
    monkeypatch.setattr(whole, "AT_ONCE", 50)
    count, dimension = 1_500, 512
    random = np.random.default_rng(1)
    vectors = random.integers(-9, 9, (count, dimension)).astype(np.float32)
    nobody = {metric: Lists.empty(count, 50) for metric in Metric}
    ids = [f"{number:05}" for number in range(count)]
    manifest = replace(manifest_of(dimension), list_method="approximate")
    built = SimilarityIndex.build(manifest, ids[:9], ["a" * 64] * 9, vectors[:9])
    squared = (vectors.astype(np.float64) ** 2).sum(axis=1)
    hashes = np.array(["a" * 64] * count, "S64")
    engine().publish(
        replace(
            built, manifest=replace(manifest, count=count), item_ids=np.array(ids),
            content_hashes=hashes, embeddings=vectors, squared=squared, lists=nobody,
        )
    )  # fmt: skip
    index = index_of(Generation.objects.get(state="live"))
    assert index.statistics is not None
    tracemalloc.start()
    found = whole.whole_of(index)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.array_equal(found.embeddings, vectors)
    lists = sum(one.rows.nbytes + one.distances.nbytes for one in found.lists.values())
    assert peak < (vectors.nbytes + lists) / 4


def test_without_room_for_it_a_sentence_says_so(monkeypatch):
    def full(*_given):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    engine().publish(grid_index(PLACES))
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(IndexUnavailable, match=r"no room for a copy of the index in .*No space"):
        engine().whole("fake")
