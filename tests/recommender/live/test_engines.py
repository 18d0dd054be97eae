"""What every engine promises: one suite for all of them.

On PostgreSQL it is run by tests/recommender/engines/postgres/test_server.py.
"""

from dataclasses import replace

import numpy as np
import pytest

from catalog.filters import Filters
from catalog.models import Product
from recommender.engines.contract import Newcomers
from recommender.engines.passing import ALL, Passing
from recommender.errors import IndexUnavailable, PublishError
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.similarity_index import UnknownItem
from recommender.index.views import Matched, Views
from recommender.index.words import Lesson, Word, Words
from recommender.live.engine import engine
from tests import fake_embedder
from tests.indexes import grid_index, hash_of
from tests.products import keep

pytestmark = pytest.mark.django_db(databases="__all__")
IDS = [f"{number:02}" for number in range(30)]
# On a line, a step apart; 07 and 08 show the same picture, and 29 shows nothing at all.
WORDS = Words(
    Lesson(30, 9, "0" * 16, 1.0, 5.0),
    (Word("dots", 9, 0.8, 0.5, 0.9, 0.1, 9),),
    np.eye(1, 48, dtype=np.float32),
)
PLACES = {item_id: float(item_id) + 1 for item_id in IDS} | {"08": 8.0, "29": 0.0}


@pytest.fixture
def published():
    """The thirty products in the shop and in the live index."""
    keep(IDS)
    engine().publish(grid_index(PLACES))
    return engine().live("fake")


# 05 is seen from where 25 and 28 are, too, and 11 from near there; 20 has a picture of 03's.
FURTHER = {"05": [26.0, 29.0], "11": [26.5], "20": [4.0, 50.0, 60.0]}


@pytest.fixture
def of_many_pictures():
    """The same with further pictures; and the index as it was built, in memory."""
    keep(IDS)
    built = grid_index(PLACES, further=FURTHER)
    engine().publish(built)
    return engine().live("fake"), built


def at(place):
    return Point(grid_index({"x": place}).embeddings[0])


def ids(found):
    return [neighbour.item_id for neighbour in found]


def test_without_an_index_the_command_that_makes_one_is_named():
    with pytest.raises(IndexUnavailable, match="build_index --embedder fake"):
        engine().live("fake")
    assert engine().names() == []
    assert engine().signature("fake") is None
    assert engine().count("fake") == 0
    assert engine().previous("fake") is None


def test_what_is_published_is_live(published):
    assert len(published) == 30
    assert published.manifest.embedder == "fake"
    assert engine().names() == ["fake"]
    assert engine().count("fake", without=["01", "nobody"]) == 29
    assert engine().is_as_written("fake")
    assert engine().size("fake").bytes > 0


def test_products_are_known_by_their_ids(published):
    assert published.known_among(["03", "nobody", "29", "", "0" * 700]) == {"03", "29"}
    assert published.known_among([]) == set()
    assert len(set(published.some(10))) == 10
    assert sorted(published.some(99)) == IDS
    assert set(published.hashes_of(["03", "nobody"])) == {"03"}


def test_vectors_come_in_the_order_asked_for(published):
    expected = np.stack([at(PLACES[i]).vector for i in ("05", "01", "05")])
    assert np.array_equal(published.vectors(["05", "01", "05"]), expected)
    assert published.vectors([]).shape == (0, 48)
    with pytest.raises(UnknownItem, match="nobody"):
        published.vectors(["05", "nobody"])


def test_words_are_kept_and_rolled_back_with_the_index(published):
    assert published.words is None
    taught = replace(grid_index(PLACES), words=WORDS)
    engine().publish(taught)
    live = engine().live("fake").words
    assert (live.about, live.offered) == (WORDS.about, WORDS.offered)
    assert np.array_equal(live.direction("dots"), WORDS.direction("dots"))
    assert engine().whole("fake").words.offered == WORDS.offered
    engine().rollback("fake")
    assert engine().live("fake").words is None


