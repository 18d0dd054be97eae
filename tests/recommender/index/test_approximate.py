"""Lists made by cells, of products of several pictures. Here "very large" is 200 products."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from recommender.index import approximate, inverted_file, list_kernels, similarity_index
from recommender.index.approximate import lists_by_cell, recall_of_lists
from recommender.index.by_product import exact_lists
from recommender.index.distances import distances
from recommender.index.file import load_index, verify_index, write_index
from recommender.index.inverted_file import InvertedLists, cut, make_inverted_lists
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists
from recommender.index.pictures import Pictures
from recommender.index.similarity_index import APPROXIMATE, SimilarityIndex
from recommender.index.views import Views
from tests.indexes import hash_of, manifest_of, same

DIMENSION, K, EACH = 16, 12, 4
HEAPS = np.random.default_rng(11).standard_normal((40, DIMENSION)) * 3


@pytest.fixture(autouse=True)
def two_hundred_products_are_many(monkeypatch):
    monkeypatch.setattr(inverted_file, "FEWEST", 200)
    monkeypatch.setattr(similarity_index, "FEWEST", 200)


def made(count: int) -> np.ndarray:
    """(count, EACH, d): each picture of a product in a heap of its own."""
    random = np.random.default_rng(count)
    heaps = HEAPS[random.integers(0, len(HEAPS), (count, EACH))]
    return np.abs(heaps + random.standard_normal(heaps.shape)).astype(np.float32)


# 7's third picture is nearly 300's second, and their other pictures are like no other's.
SHOP = made(400)
SHOP[300, 1] = SHOP[7, 2] + np.float32(0.001)


def views_of(shop: np.ndarray, each: int = EACH) -> Views | None:
    """The further pictures of all products: `each` of them, less by one in every other product."""
    if each == 1:
        return None
    there = [(n, i) for n in range(len(shop)) for i in range(1, each - n % 2)]
    vectors = np.array([shop[n, i] for n, i in there])
    return Views.of(
        np.array([n for n, _ in there]), [hash_of(tuple(v.tolist())) for v in vectors], vectors
    )


def index_of(shop, *, approximate=True, each=EACH, before=None, kept=None) -> SimilarityIndex:
    kept = range(len(shop)) if kept is None else kept
    shop = shop[list(kept)]
    given = (
        manifest_of(DIMENSION), [f"{n:04}" for n in kept],
        [hash_of(tuple(one.tolist())) for one in shop[:, 0]], shop[:, 0],
    )  # fmt: skip
    how = {"approximate": approximate, "views": views_of(shop, each)}
    if before is not None:
        return before.merged(*given, **how)
    return SimilarityIndex.build(*given, k=K, **how)


@cache
def built(approximate=True, each=EACH) -> SimilarityIndex:
    return index_of(SHOP, approximate=approximate, each=each)


def cells_of(index: SimilarityIndex) -> InvertedLists:
    assert index.inverted is not None
    return index.inverted


def pictures_of(index: SimilarityIndex) -> Pictures:
    return Pictures.of(index.embeddings, index.squared, index.views)


def share_of(index: SimilarityIndex, exact: SimilarityIndex) -> float:
    """Of all that the exact lists have, the share that these have, too."""
    there = sum(
        len(np.intersect1d(lists.rows[row], exact.lists[metric].rows[row]))
        for metric, lists in index.lists.items()
        for row in range(len(index))
    )
    return there / (len(Metric) * len(index) * index.k)


@pytest.mark.parametrize("metric", Metric)
def test_a_further_picture_that_is_anothers_near_copy_makes_both_the_nearest(metric):
    index, first = built(), built(each=1)
    assert index.manifest.list_method == APPROXIMATE
    for one, other in (("0007", "0300"), ("0300", "0007")):
        nearest = index.neighbours(one, metric, 1)[0]
        assert nearest.item_id == other
        assert other not in {near.item_id for near in first.neighbours(one, metric, K)}


def require_nearest_pairs(pictures: Pictures, metric: Metric, lists: Lists) -> None:
    """Of each product K others, by the distance of the nearest pair of pictures."""
    for product in range(0, len(lists.rows), 29):
        listed = lists.rows[product].tolist()
        assert product not in listed
        assert len(set(listed)) == K
        own = pictures.embeddings[pictures.of_product(product)]
        for other, away in zip(listed, lists.distances[product], strict=True):
            others = pictures.embeddings[pictures.of_product(other)]
            assert away == min(distances(metric, vector, others).min() for vector in own)
        assert (np.diff(lists.distances[product]) >= 0).all()


@pytest.mark.parametrize("metric", Metric)
def test_each_distance_is_that_of_the_nearest_pair_and_no_product_is_its_own_neighbour(metric):
    require_nearest_pairs(pictures_of(built()), metric, built().lists[metric])


def test_so_it_is_where_the_nearest_pair_lies_in_cells_that_do_not_look_into_each_other():
    pictures = pictures_of(built())
    cells = replace(cut(pictures.embeddings, SHOP[::8, 0].copy()), reach=1)
    lists = {metric: Lists.empty(len(SHOP), K) for metric in Metric}
    lists_by_cell(pictures, cells, lists, np.zeros(len(SHOP), bool))
    for metric in Metric:
        require_nearest_pairs(pictures, metric, lists[metric])


def test_the_cells_are_of_all_pictures_and_no_two_read_all_of_them():
    index = built()
    cells = cells_of(index)
    assert len(cells.rows) == len(pictures_of(index))
    assert cells.reach < len(cells)
    assert share_of(index, built(approximate=False)) >= 0.97


@pytest.mark.slow
def test_of_three_thousand_products_of_four_pictures_nearly_all_neighbours_are_found():
    shop = made(3000)
    index, exact = (index_of(shop, approximate=how) for how in (True, False))
    cells = cells_of(index)
    assert cells.reach < len(cells) / 2
    share = share_of(index, exact)
    assert share >= 0.95
    assert recall_of_lists(pictures_of(index), index.lists) == pytest.approx(share, abs=0.03)


def test_the_recall_is_that_of_lists_over_all_pictures():
    exact, pictures = built(approximate=False), pictures_of(built())
    assert recall_of_lists(pictures, exact.lists) == 1
    by_first_pictures = recall_of_lists(pictures, built(approximate=False, each=1).lists)
    assert by_first_pictures < 0.9


def test_when_every_cell_is_read_the_lists_are_the_exact_ones_bit_for_bit(monkeypatch):
    cells = cut(pictures_of(built()).embeddings, SHOP[::8, 0].copy())
    monkeypatch.setattr(similarity_index, "make_inverted_lists", lambda _: cells)
    assert cells.reach == len(cells)
    assert same(index_of(SHOP), built(approximate=False))


def changed() -> tuple[np.ndarray, list[int]]:
    """The shop with pictures exchanged, three products gone, and four that have come."""
    shop = np.concatenate([SHOP, made(4)])
    shop[3, 0], shop[77, 2] = SHOP[200, 1] + np.float32(0.01), SHOP[10, 0] + np.float32(0.01)
    return shop, [n for n in range(len(shop)) if n not in (5, 6, 150)]


def test_a_build_that_goes_on_gives_what_one_with_the_same_centres_gives(monkeypatch):
    before, (shop, kept) = built(), changed()
    merged = index_of(shop, before=before, kept=kept)
    monkeypatch.setattr(
        similarity_index,
        "make_inverted_lists",
        lambda pictures: cells_of(before).cut_again(pictures.embeddings),
    )
    anew = index_of(shop, kept=kept)
    assert merged.manifest.list_method == APPROXIMATE
    assert share_of(merged, anew) >= 0.999
    for metric, lists in merged.lists.items():
        equal = (lists.rows == anew.lists[metric].rows).all(axis=1)
        assert (lists.distances == anew.lists[metric].distances)[equal].all()
        assert equal.mean() >= 0.99


def test_a_build_that_goes_on_is_the_same_bit_for_bit_where_every_cell_is_read(monkeypatch):
    before, (shop, kept) = built(), changed()
    cells = cells_of(before)
    every = replace(cells, reach=len(cells))
    before = replace(before, inverted=every, lists=built(approximate=False).lists)
    merged = index_of(shop, before=before, kept=kept)
    assert same(merged, index_of(shop, approximate=False, kept=kept))


def test_only_what_is_new_is_offered_to_the_lists_that_are_there(monkeypatch):
    offered = []
    offer = approximate._offer

    def noted(scorer, owners, lists, newcomers, asking):
        offered.append((set(owners[newcomers].tolist()), set(owners[asking].tolist())))
        offer(scorer, owners, lists, newcomers, asking)

    monkeypatch.setattr(approximate, "_offer", noted)
    shop = np.concatenate([SHOP, made(1)])
    index_of(shop, before=built())
    assert all(newcomers == {400} or asking <= {400} for newcomers, asking in offered if newcomers)


def test_lists_are_held_for_products_and_never_for_pictures(monkeypatch):
    """Memory: none of the lists that are made meanwhile has a row for each picture."""
    rows = []
    offer = list_kernels.offer

    def noted(*given):
        rows.append(given[-1].shape)
        offer(*given)

    monkeypatch.setattr(list_kernels, "offer", noted)
    empty = Lists.empty
    monkeypatch.setattr(Lists, "empty", lambda n, k: rows.append((n, k)) or empty(n, k))
    index = index_of(SHOP)
    assert max(count for count, _ in rows) <= len(index)
    longest = max(k for count, k in rows if count > 1)  # one: what a search for recall finds
    assert longest == K


def test_products_for_which_the_cells_hold_too_few_are_compared_with_all():
    """Each cell holds one picture, and none looks into another."""
    index = built()
    pictures, lists = pictures_of(index), {m: Lists.empty(len(index), K) for m in Metric}
    cells = replace(cut(pictures.embeddings, pictures.embeddings.copy()), reach=1)
    lists_by_cell(pictures, cells, lists, np.zeros(len(index), bool))
    exact = exact_lists(index.embeddings, index.squared, index.views, K)
    for metric in Metric:
        assert (lists[metric].rows == exact[metric].rows).all()
        assert (lists[metric].distances == exact[metric].distances).all()


@pytest.mark.parametrize("metric", Metric)
def test_with_one_picture_each_lists_are_the_nearest_of_the_cells_within_reach(metric):
    index = built(each=1)
    cells = cells_of(index)
    reach = cells.within_reach(index.embeddings)
    assert cells.reach < len(cells)
    for row in range(0, len(index), 13):
        rows = np.concatenate([cells.members(cell) for cell in reach[row]])
        rows = np.setdiff1d(rows, [row])
        away = distances(metric, index.embeddings[row], index.embeddings)[rows]
        order = np.lexsort((rows, away))[:K]
        assert (index.lists[metric].rows[row] == rows[order]).all()
        assert (index.lists[metric].distances[row] == away[order]).all()


def test_products_of_one_picture_are_the_same_by_the_way_of_several():
    """Cells, reach and lists: as if nobody had ever thought of several."""
    index = built(each=1)
    none = Views.of(np.empty(0, np.int32), [], np.empty((0, DIMENSION), np.float32))
    pictures = Pictures.of(index.embeddings, index.squared, none)
    cells, right = make_inverted_lists(pictures), cells_of(index)
    assert (cells.nprobe, cells.reach) == (right.nprobe, right.reach)
    assert (cells.rows == right.rows).all()
    lists = {metric: Lists.empty(len(index), K) for metric in Metric}
    lists_by_cell(pictures, cells, lists, np.zeros(len(index), bool))
    assert same(replace(index, lists=lists), index)


@pytest.mark.parametrize("metric", Metric)
def test_a_query_reads_the_cells_of_further_pictures_too(metric):
    index = built()
    query = SHOP[7, 2]
    found = index.search(query, metric, 5, approximate=True)
    assert {near.item_id for near in found[:2]} == {"0007", "0300"}
    right = {near.item_id: near.distance for near in index.search(query, metric, len(index))}
    assert all(near.distance == right[near.item_id] for near in found)
    without = index.search(query, metric, 5, approximate=True, exclude=["0007"])
    assert without[0].item_id == "0300"
    assert "0007" not in {near.item_id for near in without}
    assert len(index.search(query, metric, 300, approximate=True)) == 300


def test_nearly_all_that_queries_look_for_is_found():
    index, found = built(), 0
    for row in range(0, 400, 10):
        for metric in Metric:
            right, near = (
                index.search(SHOP[row, 1] + 0.05, metric, 5, approximate=how)
                for how in (False, True)
            )
            found += len(set(right) & set(near))
    assert found >= 0.98 * 5 * 40 * len(Metric)


def test_a_shop_gets_further_pictures_and_loses_them_again():
    """The cells, twice as many, are made anew."""
    assert same(index_of(SHOP, before=built(each=1)), built())
    assert same(index_of(SHOP, each=1, before=built()), built(each=1))


def test_a_file_keeps_the_cells_of_all_pictures_and_its_lists_are_found_true(tmp_path):
    index = built()
    write_index(index, path := tmp_path / "fake.joblib")
    verify_index(path)
    read = load_index(path)
    assert same(read, index)
    for metric in Metric:
        found, right = (one.search(SHOP[9, 1], metric, approximate=True) for one in (read, index))
        assert found == right
