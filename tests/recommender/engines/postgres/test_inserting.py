"""New and changed products in the live index at once."""

from dataclasses import replace

import numpy as np
import pytest
from django.core.management import call_command

from catalog.models import Product
from recommender.building import build as building
from recommender.building.inserting import insert, plan_of_newcomers
from recommender.engines.contract import Newcomers
from recommender.engines.passing import ALL
from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.views import Matched, Views
from recommender.live.engine import engine
from tests.conftest import picture_bytes
from tests.fake_embedder import FakeSource
from tests.indexes import at_place, grid_index, hash_of
from tests.products import keep, show
from tests.recommender.building.test_build import build
from tests.recommender.building.test_further import give

pytestmark = pytest.mark.django_db(databases="__all__")
IDS = [f"{number:02}" for number in range(30)]
PLACES = {item_id: float(item_id) + 1 for item_id in IDS}


def newcomers(**places):
    ids = sorted(places)
    vectors = np.array([at_place(places[item_id]) for item_id in ids], np.float32)
    hashes = [hash_of(places[item_id]) for item_id in ids]
    return Newcomers(ids, hashes, vectors, np.eye(48, dtype=np.float32)[: len(ids)])


@pytest.fixture
def published():
    keep(IDS)
    for item_id in IDS:
        Product.objects.filter(item_id=item_id).update(content_hash=hash_of(PLACES[item_id]))
    engine().publish(grid_index(PLACES))
    return engine()


def test_what_is_new_or_has_another_picture_is_lacking(published):
    assert published.lacking("fake") == {}
    keep(["new"], content_hash="e" * 64)
    keep(["pictureless"], content_hash="")
    Product.objects.filter(item_id="07").update(content_hash="d" * 64)
    assert published.lacking("fake") == {"new": "e" * 64, "07": "d" * 64}


def test_it_is_found_at_once_and_has_a_list_of_its_own(published):
    signature = published.signature("fake")
    published.insert("fake", newcomers(x=5.5, y=40.0))
    index = published.live("fake")
    assert published.signature("fake") != signature
    assert (len(index), published.inserted("fake")) == (32, 2)
    for metric in Metric:
        found = index.neighbours("x", metric, 2)
        assert {one.item_id for one in found} == {"04", "05"}
    assert index.colours_of(["y"]).argmax() == 1
    assert "y" in [one.item_id for one in index.neighbours("x", Metric.EUCLIDEAN, 31)]


def test_lists_lack_it_until_the_next_build_and_say_so(published):
    index = published.live("fake")
    assert (index.manifest.list_method, index.manifest.list_recall) == ("exact", 1.0)
    published.insert("fake", newcomers(x=5.5))
    index = published.live("fake")
    assert "x" not in [one.item_id for one in index.neighbours("04", Metric.EUCLIDEAN, 29)]
    assert index.manifest.list_method == "approximate"
    assert index.manifest.list_recall == pytest.approx(30 / 31, abs=1e-4)


def test_another_picture_takes_the_place_of_the_first(published):
    published.insert("fake", newcomers(**{"05": 20.5}))
    index = published.live("fake")
    assert len(index) == 30
    assert index.vectors(["05"])[0].tolist() == at_place(20.5)
    assert {one.item_id for one in index.neighbours("05", Metric.EUCLIDEAN, 2)} == {"19", "20"}
    near = [one.item_id for one in index.neighbours("04", Metric.EUCLIDEAN, 5)]
    assert "05" not in near  # that list was of its first picture


def test_what_shows_the_same_picture_joins_its_group(published):
    published.insert("fake", newcomers(x=6.0))
    index = published.live("fake")
    assert index.duplicates(["x"])["x"].group == index.duplicates(["05"])["05"].group
    assert [sorted(group) for group in index.groups()] == [["05", "x"]]


def test_it_joins_no_group_of_another_picture_however_near(published):
    show(picture_bytes("red"), "05")
    show(picture_bytes("navy"), "x")
    published.insert("fake", newcomers(x=6.1))
    near = replace(published.whole("fake").manifest, same_threshold=1.0, similar_threshold=1.0)
    published.publish(replace(published.whole("fake"), manifest=near))
    published.insert("fake", newcomers(y=6.1))
    index = published.live("fake")
    assert index.duplicates(["y"])["y"].size == 1
    assert any("y" in group for group in index.groups(similar=True))


def test_it_joins_no_group_of_which_one_is_too_far():
    """Places 8, 10 and 12.5 are near in a row; the first and the last are too far apart."""
    index = grid_index({"00": 1.0, "01": 8.0, "02": 90.0})
    keep(["00", "01", "02", "10", "11"])
    eight, ten, last = (np.array(at_place(place), np.float32) for place in (8.0, 10.0, 12.5))
    show(picture_bytes("red"), "01", "10", "11")
    threshold = float(distances(Metric.COSINE, eight, np.stack([ten, last])).mean())
    near = replace(index.manifest, same_threshold=threshold, similar_threshold=threshold)
    engine().publish(replace(index, manifest=near))
    engine().insert("fake", newcomers(**{"10": 10.0}))
    engine().insert("fake", newcomers(**{"11": 12.5}))
    live = engine().live("fake")
    for similar in (False, True):
        assert [sorted(group) for group in live.groups(similar=similar)] == [["01", "10"]]


