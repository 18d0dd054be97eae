"""Rows for COPY, byte by byte."""

import numpy as np

from recommender.engines.postgres import copying


def test_a_row_says_how_many_fields_it_has_and_how_long_each_is():
    assert copying.row([b"ab", None]) == b"\0\2" + b"\0\0\0\2ab" + b"\xff\xff\xff\xff"


def test_numbers_are_big_endian():
    assert copying.integer(258) == b"\0\0\1\2"
    assert copying.small(-1) == b"\xff\xff"
    assert (copying.boolean(True), copying.boolean(False)) == (b"\1", b"\0")


def test_a_half_vector_is_its_length_and_its_numbers():
    made = copying.half_vector(np.array([1, -2], np.float32))
    assert made == b"\0\2\0\0" + b"\x3c\0" + b"\xc0\0"
    assert copying.vectors_in([made, memoryview(made)], 2).tolist() == [[1, -2], [1, -2]]
    assert copying.vectors_in([], 3).shape == (0, 3)


def test_bits_are_packed_from_the_left():
    nine = np.array([1, 0, 0, 0, 0, 0, 1, 1, 1], bool)
    assert copying.bits(nine) == b"\0\0\0\x09" + b"\x83\x80"


def test_arrays_begin_at_one():
    one_dimension = b"\0\0\0\1" + b"\0\0\0\0"
    assert copying.integers(np.array([7])) == (
        one_dimension + b"\0\0\0\x17" + b"\0\0\0\1" * 2 + b"\0\0\0\4" + b"\0\0\0\7"
    )
    assert copying.integers_in(copying.integers(np.array([7, -1]))).tolist() == [7, -1]
    assert copying.doubles_in(copying.doubles(np.array([0.5, np.inf]))).tolist() == [0.5, np.inf]
    assert copying.integers_in(copying.integers(np.array([]))).shape == (0,)
    assert copying.doubles(np.array([])) == b"\0\0\0\0" * 2 + b"\0\0\2\xbd"