def test_colours_come_in_the_order_asked_for(published):
    assert published.has_colours
    assert published.colours_of([]).shape == (0, 48)
    assert published.vectors([]).shape == (0, 48)
    found = published.colours_of(["02", "01"])
    assert found.argmax(axis=1).tolist() == [2, 1]


@pytest.mark.parametrize("metric", Metric)
def test_lists_are_those_that_were_built(published, metric):
    built = grid_index(PLACES)
    for item_id in ("00", "07", "29"):
        found, expected = (i.neighbours(item_id, metric, 7) for i in (published, built))
        assert ids(found) == ids(expected)
        assert [n.distance for n in found] == [n.distance for n in expected]
    with pytest.raises(UnknownItem):
        published.neighbours("nobody", metric)
    for k in (0, published.k + 1):
        with pytest.raises(ValueError, match="k must be between"):
            published.neighbours("00", metric, k)


@pytest.mark.parametrize("metric", Metric)
def test_many_lists_at_once_are_what_each_is_alone(published, metric):
    found = published.lists_of(["07", "nobody", "29", "00"], metric, 6)
    assert found.keys() == {"00", "07", "29"}
    for item_id, neighbours in found.items():
        assert neighbours == published.neighbours(item_id, metric, 6)
    assert published.lists_of([], metric, 6) == {}


@pytest.mark.parametrize("metric", Metric)
def test_the_nearest_are_those_of_a_plain_sort(published, metric):
    built = grid_index(PLACES)
    found, exact = published.nearest(at(5.25), metric, 6, ALL)
    assert exact
    assert found == built.search(at(5.25).vector, metric, 6)


def test_what_is_excluded_is_not_found(published):
    found, _ = published.nearest(at(4), Metric.EUCLIDEAN, 3, ALL, exclude=("03", "nobody"))
    assert ids(found) == ["02", "04", "01"]


def test_ties_are_broken_by_item_id(published):
    found, _ = published.nearest(at(8), Metric.MANHATTAN, 2, ALL)
    assert [tuple(n) for n in found] == [("07", 0.0), ("08", 0.0)]


def test_a_vector_of_zeros_is_at_a_cosine_distance_of_one(published):
    assert published.distances(at(3), Metric.COSINE, ["29"]).tolist() == [1.0]
    found, _ = published.nearest(at(0), Metric.COSINE, 30, ALL)
    assert [n.distance for n in found] == [1.0] * 30
    assert ids(found) == IDS
    near = Point(np.full(48, 0.25, np.float32))
    nearest, _ = published.nearest(near, Metric.EUCLIDEAN, 1, ALL)
    assert ids(nearest) == ["29"]


def test_more_than_there_are_is_all_that_there_are(published):
    found, _ = published.nearest(at(3), Metric.COSINE, 500, ALL)
    assert sorted(ids(found)) == IDS


@pytest.mark.parametrize("metric", Metric)
def test_filters_let_through_the_nearest_that_pass(published, metric):
    Product.objects.filter(item_id__in=["00", "20", "21"]).update(category="Hats")
    hats = Passing(Filters.of(category="Hats"))
    found, exact = published.nearest(at(5), metric, 5, hats)
    assert exact
    assert found == [n for n in grid_index(PLACES).search(at(5).vector, metric, 30) if n.item_id in ("00", "20", "21")]  # fmt: skip
    without = Passing(Filters.of(category="Hats"), without=("20",))
    assert sorted(ids(published.nearest(at(5), metric, 5, without)[0])) == ["00", "21"]
    nothing = Passing(Filters.of(category="Shoes"))
    assert published.nearest(at(5), metric, 5, nothing) == ([], True)


def test_colour_counts_where_it_is_asked_for(published):
    same_colour = Point(at(5).vector, published.colours_of(["20"])[0], 1.0)
    found, _ = published.nearest(same_colour, Metric.EUCLIDEAN, 2, ALL)
    assert (found[0].item_id, found[0].distance) == ("20", 0.0)
    away = published.distances(same_colour, Metric.EUCLIDEAN, ["20", "05"])
    assert away[0] == 0
    assert away[1] > 0