def test_it_is_compared_with_all_pictures_of_the_others(published):
    published.publish(grid_index(PLACES, further={"05": [40.0], "06": [2.0]}))
    published.insert("fake", newcomers(x=40.5, **{"06": 7.0}))
    index = published.live("fake")
    for metric in Metric:
        (near,) = index.neighbours("x", metric, 1)
        assert near.item_id == "05"
        assert near.distance == index.distances(Point(index.vectors(["x"])[0]), metric, ["05"])[0]
    assert index.further_count == 1  # 06 has another picture, and is built in again
    assert index.further_vectors("06").shape == (0, 48)
    whole = published.whole("fake")
    assert whole.item_ids[whole.views.products].tolist() == ["05"]


def of_two_pictures(first, second):
    views = Views.of(np.zeros(1), [hash_of(second)], np.array([at_place(second)], np.float32))
    return replace(newcomers(x=first), views=views)


@pytest.mark.parametrize("further", [{}, {"03": [50.0]}])
def test_its_further_pictures_come_along(published, further):
    published.publish(grid_index(PLACES, further=further))
    published.insert("fake", of_two_pictures(60.0, 12.0))
    index, both = published.live("fake"), [at_place(60.0), at_place(12.0)]
    for metric in Metric:
        assert [one.item_id for one in index.neighbours("x", metric, 1)] == ["11"]
        point = Point(np.array(at_place(12.0), np.float32))
        near, _ = index.nearest(point, metric, 2, ALL)
        assert [tuple(one) for one in near] == [("11", 0.0), ("x", 0.0)]
        assert index.matched(point, metric, ["x", "11"]) == [Matched(hash_of(12.0)), Matched()]
    assert index.further_hashes_of(["x", "11"]) == {"x": [hash_of(12.0)]}
    assert index.further_count == 1 + len(further)
    assert index.vectors(["x"])[0].tolist() == both[0]
    assert index.further_vectors("x").tolist() == both[1:]
    assert [sorted(group) for group in index.groups()] == [["11", "x"]]


def test_a_refresh_embeds_them(catalogue):
    Product.objects.filter(item_id="5").update(hidden=True)
    build(FakeSource())
    Product.objects.filter(item_id="5").update(hidden=False)
    (red,) = give("5", "red")
    plan = plan_of_newcomers(FakeSource())
    assert plan is not None
    assert len(list(building.embed(plan))) == 2
    assert insert(plan) == 1
    assert engine().live("fake").further_hashes_of(["5"]) == {"5": [red]}


def test_it_joins_the_group_of_whatever_shows_its_picture_too(published):
    index = grid_index(PLACES, further={"05": [40.0], "20": [40.0]})
    rows = index.duplicate_group.copy()
    rows[20] = 5
    published.publish(replace(index, duplicate_group=rows))
    published.insert("fake", newcomers(x=40.0))
    assert [sorted(group) for group in published.live("fake").groups()] == [["05", "20", "x"]]


def test_the_next_build_goes_on_from_what_the_last_one_made(published):
    published.insert("fake", newcomers(x=5.5, **{"05": 20.5}))
    whole = published.whole("fake")
    assert whole.item_ids.tolist() == [item_id for item_id in IDS if item_id != "05"]
    assert (whole.manifest.count, whole.manifest.list_method) == (29, "exact")
    places = PLACES | {"x": 5.5, "05": 20.5}
    fresh = grid_index(places)
    merged = whole.merged(
        fresh.manifest, fresh.item_ids.tolist(),
        [content_hash.decode() for content_hash in fresh.content_hashes], fresh.embeddings,
    )  # fmt: skip
    for metric in Metric:
        assert np.array_equal(merged.lists[metric].rows, fresh.lists[metric].rows)
        assert np.array_equal(merged.lists[metric].distances, fresh.lists[metric].distances)


def test_a_refresh_puts_a_few_in_and_a_build_gives_them_to_all(live, folder, fake_source, capsys):
    from catalog.registry import import_folder

    for number in range(6, 12):
        colour = (250 - 20 * number, 17 * number % 255, 90 * number % 255)
        (folder / "hats" / f"{number}.jpg").write_bytes(picture_bytes(colour))
    call_command("refresh", str(folder))
    assert "Live: 12 products." in capsys.readouterr().out  # six of twelve: a build
    (folder / "hats" / "12.jpg").write_bytes(picture_bytes((1, 2, 3)))
    call_command("refresh", str(folder))
    assert "Live: 13 products, 1 of them put in now" in capsys.readouterr().out
    (new,) = Product.objects.filter(shop_item_id__contains="12").values_list("item_id", flat=True)
    assert len(engine().live().neighbours(new, Metric.COSINE, 5)) == 5
    call_command("refresh", str(folder))
    assert "Nothing has changed." in capsys.readouterr().out
    embedded = fake_source.embedded
    assert list(import_folder(folder))
    call_command("build_index", "--no-map")
    assert "Live: 13 products." in capsys.readouterr().out
    assert fake_source.embedded == embedded
    assert engine().live().manifest.list_method == "exact"
