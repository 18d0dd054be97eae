"""Reads joblib files that hold plain containers and plain arrays, and nothing else.

A joblib file is a pickle, and a pickle may name any function to be called. Here nothing from
outside is ever called: the only names allowed are those that describe an array, and they lead to
the inert classes below, not to numpy's own. joblib 1.6 or later is needed: before it, nested
object arrays went round `find_class` (GHSA-m62q-453p-gv66).
"""

import math
import mmap
import os
import re
import stat
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
from joblib.numpy_pickle import NumpyUnpickler
from joblib.numpy_pickle_utils import _detect_compressor, _validate_fileobject_and_memmap

# A compressed file may not claim to hold more than this many times its own size.
INFLATION = 200
_DTYPE = re.compile(r"[fiu][1248]|f16|b1|[SU][0-9]{1,6}")


class UnsoundFile(ValueError):
    """The file is not what a sound one could be; the message says in what."""


class _ArrayType:
    """Stands for `numpy.ndarray`, which a sound file only names and never calls."""

    def __init__(self, *_args: Any) -> None:
        raise UnsoundFile("it calls numpy.ndarray")


class _Dtype:
    """Stands for `numpy.dtype`: a code such as "f4", and a byte order."""

    def __init__(self, code: Any, *_flags: Any) -> None:
        if not isinstance(code, str) or not _DTYPE.fullmatch(code):
            raise UnsoundFile(f"it has an array of type {code!r}")
        self.code = code
        self.order = "="

    def resolve(self) -> np.dtype[Any]:
        return np.dtype(self.code).newbyteorder(self.order)  # type: ignore[arg-type]


class _Array:
    """Stands for joblib's NumpyArrayWrapper: an array whose bytes follow in the stream."""

    shape: Any = None
    dtype: Any = None
    order: Any = None
    numpy_array_alignment_bytes: Any = None

    def read(self, unpickler: "_Unpickler") -> np.ndarray:
        if not isinstance(self.dtype, _Dtype) or self.order not in ("C", "F"):
            raise UnsoundFile("it has an array without a plain type and order")
        shape = self.shape
        if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
            raise UnsoundFile(f"it has an array of shape {shape!r}")
        if self.numpy_array_alignment_bytes is not None:
            padding = unpickler.file_handle.read(1)
            unpickler.file_handle.read(padding[0] if padding else 0)
        dtype = self.dtype.resolve()
        array = unpickler.array_of(dtype, math.prod(shape))
        return array.reshape(shape, order=self.order)


def _scalar(dtype: Any, data: Any) -> Any:
    """Stands for numpy's reconstruction of a scalar: gives the plain Python value."""
    if not isinstance(dtype, _Dtype) or not isinstance(data, bytes | str):
        raise UnsoundFile("it has a scalar that is not plain")
    raw = data.encode("latin1") if isinstance(data, str) else data
    plain = dtype.resolve()
    if len(raw) != plain.itemsize:
        raise UnsoundFile("it has a scalar of the wrong size")
    return np.frombuffer(raw, plain)[0].item()


_NAMES: dict[tuple[str, str], Any] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _Array,
    ("numpy", "ndarray"): _ArrayType,
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
}


class _Unpickler(NumpyUnpickler):
    """joblib's unpickler, with inert classes for names and checked sizes for arrays."""

    dispatch = NumpyUnpickler.dispatch.copy()

    def __init__(self, path: Path, file: Any, limit: int, mapped: mmap.mmap | None) -> None:
        super().__init__(str(path), file, ensure_native_byte_order=False)
        self.limit = limit
        self.mapped = mapped

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NAMES:
            raise UnsoundFile(f"it names {module}.{name}")
        return _NAMES[module, name]

    def load_build(self) -> None:
        """Gives an object its state: only the two inert kinds have one."""
        state = self.stack.pop()
        thing = self.stack[-1]
        if type(thing) is _Array and isinstance(state, dict):
            for name in ("shape", "dtype", "order", "numpy_array_alignment_bytes"):
                setattr(thing, name, state.get(name))
            self.stack[-1] = thing.read(self)
        elif type(thing) is _Dtype and isinstance(state, tuple) and len(state) > 1:
            if state[1] not in ("<", ">", "|", "="):
                raise UnsoundFile(f"it has a byte order {state[1]!r}")
            thing.order = state[1]
        else:
            raise UnsoundFile(f"it sets the state of a {type(thing).__name__}")

    # b"b" is the opcode BUILD; joblib registers its own in the same way.
    dispatch[ord("b")] = load_build

    def array_of(self, dtype: np.dtype[Any], count: int) -> np.ndarray:
        """The next `count` numbers of the file: mapped, or read."""
        size = count * dtype.itemsize
        left = self.limit - (self.file_handle.tell() if self.mapped else 0)
        if size > left:
            raise UnsoundFile(f"it claims an array of {size} bytes, where {left} could be")
        if self.mapped is None:
            data = self.file_handle.read(size)
            if len(data) < size:
                raise UnsoundFile("it ends within an array")
            return np.frombuffer(data, dtype, count)
        start = self.file_handle.tell()
        self.file_handle.seek(size, os.SEEK_CUR)
        if not count:
            return np.empty(0, dtype)
        return np.frombuffer(self.mapped, dtype, count, start)


def read_mapped(path: Path) -> Any:
    """The content of an uncompressed joblib file; its arrays are read-only maps of the file.

    Raises UnsoundFile, or OSError when the file cannot be opened.
    """
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise UnsoundFile("it is empty")
        if _detect_compressor(file) != "not-compressed":
            raise UnsoundFile("it is compressed or of an old format, and cannot be mapped")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _loaded(_Unpickler(path, file, size, mapped))


def read_whole(path: Path) -> Any:
    """The content of a joblib file, compressed or not, read into memory.

    Raises UnsoundFile, or OSError when the file cannot be opened.
    """
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        kind = _detect_compressor(file)
        if kind == "compat":
            raise UnsoundFile("it was written by a joblib before 0.10; write it anew")
        limit = size if kind == "not-compressed" else INFLATION * size
        with _validate_fileobject_and_memmap(file, str(path)) as (stream, _):
            return _loaded(_Unpickler(path, stream, limit, None))


def _opened(path: Path) -> BinaryIO:
    """The file, open for reading; never a pipe or a device, on which one may wait for good."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsoundFile("it is no regular file")
    return os.fdopen(descriptor, "rb")


def _loaded(unpickler: _Unpickler) -> Any:
    try:
        return unpickler.load()
    except (UnsoundFile, MemoryError):
        raise
    except Exception as error:  # a broken pickle can make the unpickler fail in any way there is
        _refuse(error)


def _refuse(error: Exception) -> NoReturn:
    raise UnsoundFile(f"it cannot be read to its end ({type(error).__name__}: {error})") from error
