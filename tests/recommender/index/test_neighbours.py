import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recommender.index import candidates, codes, neighbours
from recommender.index.distances import distances, squared_norms
from recommender.index.metrics import Metric
from recommender.index.neighbours import all_lists, nearest_to
from recommender.index.similarity_index import SimilarityIndex
from tests.indexes import hash_of, index_of, manifest_of, same


def expected_list(metric, embeddings, row, k):
    """The plain way: measure all, sort by (distance, row), leave out the row itself."""
    measured = distances(metric, embeddings[row], embeddings)
    order = sorted((distance, other) for other, distance in enumerate(measured) if other != row)
    return order[:k]


def found_list(lists, row):
    pairs = zip(lists.distances[row], lists.rows[row], strict=True)
    return [(distance, other) for distance, other in pairs if other >= 0]


KINDS = {
    "like a ReLU layer": lambda random, n, d: np.maximum(random.standard_normal((n, d)), 0),
    "all nearly the same": lambda random, n, d: 100 + 1e-3 * random.standard_normal((n, d)),
    "many duplicates": lambda random, n, d: random.integers(0, 2, (n, d))[random.integers(0, 9, n)],
    "one huge": lambda random, n, d: random.random((n, d)) * np.r_[1e4, np.ones(n - 1)][:, None],
    "with zeros": lambda random, n, d: random.random((n, d)) * random.integers(0, 2, (n, 1)),
}


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("kind", KINDS)
def test_lists_are_those_of_measuring_all_pairs(kind, metric):
    embeddings = KINDS[kind](np.random.default_rng(1), 700, 40).astype(np.float32)
    lists = all_lists(embeddings, squared_norms(embeddings), 20)[metric]
    for row in range(0, 700, 31):
        assert found_list(lists, row) == expected_list(metric, embeddings, row, 20)


@pytest.mark.parametrize("columns", [1000, 150])
@pytest.mark.parametrize("kind", KINDS)
def test_lists_by_codes_are_the_same(kind, columns, monkeypatch):
    monkeypatch.setattr(codes, "FEWEST_NUMBERS", 0)
    monkeypatch.setattr(neighbours, "COLUMNS", columns)
    embeddings = KINDS[kind](np.random.default_rng(1), 700, 70).astype(np.float32)
    embeddings[100:130] -= embeddings[100:130].mean()  # so that some codes have a sign
    lists = all_lists(embeddings, squared_norms(embeddings), 20)
    for metric in Metric:
        for row in (*range(0, 700, 31), *range(100, 130, 7)):
            assert found_list(lists[metric], row) == expected_list(metric, embeddings, row, 20)


@settings(max_examples=100, deadline=None)
@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(1, 14), st.sampled_from([1, 3, 64, 130])),
        elements=st.one_of(
            st.floats(-(2.0**40), 2.0**40, width=32), st.floats(-(2.0**-126), 2.0**-126, width=32)
        ),
        fill=st.sampled_from([0.0, 0.5]),
    ),
    st.integers(1, 15),
)  # fmt: skip
def test_lists_by_codes_are_right_whatever_the_numbers(embeddings, k):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "FEWEST_NUMBERS", 0)
        lists = all_lists(embeddings, squared_norms(embeddings), k)[Metric.MANHATTAN]
    for row in range(len(embeddings)):
        assert found_list(lists, row) == expected_list(Metric.MANHATTAN, embeddings, row, k)


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("kind", KINDS)
def test_a_live_query_gives_the_same_as_measuring_all(kind, metric):
    embeddings = KINDS[kind](np.random.default_rng(2), 500, 40).astype(np.float32)
    query = embeddings[7] + np.float32(0.25)
    found = nearest_to(metric, query, embeddings, squared_norms(embeddings), 20)
    measured = distances(metric, query, embeddings)
    expected = sorted((distance, row) for row, distance in enumerate(measured))[:20]
    assert found_list(found, 0) == expected


