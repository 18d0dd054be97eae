import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from recommender.row_products import COLUMNS, DEPTH, ROWS, row_products

SHAPES = [
    (1, 1, 1), (40, 96, 80), (3, 48, 48), (ROWS + 1, DEPTH + 3, COLUMNS + 5), (70, 515, 40),
]  # fmt: skip


def numbers(*shape):
    return np.random.default_rng(1).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize(("count", "depth", "width"), SHAPES)
def test_it_is_the_matrix_product(count, depth, width):
    rows, matrix = numbers(count, depth), numbers(depth, width)
    exact = rows.astype(np.float64) @ matrix.astype(np.float64)
    np.testing.assert_allclose(row_products(rows, matrix), exact, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(("count", "depth", "width"), SHAPES)
@pytest.mark.parametrize("threads", [1, 2])
def test_a_row_does_not_depend_on_its_place_nor_on_what_is_beside_it(count, depth, width, threads):
    rows, matrix = numbers(count, depth), numbers(depth, width)
    together = row_products(rows, matrix)
    with threadpool_limits(threads):
        alone = np.concatenate([row_products(row[None], matrix) for row in rows])
        np.testing.assert_array_equal(alone, together)
        np.testing.assert_array_equal(row_products(rows[::-1], matrix), together[::-1])


def test_what_is_mapped_or_not_in_one_piece_is_taken_as_well(tmp_path):
    rows, matrix = numbers(6, 40), numbers(40, 30)
    path = tmp_path / "matrix.npy"
    np.save(path, matrix)
    expected = row_products(rows, matrix)
    mapped = np.load(path, mmap_mode="r")
    np.testing.assert_array_equal(row_products(np.asfortranarray(rows), mapped), expected)
    assert row_products(rows[:0], matrix).shape == (0, 30)


def test_what_is_infinite_or_no_number_stays_in_its_row():
    rows, matrix = numbers(5, 40), numbers(40, 30)
    expected = row_products(rows, matrix)
    rows[2, 7] = np.nan
    rows[3, 1] = np.inf
    found = row_products(rows, matrix)
    assert not np.isfinite(found[2:4]).any()
    np.testing.assert_array_equal(found[[0, 1, 4]], expected[[0, 1, 4]])