def test_distances_are_measured_one_by_one(published):
    away = published.distances(at(5), Metric.EUCLIDEAN, ["00", "09", "04"])
    assert away.tolist() == pytest.approx([4 * 24**0.5, 5 * 24**0.5, 0])
    assert published.distances(at(5), Metric.EUCLIDEAN, []).shape == (0,)


def test_all_that_pass_come_in_order(published):
    Product.objects.filter(item_id__in=["01", "02", "28"]).update(category="Hats")
    hats = Passing(Filters.of(category="Hats"))
    ordered = published.in_order("02", hats)
    assert ordered[0] == "02"
    assert sorted(ordered) == ["01", "02", "28"]
    assert sorted(published.in_order("02", ALL)) == IDS


def test_what_shows_the_same_picture_is_one_group(published):
    assert published.has_groups
    found = published.duplicates(["07", "08", "09", "nobody"])
    assert found["07"] == found["08"]
    assert (found["07"].size, found["09"].size) == (2, 1)
    assert found.keys() == {"07", "08", "09"}
    assert [sorted(group) for group in published.groups()] == [["07", "08"]]
    parts = published.parts([("07", "08"), ("01", "nobody")])
    assert parts.keys() == {"07", "08"}
    assert parts["07"] != parts["08"]
    assert published.parts([("01", "02")]) == {}


def test_what_distances_mean_is_kept_with_it(published):
    built = grid_index(PLACES)
    for metric in Metric:
        for share in (0.0, 0.4, 1.0):
            one, other = (i.statistics for i in (published, built))
            assert one.scale(metric, share) == pytest.approx(other.scale(metric, share))
            found, expected = (i.nearest_of_all(metric, share) for i in (one, other))
            assert (found is None) == (expected is None)
            if found is not None and expected is not None:
                assert np.allclose(found, expected)


def test_a_new_index_has_another_signature_and_can_be_taken_back(published):
    signature = engine().signature("fake")
    assert signature is not None
    engine().publish(grid_index(PLACES | {"30": 40.0}))
    assert engine().signature("fake") != signature
    assert len(engine().live("fake")) == 31
    before = engine().previous("fake")
    assert before is not None
    assert len(before) == 30
    assert engine().size("fake").has_previous
    assert engine().rollback("fake").count == 30
    assert len(engine().live("fake")) == 30
    assert engine().rollback("fake").count == 31
    assert len(engine().live("fake")) == 31


def test_what_would_not_be_served_does_not_come_back():
    """As after an upgrade of the program that has pictures prepared in another way."""
    keep(IDS)
    made = grid_index(PLACES)
    engine().publish(replace(made, manifest=replace(made.manifest, preprocessing="of old")))
    engine().publish(made)
    with pytest.raises(PublishError, match="made in another way"):
        engine().rollback("fake")
    assert len(engine().live("fake")) == 30


def test_without_a_previous_one_there_is_nothing_to_go_back_to(published):
    with pytest.raises(PublishError, match="no previous index of fake"):
        engine().rollback("fake")
    assert len(engine().live("fake")) == 30


def test_all_of_it_can_be_had_at_once(published):
    engine().publish(grid_index({"a": 1.0, "b": 2.0}))
    whole, before = engine().whole("fake"), engine().whole("fake", previous=True)
    assert whole.item_ids.tolist() == ["a", "b"]
    built = grid_index(PLACES)
    assert before.item_ids.tolist() == IDS
    assert np.array_equal(before.content_hashes, built.content_hashes)
    assert np.array_equal(before.embeddings, built.embeddings)
    assert before.colours is not None
    assert before.duplicate_group is not None
    assert before.duplicate_group.tolist() == built.duplicate_group.tolist()
    for metric in Metric:
        assert np.array_equal(before.lists[metric].rows, built.lists[metric].rows)
        assert np.array_equal(before.lists[metric].distances, built.lists[metric].distances)


