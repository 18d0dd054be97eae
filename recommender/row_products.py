"""Matrix products whose rows do not depend on each other, bit for bit.

A BLAS adds up in another order by a row's place in its batch, by the batch's height and by the
number of threads; which of these count differs from processor to processor (OpenBLAS for AVX2
takes rows 6 to 15 of 16 otherwise than the first). Here each number is a sum of its own, in one
order, at about half a BLAS's rate.
"""

import numpy as np
from numba import prange

from recommender.arrays import fixed
from recommender.jit import compiled, in_parallel

Part = tuple[int, int]

# What a thread adds up at a time: so many rows by so many columns, over so much of the depth. Sums
# and the matrix's part of them stay near to the processor; short sums round less, too.
ROWS, COLUMNS, DEPTH = 32, 256, 256


def row_products(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """(n, d) and (d, m) float32 -> (n, m) float32. A row of it depends on that row alone."""
    found = np.empty((len(rows), matrix.shape[1]), np.float32)
    _row_products(fixed(rows, np.float32), fixed(matrix, np.float32), found)
    return found


@in_parallel(numbers=lambda rows, matrix, found: len(rows) * matrix.size)
def _row_products(rows: np.ndarray, matrix: np.ndarray, found: np.ndarray) -> None:
    count, depth = rows.shape
    width = matrix.shape[1]
    down = (count + ROWS - 1) // ROWS
    across = (width + COLUMNS - 1) // COLUMNS
    for tile in prange(down * across):
        top, left = tile % down * ROWS, tile // down * COLUMNS
        bottom, right = min(top + ROWS, count), min(left + COLUMNS, width)
        found[top:bottom, left:right] = 0
        sums = np.empty((ROWS, COLUMNS), np.float32)
        for start in range(0, depth, DEPTH):
            end = min(start + DEPTH, depth)
            _add_up(rows, matrix, (top, bottom), (left, right), (start, end), sums)
            for row in range(top, bottom):
                for column in range(left, right):
                    found[row, column] += sums[row - top, column - left]


@compiled()
def _add_up(
    rows: np.ndarray, matrix: np.ndarray, down: Part, across: Part, depth: Part, sums: np.ndarray
) -> None:
    """Into `sums` what a part of the depth adds to a part of the rows and columns."""
    (top, bottom), (left, right), (start, end) = down, across, depth
    sums[:] = 0
    fours = end - (end - start) % 4
    for k in range(start, fours, 4):
        m0, m1 = matrix[k, left:right], matrix[k + 1, left:right]
        m2, m3 = matrix[k + 2, left:right], matrix[k + 3, left:right]
        for row in range(top, bottom):
            r0, r1 = rows[row, k], rows[row, k + 1]
            r2, r3 = rows[row, k + 2], rows[row, k + 3]
            some = sums[row - top]
            for column in range(right - left):
                first = r0 * m0[column] + r1 * m1[column]
                some[column] += first + (r2 * m2[column] + r3 * m3[column])
    for k in range(fours, end):
        for row in range(top, bottom):
            for column in range(right - left):
                sums[row - top, column] += rows[row, k] * matrix[k, left + column]
