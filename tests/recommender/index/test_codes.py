from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recommender.index.codes import Codes, codes_of, scale_of, zero_of
from recommender.index.distances import distances, squared_norms
from recommender.index.file import IndexFileError, load_index, verify_index, write_index
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from tests.indexes import hash_of, manifest_of

RANDOM = np.random.default_rng(5)
# As after a ReLU; as after a projection; and with a row of zeros, and one a thousand times as long.
VECTORS = np.maximum(RANDOM.standard_normal((300, 33), np.float32), 0)
VECTORS[150:] -= VECTORS[150:].mean(axis=0)
VECTORS[7] = 0
VECTORS[8] *= 1000


def nearest(metric, query, vectors, k):
    """The rows that may not be missing: those as near as the k-th, by the exact distances."""
    away = distances(metric, query, vectors)
    return set(np.flatnonzero(away <= np.sort(away)[min(k, len(away)) - 1]).tolist())


def around(vectors):
    return vectors, squared_norms(vectors)


def test_a_code_is_the_row_in_whole_numbers_of_its_scale():
    codes = Codes.of(np.array([[2.55, 1.275, 0.01], [1.27, -0.635, 0.01], [0, 0, 0]], np.float32))
    scales, zeros = scale_of(codes.levels), zero_of(codes.levels)
    assert zeros[:2].tolist() == [0, 128]
    assert 2.55 / 255 <= scales[0] <= 1.25 * 2.55 / 255
    assert 1.27 / 127 <= scales[1] <= 1.25 * 1.27 / 127
    made = scales[:, None] * (codes.values - zeros[:, None])
    assert np.abs(made[0] - [2.55, 1.275, 0.01]).max() <= scales[0] / 2
    assert np.abs(made[1] - [1.27, -0.635, 0.01]).max() <= scales[1] / 2
    assert not made[2].any()
    assert codes.errors[0, 1] == pytest.approx(np.abs(made[0] - [2.55, 1.275, 0.01]).sum(), 1e-3)
    assert codes.errors[2].tolist() == [0, 0]


@given(st.floats(2.0**-100, 2.0**127, width=32), st.booleans())
def test_a_scale_is_the_least_at_which_a_row_has_a_code(number, negative):
    codes = Codes.of(np.array([[-number if negative else number]], np.float32))
    scale, most = scale_of(codes.levels)[0], 127 if negative else 255
    assert number / most <= scale <= 1.25 * number / most
    assert codes.are_sound()


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("k", [1, 5, 299])
def test_none_of_the_nearest_is_missed(metric, k):
    codes = Codes.of(VECTORS)
    for query in (*VECTORS[::60], VECTORS[7], 3 * VECTORS[8], -VECTORS[9]):
        rows = codes.possible(metric, query, around(VECTORS), k, np.arange(300))
        assert nearest(metric, query, VECTORS, k) <= set(rows.tolist())


@pytest.mark.parametrize("metric", Metric)
def test_few_are_left_to_measure(metric):
    random = np.random.default_rng(3)
    vectors = np.repeat(random.standard_normal((40, 256), np.float32), 50, axis=0)
    vectors += 0.3 * random.standard_normal((2000, 256), np.float32)
    for few in (vectors, np.maximum(vectors, 0)):
        left = Codes.of(few).possible(metric, few[77], around(few), 5, np.arange(2000))
        assert 5 <= len(left) <= 100


@pytest.mark.parametrize("metric", Metric)
def test_a_few_rows_of_another_size_do_not_widen_what_is_left(metric):
    vectors = np.random.default_rng(3).random((2000, 256), np.float32)
    vectors[:10] *= 1e6
    rows = Codes.of(vectors).possible(metric, vectors[77], around(vectors), 5, np.arange(2000))
    assert len(rows) <= 1000


