"""Rows for PostgreSQL's COPY, in its binary format.

As in its manual, "COPY, Binary Format"; arrays as in its source, array_send, and vectors as in
pgvector's halfvec_send.
"""

import struct
from collections.abc import Iterable

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
END = struct.pack(">h", -1)
# PostgreSQL's numbers of the types integer and double precision.
INTEGER, DOUBLE = 23, 701
_NULL = struct.pack(">i", -1)
# What array_send puts before the first element.
_HEAD = 20


def row(fields: Iterable[bytes | None]) -> bytes:
    """One row of fields as they are made below; None is NULL."""
    made = [_NULL if one is None else struct.pack(">i", len(one)) + one for one in fields]
    return struct.pack(">h", len(made)) + b"".join(made)


def integer(value: int) -> bytes:
    return struct.pack(">i", value)


def small(value: int) -> bytes:
    return struct.pack(">h", value)


def boolean(value: bool) -> bytes:
    return struct.pack(">?", value)


def half_vector(values: np.ndarray) -> bytes:
    """(d,) numbers as a halfvec."""
    return struct.pack(">HH", len(values), 0) + values.astype(">f2").tobytes()


def bits(values: np.ndarray) -> bytes:
    """(d,) bool as a bit string."""
    return struct.pack(">i", len(values)) + np.packbits(values).tobytes()


def integers(values: np.ndarray) -> bytes:
    """(m,) whole numbers as an array of integers."""
    return _array(values, INTEGER, ">i4")


def doubles(values: np.ndarray) -> bytes:
    """(m,) numbers as an array of double precision."""
    return _array(values, DOUBLE, ">f8")


def _array(values: np.ndarray, kind: int, dtype: str) -> bytes:
    if not len(values):
        return struct.pack(">iii", 0, 0, kind)
    elements = np.empty(len(values), [("length", ">i4"), ("value", dtype)])
    elements["length"], elements["value"] = np.dtype(dtype).itemsize, values
    return struct.pack(">iiiii", 1, 0, kind, len(values), 1) + elements.tobytes()


def integers_in(data: bytes | memoryview) -> np.ndarray:
    """What array_send gives for m integers -> (m,) int32."""
    return _elements(data, ">i4").astype(np.int32)


def doubles_in(data: bytes | memoryview) -> np.ndarray:
    """What array_send gives for m numbers in double precision -> (m,) float64."""
    return _elements(data, ">f8").astype(np.float64)


def _elements(data: bytes | memoryview, dtype: str) -> np.ndarray:
    each = np.dtype([("length", ">i4"), ("value", dtype)])
    if len(data) <= _HEAD:  # of none there is a shorter head alone
        return np.empty(0, dtype)
    return np.frombuffer(data, each, offset=_HEAD)["value"]


def vectors_in(values: Iterable[bytes | memoryview], dimension: int) -> np.ndarray:
    """What halfvec_send gives for m vectors -> (m, d) float32."""
    joined = b"".join(bytes(value)[4:] for value in values)
    return np.frombuffer(joined, ">f2").astype(np.float32).reshape(-1, dimension)
