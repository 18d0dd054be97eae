"""The file of those that have come since the build."""

import json
import logging
from dataclasses import replace

import numpy as np
import pytest

from catalog.models import Product
from recommender.engines.contract import Newcomers
from recommender.errors import PublishError
from recommender.index.projection import Projection, Provenance
from recommender.index.similarity_index import SimilarityIndex
from recommender.live import arrivals
from recommender.live.engine import engine
from recommender.live.file_index import FileIndex
from recommender.live.paths import newcomers_path
from runs.files import locked
from tests.indexes import at_place, grid_index, hash_of
from tests.products import keep

pytestmark = pytest.mark.django_db
PLACES = {"01": 1.0, "02": 2.0, "03": 3.0}


@pytest.fixture(autouse=True)
def published(settings):
    settings.INDEX_ENGINE = "file"
    for item_id, place in {**PLACES, "04": 4.0}.items():
        keep([item_id], content_hash=hash_of(place))
    engine().publish(grid_index(PLACES))


def insert(item_id, place):
    vectors = np.array([at_place(place)], np.float32)
    engine().insert("fake", Newcomers([item_id], [hash_of(place)], vectors, None))


def test_each_insertion_has_another_signature():
    before = engine().signature("fake")
    insert("04", 4.0)
    after = engine().signature("fake")
    assert after != before
    insert("04", 4.0)
    assert engine().signature("fake") not in (before, after)


def test_a_build_takes_the_newcomers_in_and_they_are_dropped():
    insert("04", 4.0)
    assert not isinstance(engine().live("fake"), FileIndex)
    engine().publish(grid_index(PLACES | {"04": 4.0}))
    assert isinstance(engine().live("fake"), FileIndex)
    keep(["05"], content_hash=hash_of(5.0))
    insert("05", 5.0)
    kept = arrivals._read(newcomers_path("fake"))
    assert kept is not None
    assert list(kept.products) == ["05"]


def test_newcomers_of_one_picture_stay_one_when_the_first_of_them_goes():
    keep(["05", "06"], content_hash=hash_of(4.0))
    for item_id in ("04", "05", "06"):
        insert(item_id, 4.0)
    Product.objects.filter(item_id="04").update(hidden=True)
    keep(["07"], content_hash=hash_of(7.0))
    insert("07", 7.0)
    found = engine().live("fake").duplicates(["05", "06", "07"])
    assert found["05"].group == found["06"].group != found["07"].group


def test_what_came_while_a_build_ran_is_still_there_after_it():
    insert("04", 4.0)
    engine().publish(grid_index(PLACES))  # it was planned before
    assert "04" in engine().live("fake").known_among(["04"])


def test_after_a_rollback_those_that_the_index_lacks_are_there_again():
    insert("04", 4.0)
    engine().publish(grid_index(PLACES | {"04": 4.0}))
    engine().rollback("fake")
    assert engine().live("fake").known_among(["04"]) == {"04"}


def test_no_more_than_a_few_thousand_wait_for_a_build(monkeypatch):
    monkeypatch.setattr(arrivals, "MOST", 1)
    insert("04", 4.0)
    keep(["05"], content_hash=hash_of(5.0))
    with pytest.raises(PublishError, match="build_index"):
        insert("05", 5.0)
    assert engine().live("fake").known_among(["04", "05"]) == {"04"}


def test_a_damaged_file_is_passed_over_and_told(caplog):
    insert("04", 4.0)
    newcomers_path("fake").write_bytes(b"PK\x03\x04 no archive")
    with caplog.at_level(logging.ERROR):
        assert len(engine().live("fake")) == 3
    assert "cannot be read" in caplog.text
    insert("04", 4.0)
    assert len(engine().live("fake")) == 4


def without_a_version(arrays):
    """As an older version wrote it: no word of a version, and two things told in place of three."""
    made_by, _projection, told = json.loads(str(arrays.pop("told")))
    del arrays["version"]
    return arrays | {"told": np.array(json.dumps([made_by, told]))}


@pytest.mark.parametrize(
    "rewritten", [without_a_version, lambda arrays: arrays | {"version": np.array(1_000)}]
)
def test_a_file_of_another_version_is_told_plainly_and_its_products_are_put_in_again(
    caplog, rewritten
):
    insert("04", 4.0)
    with np.load(newcomers_path("fake")) as file:
        arrays = rewritten(dict(file))
    np.savez(newcomers_path("fake"), **arrays)
    caplog.clear()
    assert engine().live("fake").known_among(["04"]) == set()
    (told,) = caplog.messages
    assert "was written by another version of the program" in told
    assert "manage.py work" in told
    insert("04", 4.0)
    assert engine().live("fake").known_among(["04"]) == {"04"}


def test_two_do_not_write_at_once():
    with (
        locked(newcomers_path("fake").with_suffix(".lock")),
        pytest.raises(PublishError, match="held by another process"),
    ):
        insert("04", 4.0)


def test_vectors_of_another_network_are_not_compared(settings):
    insert("04", 4.0)
    path = newcomers_path("fake")
    kept = arrivals._read(path)
    assert kept is not None
    path.write_bytes(arrivals._as_bytes(replace(kept, made_by="another")))
    assert len(engine().live("fake")) == 3


def projected(factor):
    """The index of PLACES by a projection that makes so many times of each feature."""
    index = grid_index(PLACES)
    about = Provenance("fake", index.manifest.layer, "0" * 64, ((24, 1.0), (24, factor)), 9)
    projection = Projection(about, np.zeros(48, np.float32))
    vectors = projection(index.embeddings)
    manifest = replace(index.manifest, projection=projection.id)
    built = SimilarityIndex.build(
        manifest, index.item_ids.tolist(), index.content_hashes.astype(str).tolist(), vectors
    )
    return replace(built, projection=projection)


def test_vectors_go_through_a_projection_once_and_anew_through_another(monkeypatch):
    index, asked = projected(0.5), []
    engine().publish(index)
    insert("04", 4.0)
    monkeypatch.setattr(arrivals, "_known", {})
    features = np.array([at_place(4.0)], np.float32)
    made = FileIndex.vectors_of
    monkeypatch.setattr(FileIndex, "vectors_of", lambda *given: asked.append(1) or made(*given))
    assert np.array_equal(engine().live("fake").vectors(["04"]), index.projection(features))
    assert asked == []
    other = projected(2.0)
    engine().publish(other)
    assert np.array_equal(engine().live("fake").vectors(["04"]), other.projection(features))
    assert asked == [1]
    keep(["05"], content_hash=hash_of(5.0))
    insert("05", 5.0)
    assert np.array_equal(engine().live("fake").vectors(["04"]), other.projection(features))