# Also what float32 can only just say, and cannot tell from zero.
NUMBERS = st.one_of(
    st.floats(-(2.0**40), 2.0**40, width=32),
    st.floats(-(2.0**127), 2.0**127, width=32),
    st.floats(-(2.0**-126), 2.0**-126, width=32),
    st.sampled_from([0.0, 1.0, -1.0, 255.0, 254.5]),
)
ANY = arrays.arrays(
    np.float32, st.tuples(st.integers(2, 12), st.sampled_from([1, 2, 3, 9, 63, 64, 65, 257])),
    elements=NUMBERS, fill=st.sampled_from([0.0, 0.5]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(ANY, st.sampled_from(Metric), st.integers(1, 3))
def test_none_is_missed_whatever_the_numbers(vectors, metric, k):
    codes = Codes.of(vectors)
    rows = codes.possible(metric, vectors[0], around(vectors), k, np.arange(len(vectors)))
    assert nearest(metric, vectors[0], vectors, k) <= set(rows.tolist())


@settings(max_examples=60, deadline=None)
@given(ANY, st.sampled_from(Metric))
def test_the_bounds_hold_whatever_the_numbers(vectors, metric):
    codes, squared = Codes.of(vectors), squared_norms(vectors)
    lower, upper = codes.bounds(metric, vectors[0], squared, np.arange(len(vectors)))
    away = distances(metric, vectors[0], vectors)
    assert (lower <= away).all()
    assert (away <= upper).all()


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_scores_of_many_are_wrong_by_no_more_than_they_say(vectors):
    codes = Codes.of(vectors)
    scores, wrong = codes.scores(vectors)
    for row, vector in enumerate(vectors):
        slack = wrong[row, codes.places] + codes.errors[:, 1].astype(np.float64)
        away = np.minimum(distances(Metric.MANHATTAN, vector, vectors), 3e38)
        assert (np.abs(scores[row] - away) <= 1.001 * slack + 1e-6 * away + 1e-44).all()


def test_sums_hold_the_farthest_that_codes_can_be_apart():
    vectors = np.zeros((5, 9000), np.float32)
    vectors[1:3] = 255
    codes = Codes.of(vectors)
    far = 255 * 9000
    assert codes.scores(vectors[1:2])[0][0] == pytest.approx([far, 0, 0, far, far], rel=1e-2)
    for metric in Metric:
        lower, upper = codes.bounds(metric, vectors[1], squared_norms(vectors), np.arange(5))
        away = distances(metric, vectors[1], vectors)
        assert lower == pytest.approx(away, rel=1e-2, abs=1)
        assert upper == pytest.approx(away, rel=1e-2, abs=100)


# In an index -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain():
    ids = [f"{number:03}" for number in range(300)]
    return SimilarityIndex.build(manifest_of(33), ids, list(map(hash_of, ids)), VECTORS, k=5)


@pytest.fixture(scope="module")
def coded(plain):
    return replace(plain, codes=Codes.of(VECTORS))


@pytest.mark.parametrize("metric", Metric)
def test_a_search_answers_the_same_bit_for_bit(plain, coded, metric):
    query = RANDOM.standard_normal(33).astype(np.float32)
    tenth = np.arange(0, 300, 10)
    assert coded.search(query, metric, 7) == plain.search(query, metric, 7)
    assert coded.search(query, metric, 400) == plain.search(query, metric, 400)
    asked = {"exclude": ["010", "nobody"], "among": tenth}
    assert coded.search(query, metric, 4, **asked) == plain.search(query, metric, 4, **asked)


def test_the_file_keeps_them(coded, tmp_path):
    write_index(coded, tmp_path / "fake.joblib")
    verify_index(tmp_path / "fake.joblib")
    kept = load_index(tmp_path / "fake.joblib").codes
    assert all(
        np.array_equal(kept.arrays()[name], array) for name, array in coded.codes.arrays().items()
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("levels", 2000), ("errors", -1), ("lengths", np.inf), ("values", 1), ("errors", 0)],
)
def test_damaged_ones_are_found(coded, tmp_path, name, value):
    damaged = np.full_like(vars(coded.codes)[name], value)
    wrong = replace(coded, codes=replace(coded.codes, **{name: damaged}))
    write_index(wrong, tmp_path / "fake.joblib")
    with pytest.raises(IndexFileError, match="codes"):
        verify_index(tmp_path / "fake.joblib")


def test_a_small_index_has_none():
    assert codes_of(VECTORS) is None
    assert codes_of(np.ones((2000, 2000), np.float32)) is not None
