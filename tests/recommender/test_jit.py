"""The kernels on one thread and on all of them."""

import numba
import numpy as np
import pytest

from recommender import jit
from recommender.index import kernels


@pytest.fixture
def threads(monkeypatch):
    """On how many threads kernels have run since."""
    asked: list[int] = []
    monkeypatch.setattr(jit, "set_num_threads", asked.append)
    return asked


def scan(count, dimension, rows):
    vectors = np.random.default_rng(0).random((count, dimension), np.float32)
    squared, scores = np.empty(count), np.empty(rows, np.float32)
    kernels.squared_norms.kernel(vectors, squared)
    kernels.scan(0, vectors[0], squared[0], vectors, squared, np.arange(rows), scores)
    return scores


def test_what_is_little_is_read_by_one_thread(threads):
    scan(6, 48, 6)
    assert threads == [1, numba.get_num_threads()]


def test_few_rows_of_many_are_little(threads):
    scan(10_000, 128, 20)
    assert threads[0] == 1


def test_what_is_much_is_read_by_all(threads):
    scan(10_000, 128, 10_000)
    assert threads == []


def test_a_kernel_that_fails_leaves_the_threads_as_they_were():
    before = numba.get_num_threads()
    with pytest.raises(ValueError, match="no such metric"):
        kernels.exact_distances(9, np.ones(3), 3.0, np.ones((2, 3)), np.ones(2), np.empty(2))
    assert numba.get_num_threads() == before


def test_the_same_comes_out_of_one_thread_and_of_all(monkeypatch):
    by_one = scan(500, 64, 500)
    monkeypatch.setattr(jit, "LITTLE", 0)
    assert np.array_equal(scan(500, 64, 500), by_one)
