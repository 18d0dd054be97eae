"""What has come since the build is found as if it had been built in."""

from dataclasses import replace

import numpy as np
import pytest

from catalog.filters import Filters
from catalog.models import Product
from recommender.engines.contract import Newcomers
from recommender.engines.passing import ALL, Passing
from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.similarity_index import SimilarityIndex, UnknownItem
from recommender.index.views import Matched, Views
from recommender.live.engine import engine
from recommender.live.file_index import FileIndex
from tests.conftest import picture_bytes
from tests.indexes import at_place, grid_index, hash_of
from tests.products import keep, show

pytestmark = pytest.mark.django_db
IDS = [f"{number:02}" for number in range(70)]
# On a line, a step apart; 07 and 08 show the same picture.
PLACES = {item_id: float(item_id) + 1 for item_id in IDS} | {"08": 8.0}
CAME = ["00", "08", "31", "69"]


def newcomers(places):
    vectors = np.array([at_place(place) for place in places.values()], np.float32)
    colours = np.zeros((len(places), 48), np.float32)
    colours[np.arange(len(places)), [int(item_id) % 48 for item_id in places]] = 1
    hashes = [hash_of(place) for place in places.values()]
    return Newcomers(list(places), hashes, vectors, colours)


@pytest.fixture
def whole():
    """The index that a build of all makes."""
    return grid_index(PLACES)


@pytest.fixture
def joined(settings):
    """The same products: most were built in, four came since, one of which had another picture."""
    settings.INDEX_ENGINE = "file"
    for item_id, place in PLACES.items():
        keep([item_id], content_hash=hash_of(place), category="odd" if int(item_id) % 2 else "even")
    built = {i: place for i, place in PLACES.items() if i not in CAME} | {"31": 3.5}
    engine().publish(grid_index(built))
    engine().insert("fake", newcomers({item_id: PLACES[item_id] for item_id in CAME}))
    return engine().live("fake")


def test_newcomers_are_known_and_count(joined):
    assert len(joined) == joined.manifest.count == 70
    assert joined.known_among(["00", "31", "05", "nobody"]) == {"00", "31", "05"}
    assert sorted(joined.some(99)) == IDS
    assert len(set(joined.some(20))) == 20


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("item_id", ["00", "05", "08", "31", "32", "69"])
def test_lists_are_those_of_a_build_of_all(joined, whole, metric, item_id):
    expected = whole.neighbours(item_id, metric, 20)
    assert joined.neighbours(item_id, metric, 20) == expected


def test_lists_of_many_are_those_of_each(joined, whole):
    found = joined.lists_of(["00", "05", "nobody"], Metric.COSINE, 9)
    assert found == {i: whole.neighbours(i, Metric.COSINE, 9) for i in ("00", "05")}


@pytest.mark.parametrize("metric", Metric)
def test_a_list_never_skips_what_it_has_no_room_for(joined, whole, metric):
    """20 is far from 69, beyond the end of its list of fifty."""
    found = joined.neighbours("20", metric, 50)
    assert found == whole.neighbours("20", metric, 50)[: len(found)]
    assert len(found) >= 45


@pytest.mark.parametrize("metric", Metric)
def test_searches_find_the_same_with_filters_and_without(joined, whole, metric):
    point = Point(np.array(at_place(31.2), np.float32))
    even = Passing(Filters((("category", "even"),)))
    for passing in (ALL, even):
        found = joined.nearest(point, metric, 9, passing, ["30"])
        assert found == whole.nearest(point, metric, 9, passing, ["30"])


def test_a_search_by_colour_finds_the_same(joined, whole):
    row = whole.row_of("31")
    point = Point(whole.embeddings[row], whole.colours[row], 0.4)
    found = joined.nearest(point, Metric.COSINE, 1, ALL)
    assert found.neighbours[0].item_id == "31"


def test_what_is_known_of_a_product_is_known_of_newcomers(joined, whole):
    asked = ["69", "05", "31", "05"]
    assert np.array_equal(joined.vectors(asked), whole.vectors(asked))
    assert np.array_equal(joined.colours_of(asked), whole.colours_of(asked))
    assert joined.hashes_of(asked) == whole.hashes_of(asked)
    point = Point(np.array(at_place(3.0), np.float32))
    assert np.array_equal(
        joined.distances(point, Metric.MANHATTAN, asked),
        whole.distances(point, Metric.MANHATTAN, asked),
    )
    assert joined.vectors([]).shape == (0, 48)
    with pytest.raises(UnknownItem, match="nobody"):
        joined.vectors(["05", "nobody"])