def test_a_build_goes_on_from_what_was_made_with_the_same_weights(published):
    found = engine().matching(fake_embedder.FakeSource())
    assert found is not None
    assert len(found) == 30
    assert engine().matching(fake_embedder.FakeSource(weights_sha256="1" * 64)) is None
    assert engine().why_unusable(fake_embedder.SPEC) != ""
    assert engine().why_unusable(replace(fake_embedder.SPEC, name="vgg16")) == ""
    assert engine().projection("fake") is None


def test_one_at_a_time_changes_an_index(published):
    with engine().exclusive("fake"):
        with engine().exclusive("vgg16"):
            pass
    with engine().exclusive("fake"):
        pass


# Products of several pictures --------------------------------------------------------------------


def of_all_pictures(index, item_id):
    return Point(index.vectors([item_id])[0], further=index.further_vectors(item_id))


def test_further_pictures_are_kept_in_the_shops_order(of_many_pictures):
    index, _ = of_many_pictures
    assert index.further_count == 6
    expected = np.stack([at(place).vector for place in (26.0, 29.0)])
    assert np.array_equal(index.further_vectors("05"), expected)
    assert index.further_vectors("06").shape == (0, 48)


def test_where_products_have_one_picture_there_are_none(published):
    assert published.further_count == 0
    assert published.further_vectors("05").shape == (0, 48)
    assert published.matched(at(6.0), Metric.COSINE, ["05", "06"]) == [Matched(), Matched()]


@pytest.mark.parametrize("metric", Metric)
def test_a_product_is_as_near_as_the_nearest_of_its_pictures(of_many_pictures, metric):
    index, built = of_many_pictures
    for place in (25.75, 4.0, 58.0):
        found, exact = index.nearest(at(place), metric, 30, ALL)
        assert exact
        assert found == built.search(at(place).vector, metric, 30)
    assert ids(index.nearest(at(26.0), metric, 2, ALL)[0]) == ["05", "25"]
    for item_id in ("05", "11", "25"):
        found = index.neighbours(item_id, metric, 9)
        assert found == built.neighbours(item_id, metric, 9)
        point = of_all_pictures(index, item_id)
        assert found == index.nearest(point, metric, 9, ALL, [item_id]).neighbours


@pytest.mark.parametrize("metric", Metric)
def test_distances_are_those_of_the_nearest_pictures(of_many_pictures, metric):
    index, built = of_many_pictures
    point = of_all_pictures(index, "11")
    for k in (1, 7, 29):
        near = built.neighbours("11", metric, k)
        away = index.distances(point, metric, ids(near))
        assert away.tolist() == [neighbour.distance for neighbour in near]


@pytest.mark.parametrize("metric", Metric)
def test_the_picture_that_matched_is_told(of_many_pictures, metric):
    index, built = of_many_pictures
    second, last = (built.views.hashes[row].decode() for row in (1, 5))
    found = index.matched(at(29.0), metric, ["05", "20", "25", "05"])
    assert (found[0], found[2], found[3]) == (Matched(second), Matched(), Matched(second))
    assert index.matched(at(60.0), metric, ["20"]) == [Matched(last)]
    assert index.matched(at(6.0), metric, ["05"]) == [Matched()]
    assert index.matched(at(6.0), metric, []) == []


@pytest.mark.parametrize("metric", Metric)
def test_the_asked_product_s_own_picture_that_matched_is_told(of_many_pictures, metric):
    index, built = of_many_pictures
    hashes = built.views.hashes.astype(str).tolist()
    point = of_all_pictures(index, "05")
    assert index.matched(point, metric, ["25", "06", "28", "11"]) == [
        Matched("", 1), Matched("", 0), Matched("", 2), Matched(hashes[2], 1),
    ]  # fmt: skip
    shared = Point(at(80.0).vector, further=at(29.0).vectors)
    assert index.matched(shared, metric, ["05"]) == [Matched(hashes[1], 1)]


