"""Lists and searches over products of several pictures, against all pairs measured one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.index.distances import distances
from recommender.index.file import IndexFileError, load_index, verify_index, write_index
from recommender.index.metrics import Metric
from recommender.index.neighbours import all_lists
from recommender.index.similarity_index import SimilarityIndex
from recommender.index.views import Views, nearest_views
from tests.indexes import hash_of, manifest_of, same


def index_of(pictures, k=50, before=None, make_lists=all_lists):
    """An index of products, item_id -> the vectors of its pictures; out of an earlier one."""
    ids = sorted(pictures)
    first = np.array([pictures[item_id][0] for item_id in ids], np.float32)
    further = [
        (row, hash_of(tuple(vector)), vector)
        for row, item_id in enumerate(ids)
        for vector in pictures[item_id][1:]
    ]
    rows, hashes, vectors = zip(*further, strict=True) if further else ((), (), ())
    dimension = first.shape[1]
    views = Views.of(
        np.array(rows, np.int32), list(hashes),
        np.array(vectors, np.float32).reshape(len(rows), dimension),
    )  # fmt: skip
    make = SimilarityIndex.build if before is None else before.merged
    given_k = {"k": k} if before is None else {}
    return make(
        manifest_of(dimension), ids, [hash_of(tuple(pictures[i][0])) for i in ids], first,
        views=views if len(views) else None, make_lists=make_lists, **given_k,
    )  # fmt: skip


def measured(pictures, vectors, metric, exclude=()):
    """(item_id, distance) of the nearest pair, nearest first, ties by item_id."""
    away = {}
    for item_id, others in pictures.items():
        if item_id not in exclude:
            pairs = [distances(metric, np.array(v, np.float32), np.array(others, np.float32))
                     for v in vectors]  # fmt: skip
            away[item_id] = float(np.min(pairs))
    return sorted(away.items(), key=lambda pair: (pair[1], pair[0]))


# Few numbers, so that many are equally far; zeros, of which cosine knows no direction.
VECTOR = st.lists(st.integers(0, 3), min_size=3, max_size=3)
PRODUCT = st.lists(VECTOR, min_size=1, max_size=4)
CATALOGUE = st.dictionaries(st.sampled_from("abcdefghijklmnop"), PRODUCT, min_size=1, max_size=12)


def require_exact(index, pictures):
    for metric in Metric:
        for item_id, vectors in pictures.items():
            right = measured(pictures, vectors, metric, [item_id])
            listed = index.neighbours(item_id, metric, index.k)
            assert [tuple(near) for near in listed] == right[: index.k]
            for k in (1, 3):
                found = index.search_by_all(
                    np.array(vectors, np.float32), metric, k, exclude=[item_id]
                )
                assert [tuple(near) for near in found] == right[:k]


@settings(max_examples=60, deadline=None)
@given(pictures=CATALOGUE, k=st.integers(1, 5))
def test_lists_and_searches_are_of_the_nearest_pair(pictures, k):
    require_exact(index_of(pictures, k), pictures)


@settings(max_examples=60, deadline=None)
@given(pictures=CATALOGUE, query=VECTOR, among=st.sets(st.sampled_from("abcdefghijklmnop")))
def test_a_photo_of_ones_own_finds_the_side_view_among_those_that_pass(pictures, query, among):
    index = index_of(pictures)
    rows = index.rows_of(among)
    passing = {item_id: views for item_id, views in pictures.items() if item_id in among}
    for metric in Metric:
        vector = np.array(query, np.float32)
        found = index.search(vector, metric, 3, among=rows)
        assert [tuple(near) for near in found] == measured(passing, [query], metric)[:3]


@settings(max_examples=60, deadline=None)
@given(before=CATALOGUE, change=CATALOGUE, gone=st.sets(st.sampled_from("abcdef"), max_size=2))
def test_a_build_that_goes_on_is_that_from_nothing(before, change, gone):
    many = {f"z{n:02}": [[n % 4, n % 7, n % 5], [n % 3, 1, n % 11]] for n in range(60)}
    first = index_of(many | before, k=4)
    few = dict(list(change.items())[:3])
    now = {i: views for i, views in (many | before | few).items() if i not in gone}
    assert same(index_of(now, before=first), index_of(now, k=4))


def test_lists_are_patched_where_little_has_changed():
    """All of them are made anew only where much has."""
    random = np.random.default_rng(3)
    pictures = {f"{n:03}": random.normal(size=(1 + n % 4, 16)).tolist() for n in range(400)}
    before = index_of(pictures, k=8)
    changed = dict(pictures)
    changed["007"] = [*pictures["007"], random.normal(size=16).tolist()]
    changed["400"] = random.normal(size=(3, 16)).tolist()
    changed["013"] = pictures["013"][:1]
    del changed["099"]

    def never(*_given):
        raise AssertionError("all lists were made anew")

    patched = index_of(changed, before=before, make_lists=never)
    assert same(patched, index_of(changed, k=8))
    require_exact(patched, {i: changed[i] for i in ("007", "400", "013")} | changed)


def test_products_may_lose_all_further_pictures_and_get_them_back():
    pictures = {f"{n:02}": [[n, 1, 2], [n, 5, 9]] for n in range(30)}
    plain = {item_id: views[:1] for item_id, views in pictures.items()}
    with_views = index_of(pictures, k=5)
    assert same(index_of(plain, before=with_views), index_of(plain, k=5))
    assert same(index_of(pictures, before=index_of(plain, k=5)), with_views)


def test_a_large_one_with_codes_is_searched_exactly():
    from dataclasses import replace

    from recommender.index.codes import Codes

    random = np.random.default_rng(5)
    pictures = {f"{n:03}": random.normal(size=(1 + n % 4, 32)).tolist() for n in range(300)}
    index = index_of(pictures, k=3)
    views = replace(index.views, codes=Codes.of(index.views.embeddings))
    coded = replace(index, codes=Codes.of(index.embeddings), views=views)
    for metric in Metric:
        query = random.normal(size=32).astype(np.float32)
        right = measured(pictures, [query], metric)[:7]
        assert [tuple(near) for near in coded.search(query, metric, 7)] == right


@settings(max_examples=60, deadline=None)
@given(pictures=CATALOGUE, query=st.lists(VECTOR, min_size=1, max_size=3))
def test_the_picture_that_is_shown_is_a_nearest_one(pictures, query):
    """The first one, where it is as near; else the first of the further ones that are."""
    index, vectors = index_of(pictures), np.array(query, np.float32)
    ids = sorted(pictures)
    if index.views is None:
        return
    for metric in Metric:
        rows = index.rows_of(ids)
        found = nearest_views(index.views, (index.embeddings, index.squared), metric, vectors, rows)
        for row, item_id, near in zip(rows, ids, found, strict=True):
            own = np.array(pictures[item_id], np.float32)
            every = np.array([distances(metric, vector, own) for vector in vectors])
            away = every.min(axis=0)
            hashes = ["", *index.views.hashes[index.views.rows_of(row)].astype(str)]
            place = hashes.index(near.content_hash)
            assert away[place] == pytest.approx(away.min(), abs=1e-6)
            assert place == 0 or away[0] > away.min()
            assert every[near.place, place] == pytest.approx(away.min(), abs=1e-6)


def test_a_part_of_them_is_that_of_an_index_of_these_products():
    pictures = {f"{n:02}": [[n, 1, 2], [n, 5, 9], [3, n, n]][: 1 + n % 3] for n in range(30)}
    some = {item_id: pictures[item_id] for item_id in ("03", "05", "11", "28")}
    index, wanted = index_of(pictures), index_of(some).views
    part = index.views.part(index.rows_of(some), len(index))
    for name in ("products", "hashes", "embeddings", "squared"):
        assert np.array_equal(getattr(part, name), getattr(wanted, name))
    assert index.views.part(index.rows_of(["00"]), len(index)) is None


def test_a_file_keeps_them_and_is_looked_through(tmp_path):
    pictures = {f"{n:02}": [[n, 1, 2], [n, 5, 9], [3, n, n]][: 1 + n % 3] for n in range(30)}
    index, path = index_of(pictures, k=5), tmp_path / "fake.joblib"
    write_index(index, path)
    verify_index(path)
    read = load_index(path)
    assert same(read, index)
    assert np.array_equal(read.views.embeddings, index.views.embeddings)
    assert np.array_equal(read.views.hashes, index.views.hashes)


@pytest.mark.parametrize("products", [[0, 99], [1, 0], [-1, 0]])
def test_a_file_whose_further_pictures_are_of_no_product_is_refused(tmp_path, products):
    from dataclasses import replace

    index = index_of({"a": [[1, 2, 3], [4, 5, 6]], "b": [[1, 2, 4], [4, 5, 7]]})
    views = replace(index.views, products=np.array(products, np.int32))
    path = tmp_path / "fake.joblib"
    write_index(replace(index, views=views), path)
    with pytest.raises(IndexFileError, match="further picture"):
        load_index(path)


def test_what_is_kept_without_further_pictures_is_as_it_was(tmp_path):
    index, path = index_of({"a": [[1, 2, 3]], "b": [[1, 2, 4]]}), tmp_path / "fake.joblib"
    write_index(index, path)
    assert load_index(path).views is None
    assert b"further" not in path.read_bytes()