def test_all_are_put_in_order_of_their_looks(joined, whole):
    assert joined.in_order("31", ALL) == whole.in_order("31", ALL)
    with pytest.raises(UnknownItem):
        joined.in_order("nobody", ALL)


def test_a_newcomer_that_shows_a_picture_again_is_its_duplicate(joined):
    found = joined.duplicates(["07", "08", "05", "69"])
    assert found["07"] == found["08"]
    assert found["07"].size == 2
    assert found["05"].size == found["69"].size == 1
    assert len({same.group for same in found.values()}) == 3
    assert joined.groups() == [["07", "08"]]


def test_two_newcomers_that_show_the_same_are_duplicates_of_each_other(joined):
    keep(["70", "71"], content_hash=hash_of(90.0))
    engine().insert("fake", newcomers({"70": 90.0, "71": 90.0}))
    index = engine().live("fake")
    found = index.duplicates(["70", "71"])
    assert found["70"] == found["71"]
    assert found["70"].size == 2
    assert sorted(map(sorted, index.groups())) == [["07", "08"], ["70", "71"]]


@pytest.fixture
def near(settings):
    """Places 8, 10 and 12.5 are near in a row; the first and the last are too far apart. The first
    is in the index."""
    settings.INDEX_ENGINE = "file"
    index = grid_index({"00": 1.0, "01": 8.0, "02": 90.0})
    for item_id, place in {"10": 10.0, "11": 12.5}.items():
        keep([item_id], content_hash=hash_of(place))
    ends, middle = (
        float(distances(Metric.COSINE, vector(8.0), vector(place)[None])[0])
        for place in (12.5, 10.0)
    )
    threshold = (ends + middle) / 2
    engine().publish(replace(index, manifest=replace(index.manifest, same_threshold=threshold)))


def test_newcomers_join_no_group_of_another_picture_however_near(near):
    show(picture_bytes("red"), "01")
    show(picture_bytes("navy"), "10")
    engine().insert("fake", newcomers({"10": 10.0}))
    assert engine().live("fake").groups() == []


def test_newcomers_join_a_group_only_where_all_of_it_are_within_the_threshold(near):
    show(picture_bytes("red"), "01", "10", "11")
    engine().insert("fake", newcomers({"10": 10.0}))
    assert sorted(engine().live("fake").groups()[0]) == ["01", "10"]
    engine().insert("fake", newcomers({"11": 12.5}))
    assert [sorted(group) for group in engine().live("fake").groups()] == [["01", "10"]]


def vector(place):
    return np.array(at_place(place), np.float32)


def test_what_the_merchant_told_apart_is_in_no_common_part(joined):
    parts = joined.parts([("07", "08")])
    assert parts.get("08") != parts.get("07", joined.duplicates(["07"])["07"].group)


def test_a_changed_picture_counts_and_the_old_one_does_not(joined):
    point = Point(np.array(at_place(3.5), np.float32))
    found = joined.nearest(point, Metric.EUCLIDEAN, 2, ALL).neighbours
    assert sorted(neighbour.item_id for neighbour in found) == ["02", "03"]


def test_products_that_left_are_dropped_with_the_next_insertion(joined):
    Product.objects.filter(item_id="69").update(hidden=True)
    keep(["70"], content_hash=hash_of(71.0))
    engine().insert("fake", newcomers({"70": 71.0}))
    assert engine().live("fake").known_among(["69", "70"]) == {"70"}


# Their further pictures --------------------------------------------------------------------------

SIDES = {"02": [60.5], "05": [9.25, 40.5], "31": [50.5], "40": [0.25, 66.5], "69": [11.25, 20.25]}


def views_of(item_ids):
    """The further pictures of those of the products that have some."""
    of_each = [(row, p) for row, i in enumerate(item_ids) for p in SIDES.get(i, [])]
    vectors = np.array([at_place(place) for _, place in of_each], np.float32)
    return Views.of(
        np.array([row for row, _ in of_each]), [hash_of(p) for _, p in of_each], vectors
    )