@pytest.mark.parametrize(("strip", "block"), [(1, 7), (64, 64), (1000, 5)])
def test_lists_do_not_depend_on_how_the_work_is_cut(monkeypatch, strip, block):
    random = np.random.default_rng(5)
    embeddings = np.maximum(random.standard_normal((300, 64)), 0).astype(np.float32)
    squared = squared_norms(embeddings)
    whole = all_lists(embeddings, squared, 30)
    monkeypatch.setattr(neighbours, "STRIP", strip)
    monkeypatch.setattr(candidates, "BLOCK", block)
    cut = all_lists(embeddings, squared, 30)
    for metric in Metric:
        assert np.array_equal(whole[metric].rows, cut[metric].rows)
        assert np.array_equal(whole[metric].distances, cut[metric].distances)


def test_the_three_metrics_rank_differently():
    """Or the switch between them would be a placebo."""
    index = index_of({"query": (4, 4), "far": (9, 9), "axis": (6, 4), "near": (3, 3.2)})
    nearest = {metric: index.neighbours("query", metric, 3) for metric in Metric}
    assert [n.item_id for n in nearest[Metric.COSINE]] == ["far", "near", "axis"]
    assert [n.item_id for n in nearest[Metric.EUCLIDEAN]] == ["near", "axis", "far"]
    index = index_of({"query": (0, 0, 1), "one": (3, 0, 1), "both": (2, 2, 1), "x": (9, 9, 0)})
    assert index.neighbours("query", Metric.EUCLIDEAN, 1)[0] == ("both", np.sqrt(8))
    assert index.neighbours("query", Metric.MANHATTAN, 1)[0] == ("one", 3)


# The flow of a catalogue: few distinct vectors, so that ties and duplicates abound.
vectors = st.tuples(*[st.integers(0, 2)] * 3)
catalogues = st.dictionaries(st.sampled_from([f"{n:02}" for n in range(40)]), vectors, max_size=40)


@settings(max_examples=150, deadline=None)
@given(catalogues, st.lists(catalogues, min_size=1, max_size=3), st.integers(1, 6))
def test_merging_gives_what_building_anew_gives(first, changes, k):
    index = index_of(dict(first), k=k) if first else empty_index(k)
    state = dict(first)
    for change in changes:
        for item_id, vector in change.items():
            if state.get(item_id) == vector:
                del state[item_id]
            else:
                state[item_id] = vector
        ids = sorted(state)
        hashes = [hash_of(state[item_id]) for item_id in ids]
        embeddings = np.array([state[item_id] for item_id in ids], np.float32).reshape(-1, 3)
        index = index.merged(manifest_of(3), ids, hashes, embeddings)
        anew = SimilarityIndex.build(manifest_of(3), ids, hashes, embeddings, k=k)
        assert same(index, anew)


def empty_index(k):
    return SimilarityIndex.build(manifest_of(3), [], [], np.empty((0, 3), np.float32), k=k)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_small_changes_to_a_larger_catalogue_are_patched_right(seed, added, removed, changed):
    """Less than a fifth changes here, so that lists are patched and not all made anew."""
    random = np.random.default_rng(seed)
    pool = random.integers(0, 4, (60, 4)).astype(np.float32)
    state = {f"{n:03}": tuple(pool[random.integers(60)]) for n in range(0, 400, 2)}
    index = index_of(state, k=5)
    for item_id in random.choice(sorted(state), removed, replace=False):
        del state[str(item_id)]
    for item_id in random.choice(sorted(state), changed, replace=False):
        state[str(item_id)] = tuple(pool[random.integers(60)])
    for number in random.choice(np.arange(1, 400, 2), added, replace=False):
        state[f"{number:03}"] = tuple(pool[random.integers(60)])
    anew = index_of(state, k=5)
    hashes = [value.decode() for value in anew.content_hashes]
    ids = [str(item_id) for item_id in anew.item_ids]
    assert same(index.merged(manifest_of(4), ids, hashes, anew.embeddings), anew)


def test_merging_does_so_where_known_pictures_have_other_vectors():
    """As a later version of the program computes them, in their last bits."""
    vectors = np.random.default_rng(2).normal(size=(60, 8)).astype(np.float32)
    now = np.nextafter(vectors, np.float32(9))
    now[:40] = vectors[:40]
    ids = [f"{number:03}" for number in range(60)]
    hashes = [hash_of(item_id) for item_id in ids]
    index = SimilarityIndex.build(manifest_of(8), ids[:59], hashes[:59], vectors[:59])
    merged = index.merged(manifest_of(8), ids, hashes, now)
    assert same(merged, SimilarityIndex.build(manifest_of(8), ids, hashes, now))