@pytest.mark.parametrize("metric", Metric)
def test_filters_and_exclusions_hold_for_all_pictures(of_many_pictures, metric):
    index, built = of_many_pictures
    some = ("05", "11", "20", "27")
    Product.objects.filter(item_id__in=some).update(category="Hats")
    hats = Passing(Filters.of(category="Hats"))
    every = built.search(at(26.0).vector, metric, 30)
    found, exact = index.nearest(at(26.0), metric, 5, hats)
    assert exact
    assert found == [near for near in every if near.item_id in some]
    found, _ = index.nearest(at(26.0), metric, 3, ALL, exclude=["05"])
    assert found == [near for near in every if near.item_id != "05"][:3]
    without = Passing(Filters.of(category="Hats"), without=("05",))
    assert "05" not in ids(index.nearest(at(26.0), metric, 5, without)[0])


def came(first, *further):
    """x, which has come with these pictures."""
    vectors, colours = np.stack([at(first).vector]), np.zeros((1, 48), np.float32)
    seen = np.stack([at(place).vector for place in further])
    views = Views.of(np.zeros(len(further)), [hash_of(place) for place in further], seen)
    return Newcomers(["x"], [hash_of(first)], vectors, colours, views=views, features_of_views=seen)


@pytest.mark.parametrize(
    ("pictures", "group"),
    [
        ((12.0, 26.0, 4.0), {"11", "x"}),  # 11's first picture; 05, 20 and 03 have others of it
        ((90.0, 4.0, 50.0), {"20", "x"}),  # two of 20's, one of them 03's
        ((90.0, 4.0), {"03", "x"}),  # 03's and 20's alike
        ((8.0, 12.0), {"07", "08", "x"}),
    ],
)
def test_what_shares_pictures_with_several_joins_the_one_that_shares_the_first_or_most(
    of_many_pictures, pictures, group
):
    keep(["x"], content_hash=hash_of(pictures[0]))
    engine().insert("fake", came(*pictures))
    index = engine().live("fake")
    assert index.duplicates(["x"])["x"].size == len(group)
    assert group in [set(ids) for ids in index.groups()]


def test_where_all_of_its_group_do_not_share_a_picture_it_joins_another(published):
    """08 and 11 share one with x each, 07, which is the same as 08, none."""
    engine().publish(grid_index(PLACES, further=FURTHER | {"08": [70.0]}))
    keep(["x"], content_hash=hash_of(90.0))
    engine().insert("fake", came(90.0, 70.0, 12.0))
    assert {"11", "x"} in [set(ids) for ids in engine().live("fake").groups()]


def test_all_that_pass_come_in_the_order_of_their_nearest_pictures(of_many_pictures):
    index, _ = of_many_pictures
    Product.objects.filter(item_id__in=["05", "11", "20", "27"]).update(category="Hats")
    assert index.in_order("05", Passing(Filters.of(category="Hats"))) == ["05", "11", "27", "20"]


def test_colour_goes_by_first_pictures(of_many_pictures):
    index, _ = of_many_pictures
    point = Point(at(26.0).vector, index.colours_of(["25"])[0], 0.5, index.further_vectors("05"))
    found, _ = index.nearest(point, Metric.EUCLIDEAN, 1, ALL)
    assert [tuple(near) for near in found] == [("25", 0.0)]
    assert index.distances(point, Metric.EUCLIDEAN, ["05"])[0] > 0


def test_further_pictures_go_along_and_come_back(of_many_pictures):
    _, built = of_many_pictures
    engine().publish(grid_index(PLACES))
    assert engine().live("fake").further_count == 0
    whole = engine().whole("fake", previous=True)
    assert whole.views.products.tolist() == built.views.products.tolist()
    assert np.array_equal(whole.views.hashes, built.views.hashes)
    assert np.array_equal(whole.views.embeddings, built.views.embeddings)
    engine().rollback("fake")
    assert engine().live("fake").further_count == 6
    assert len(engine().live("fake").further_vectors("20")) == 3
    assert engine().whole("fake", previous=True).views is None