def with_views(places):
    index, ids = grid_index(places), sorted(places)
    built = SimilarityIndex.build(
        index.manifest, ids, [hash_of(places[i]) for i in ids], index.embeddings,
        views=views_of(ids),
    )  # fmt: skip
    more = replace(built, colours=index.colours, duplicate_group=index.duplicate_group)
    return FileIndex.of(more)


@pytest.fixture
def whole_of_sides():
    return with_views(PLACES)


@pytest.fixture
def joined_of_sides(settings):
    """As `joined`; 31 and 69, which came since, have further pictures, and so have others."""
    settings.INDEX_ENGINE = "file"
    for item_id, place in PLACES.items():
        keep([item_id], content_hash=hash_of(place))
    engine().publish(with_views({i: p for i, p in PLACES.items() if i not in CAME} | {"31": 3.5}))
    came = newcomers({item_id: PLACES[item_id] for item_id in CAME})
    views = views_of(CAME)
    engine().insert("fake", replace(came, views=views, features_of_views=views.embeddings))
    return engine().live("fake")


@pytest.mark.parametrize("metric", Metric)
def test_all_pictures_of_newcomers_are_compared_as_a_build_would(
    joined_of_sides, whole_of_sides, metric
):
    for item_id in IDS:
        found, expected = (
            i.neighbours(item_id, metric, 30) for i in (joined_of_sides, whole_of_sides)
        )
        assert found == expected
    for place in (0.2, 11.2, 50.4):
        point = Point(np.array(at_place(place), np.float32))
        found, expected = (
            i.nearest(point, metric, 9, ALL, ["30"]) for i in (joined_of_sides, whole_of_sides)
        )
        assert found == expected
        every = Point(point.vector, further=whole_of_sides.vectors(["07", "31", "69"]))
        for one in (point, every):
            shown, wanted = (i.matched(one, metric, IDS) for i in (joined_of_sides, whole_of_sides))
            assert shown == wanted
        away, far = (i.distances(point, metric, IDS) for i in (joined_of_sides, whole_of_sides))
        assert np.array_equal(away, far)


def test_further_pictures_of_newcomers_are_known_in_place_of_those_that_they_had(
    joined_of_sides, whole_of_sides
):
    assert joined_of_sides.further_count == whole_of_sides.further_count == 8
    assert joined_of_sides.further_hashes_of(IDS) == whole_of_sides.further_hashes_of(IDS)
    assert joined_of_sides.further_hashes_of(["69", "00"]) == {
        "69": [hash_of(11.25), hash_of(20.25)]
    }
    for item_id in ("00", "05", "69"):
        ours, theirs = (i.further_vectors(item_id) for i in (joined_of_sides, whole_of_sides))
        assert np.array_equal(ours, theirs)
    assert joined_of_sides.in_order("69", ALL) == whole_of_sides.in_order("69", ALL)


def test_which_picture_of_a_newcomer_matched_is_told_where_what_was_built_has_one_each(joined):
    view = Views.of(np.zeros(1), [hash_of(40.25)], np.array([at_place(40.25)], np.float32))
    came = replace(newcomers({"31": 3.5}), views=view, features_of_views=view.embeddings)
    engine().insert("fake", came)
    index = engine().live("fake")
    point = Point(index.vectors(["31"])[0], further=index.further_vectors("31"))
    for metric in Metric:
        assert index.matched(point, metric, ["03", "39", "69", "02"]) == [
            Matched(), Matched("", 1), Matched("", 1), Matched(),
        ]  # fmt: skip


def test_where_colour_counts_first_pictures_do_alone(joined_of_sides, whole_of_sides):
    point = Point(np.array(at_place(11.25), np.float32), whole_of_sides.colours[12], 0.5)
    found, expected = (
        i.nearest(point, Metric.EUCLIDEAN, 9, ALL) for i in (joined_of_sides, whole_of_sides)
    )
    assert found.neighbours[0].item_id == expected.neighbours[0].item_id == "12"
    assert joined_of_sides.matched(point, Metric.EUCLIDEAN, ["69"]) == [Matched()]
