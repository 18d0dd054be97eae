"""What shows the same picture, for the merchant to look through."""

import csv
from dataclasses import replace

import pytest

from catalog import pictures
from catalog.models import Product
from recommender.search.duplicate_groups import (
    find,
    groups_of,
    ids_of_groups,
    lines,
    write_csv,
    write_html,
)
from recommender.search.not_the_same import say
from tests.conftest import picture_bytes
from tests.indexes import grid_index, hash_of, index_of
from tests.products import keep, leave

pytestmark = pytest.mark.django_db
# a, b and c are one picture; x and y nearly so; z is alone.
POINTS: dict[str, list[float]] = {
    "a": [1, 0, 0],
    "b": [1, 0, 0],
    "c": [2, 0, 0],
    "x": [0, 1, 0],
    "y": [0, 1, 0.2],
    "z": [0, 0, 1],
}


@pytest.fixture
def index():
    keep(POINTS)
    return index_of(POINTS, k=5)


def test_products_of_one_picture_stand_together_the_largest_group_first(index):
    keep(["more1", "more2"])
    wide = index_of(POINTS | {"more1": [0, 3, 3], "more2": [0, 3, 3]}, k=7)
    assert ids_of_groups(wide) == [["a", "b", "c"], ["more1", "more2"]]
    assert ids_of_groups(index) == [["a", "b", "c"]]


def test_what_is_nearly_the_same_is_found_where_that_is_asked(index):
    """x and y are 0.019 apart."""
    for threshold, found in ((0.01, [["a", "b", "c"]]), (0.02, [["a", "b", "c"], ["x", "y"]])):
        loose = replace(index, manifest=replace(index.manifest, similar_threshold=threshold))
        assert ids_of_groups(loose, similar=True) == found
        assert ids_of_groups(loose) == [["a", "b", "c"]]


def test_what_has_left_or_is_hidden_does_not_count(index):
    leave("a")
    Product.objects.filter(item_id="b").update(hidden=True)
    assert ids_of_groups(index) == []


def test_what_the_merchant_told_apart_does_not_stand_together(index):
    say("c", ["a", "b"])
    assert ids_of_groups(index) == [["a", "b"]]


def test_without_any_the_catalogue_is_not_asked(django_assert_num_queries):
    index = index_of({"a": [1, 0], "z": [0, 1]}, k=1)
    with django_assert_num_queries(2):  # what was said, either way
        assert ids_of_groups(index) == []


def test_a_group_tells_its_products_and_how_far_they_lie_apart(index):
    (group,) = find(index)
    assert [product.item_id for product in group.products] == ["a", "b", "c"]
    assert group.distance == pytest.approx(0, abs=1e-6)
    assert list(lines([group])) == ["  3  within 0.0000  a, b, c"]


def test_what_left_since_is_left_out(index):
    leave("b")
    assert [p.item_id for p in groups_of(index, [["a", "b", "c"]])[0].products] == ["a", "c"]
    leave("c")
    assert groups_of(index, [["a", "b", "c"]]) == []


# On the grid, a and b share their second and third pictures crosswise; c shows a's first in its second.
PLACES = {"a": 1.0, "b": 20.0, "c": 40.0, "z": 60.0}
SIDES = {"a": [10.0, 30.0], "b": [30.0, 10.0], "c": [1.0]}


@pytest.fixture
def of_several():
    keep(PLACES)
    for item_id, places in SIDES.items():
        rows = [{"url": "", "hash": hash_of(place)} for place in places]
        Product.objects.filter(item_id=item_id).update(more_pictures=rows)
    return grid_index(PLACES, further=SIDES)


def shown_of(index, *ids):
    (group,) = groups_of(index, [list(ids)])
    return [(product.item_id, product.picture_number) for product in group.products]


def test_each_of_a_group_shows_the_picture_that_is_shared(of_several):
    assert shown_of(of_several, "a", "b") == [("a", 2), ("b", 3)]
    assert shown_of(of_several, "a", "c") == [("a", 1), ("c", 2)]
    assert shown_of(of_several, "a", "b", "c") == [("a", 2), ("b", 3), ("c", 2)]
    assert shown_of(of_several, "b", "a") == [("b", 2), ("a", 3)]


def test_the_picture_that_is_shared_is_named_wherever_groups_are_told(of_several, tmp_path):
    groups = groups_of(of_several, [["a", "c"]])
    assert list(lines(groups)) == ["  2  within 0.0000  a, c (picture 2)"]
    write_csv(groups, tmp_path / "same.csv")
    with (tmp_path / "same.csv").open(newline="") as file:
        assert [row["picture"] for row in csv.DictReader(file)] == ["1", "2"]
    shared = picture_bytes("red")
    pictures.put(pictures.further_place("c", hash_of(1.0)), shared)
    folder = write_html(groups, tmp_path / "same.html")
    assert "c · Picture 2" in (tmp_path / "same.html").read_text()
    assert (folder / "1-2.jpg").read_bytes() == shared


@pytest.mark.parametrize(
    ("groups", "of_one"),
    [(("tee", "tee", "tee"), True), (("tee", "tee", ""), False), (("", "", ""), False)],
)
def test_variants_of_one_product_are_told_as_such(index, groups, of_one):
    for item_id, group in zip("abc", groups, strict=True):
        Product.objects.filter(item_id=item_id).update(group=group)
    (group,) = find(index)
    assert group.is_of_one_product is of_one
    assert ("(variants of one product)" in next(lines([group]))) is of_one


def test_a_table_has_a_row_a_product_and_no_cell_that_a_spreadsheet_runs(index, tmp_path):
    Product.objects.filter(item_id="a").update(title='=HYPERLINK("http://x")', price="9.50")
    write_csv(find(index), tmp_path / "same.csv")
    with (tmp_path / "same.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["group"], row["item_id"]) for row in rows] == [("1", "a"), ("1", "b"), ("1", "c")]
    assert rows[0]["price"] == "9.50"
    assert not rows[0]["title"].startswith("=")


def test_a_page_bears_pictures_that_are_lost(index, tmp_path):
    folder = write_html(find(index), tmp_path / "same.html")
    assert folder == tmp_path / "same-pictures"
    page = (tmp_path / "same.html").read_text()
    assert all(f">{item_id}<" in page or item_id in page for item_id in "abc")
    assert "<img" not in page
