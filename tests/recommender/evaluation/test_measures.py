import tracemalloc

import numpy as np
import pytest

from recommender.evaluation import measures

# Six products: two shirts, three hats, and one that nobody knows; and whom each finds.
LABELS = np.array([0, 0, 1, 1, 1, -1])
QUERIES = np.arange(6)
ROWS = np.array(
    [[1, 2, 5], [2, 0, 3], [3, 4, 0], [0, 2, 1], [5, 0, 1], [0, 1, 2]]
)  # fmt: skip
ALONE = np.array([0, 1, 1, 1, 1, -1])


def test_precision_is_the_share_of_the_nearest_with_the_query_s_label():
    first = measures.precision(ROWS, LABELS, QUERIES, 1)
    np.testing.assert_array_equal(first, [1, 0, 1, 0, 0, np.nan])
    of_three = measures.precision(ROWS, LABELS, QUERIES, 3)
    np.testing.assert_allclose(of_three, [1 / 3, 1 / 3, 2 / 3, 1 / 3, 0, np.nan])


def test_a_product_that_is_alone_with_its_label_is_not_asked():
    assert np.isnan(measures.precision(ROWS, ALONE, QUERIES, 3)[0])
    assert measures.may_be_asked(ALONE).tolist() == [False, True, True, True, True, False]


def test_where_no_product_has_a_label_none_is_asked():
    assert not measures.may_be_asked(np.full(4, -1)).any()


def test_a_place_without_a_neighbour_holds_none_that_is_right():
    assert measures.precision(np.array([[1, -1]]), LABELS, np.array([0]), 2)[0] == 0.5
    nobody = np.array([[-1, -1]])
    assert measures.precision(nobody, np.array([1, 1]), np.array([0]), 2)[0] == 0


def test_average_precision_minds_the_order():
    """Right at places 1 and 3 of two possible: (1/1 + 2/3) / 2."""
    labels = np.array([0, 0, 1, 0, 1])
    found = measures.average_precision(np.array([[1, 2, 3, 4]]), labels, np.array([0]))
    assert found[0] == pytest.approx((1 + 2 / 3) / 2)


def test_average_precision_of_a_short_list_can_still_be_whole():
    labels = np.zeros(10, int)
    assert measures.average_precision(np.array([[1, 2, 3]]), labels, np.array([0]))[0] == 1


def test_recall_is_the_share_of_the_variants_that_are_found():
    np.testing.assert_allclose(
        measures.recall(ROWS, LABELS, QUERIES, 3), [1, 1, 1, 1 / 2, 0, np.nan]
    )
    assert measures.recall(ROWS, LABELS, QUERIES, 1)[2] == 1  # more cannot be found in one


def test_times_shown_counts_the_lists_that_a_product_stands_in():
    assert measures.times_shown(ROWS[:, :1], 6).tolist() == [2, 1, 1, 1, 0, 1]
    assert measures.times_shown(np.array([[-1]]), 2).tolist() == [0, 0]


def test_overlap_minds_no_order():
    one, other = np.array([[1, 2, 3, 4]]), np.array([[4, 3, 9, 8]])
    assert measures.overlap([one, other]).tolist() == [0.5]
    assert measures.overlap([one, one, other])[0] == pytest.approx((1 + 0.5 + 0.5) / 3)


def test_diversity_is_0_for_the_same_and_1_for_right_angles():
    vectors = np.array([[1, 0], [2, 0], [3, 0], [0, 5]], np.float32)
    found = measures.diversity(vectors, np.array([[0, 1, 2], [0, 3, 3], [0, 3, 1]]))
    np.testing.assert_allclose(found, [0, 2 / 3, 2 / 3], atol=1e-6)


def test_the_distance_of_colours_leaves_out_what_could_not_be_read():
    colours = np.array([[50, 0, 0], [50, 3, 4], [50, 0, 9], [np.nan] * 3])
    found = measures.colour_distance(colours, np.array([[1, 2], [1, 3], [3, 3]]), np.zeros(3, int))
    np.testing.assert_allclose(found, [7, 5, np.nan])


def test_a_copy_is_found_first_at_any_row_of_the_same_file():
    vectors = np.array([[1, 0], [0, 1], [0, 1], [1, 1]], np.float32)
    copies = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.5]], np.float32)
    pictures = np.array(["a", "b", "b", "c"])
    found = measures.found_first(vectors, copies, np.array([0, 2, 0]), pictures)
    assert found.tolist() == [1, 1, 0]
    away = measures.distance_to_original(vectors, copies, np.array([0, 2, 0]))
    assert away[0] == pytest.approx(1 - 0.9 / np.hypot(0.9, 0.1), abs=1e-6)


@pytest.mark.parametrize("n", [5, 300])
def test_the_nearest_rows_are_those_of_a_plain_search(n):
    random = np.random.default_rng(n)
    vectors = random.normal(size=(n, 7)).astype(np.float32)
    queries = np.arange(n)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    away = 1 - unit @ unit.T
    np.fill_diagonal(away, np.inf)
    wanted = np.argsort(away, axis=1)[:, :4]
    np.testing.assert_array_equal(measures.nearest_rows(vectors, vectors, 4, queries), wanted)
    assert measures.nearest_rows(vectors, vectors, 1000, queries).shape == (n, n - 1)


def test_confusion_tells_what_each_kind_finds():
    table = measures.confusion(ROWS, LABELS, QUERIES, np.arange(2))
    np.testing.assert_allclose(table, [[2 / 6, 3 / 6], [5 / 9, 3 / 9]])
    np.testing.assert_allclose(measures.confusion(ROWS, LABELS, QUERIES, np.array([1])), [[3 / 9]])


def test_confusion_of_a_few_of_many_kinds_takes_little_memory():
    labels = np.repeat(np.arange(3000), 2)
    rows = np.repeat(np.arange(6000)[:, None] ^ 1, 5, axis=1)
    tracemalloc.start()
    table = measures.confusion(rows, labels, np.arange(6000), np.array([7, 2999]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(table, np.eye(2))
    assert peak < 10_000_000
