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

from recommender.index.bounded import Bounded, Opcodes, UnsoundFile, shown

__all__ = ["UnsoundFile", "read_mapped", "read_whole"]

# A compressed file may not claim to hold more than this many times its own size.
INFLATION = 200
MAX_DIMENSIONS, LONGEST = 4, 1 << 40
_DTYPE = re.compile(r"[fiu][1248]|f16|b1|[SU][0-9]{1,6}")


class _ArrayType:
    """Stands for `numpy.ndarray`, which a sound file only names and never calls."""

    def __init__(self, *_args: Any) -> None:
        raise UnsoundFile("it calls numpy.ndarray")


class _Dtype:
    """Stands for `numpy.dtype`: a code such as "f4", and a byte order."""

    def __init__(self, code: Any, *_flags: Any) -> None:
        if not isinstance(code, str) or not _DTYPE.fullmatch(code):
            raise UnsoundFile(f"it has an array of type {shown(code)}")
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
        if not isinstance(shape, tuple) or len(shape) > MAX_DIMENSIONS:
            raise UnsoundFile("it has an array without a plain shape")
        if not all(type(n) is int and 0 <= n < LONGEST for n in shape):
            raise UnsoundFile("it has an array of an impossible shape")
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


def _dictionary(*arguments: Any) -> dict[Any, Any]:
    """Stands for dictionaries of another class: gives a plain one, whose items come, or follow."""
    match arguments:
        case () | (type(),):  # an OrderedDict's, and a defaultdict's, which names a factory
            return {}
        case (dict() as items,):  # a Counter's
            return items
    raise UnsoundFile("it has a dictionary that is not plain")


class _Factory:
    """Stands for what a defaultdict makes missing values with; here none is ever made."""

    def __init__(self, *_args: Any) -> None:
        raise UnsoundFile("it calls what is no more than a name here")


_NAMES: dict[tuple[str, str], Any] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _Array,
    ("numpy", "ndarray"): _ArrayType,
    # Kinds of array whose bytes are those of a plain one; numpy 1 and 2 name them differently.
    ("numpy", "memmap"): _ArrayType,
    ("numpy.core.memmap", "memmap"): _ArrayType,
    ("numpy._core.memmap", "memmap"): _ArrayType,
    ("numpy", "matrix"): _ArrayType,
    ("numpy.matrixlib.defmatrix", "matrix"): _ArrayType,
    ("collections", "OrderedDict"): _dictionary,
    ("collections", "defaultdict"): _dictionary,
    ("collections", "Counter"): _dictionary,
    **{
        (module, name): _Factory
        for module in ("builtins", "__builtin__")
        for name in ("int", "long", "str", "unicode", "float", "list", "dict")
    },
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
}


class _Unpickler(NumpyUnpickler):  # type: ignore[misc]
    """joblib's unpickler, with inert classes for names and checked sizes for arrays."""

    file_handle: Bounded

    def __init__(self, path: Path, file: Bounded, mapped: mmap.mmap | None) -> None:
        super().__init__(str(path), file, ensure_native_byte_order=False)
        self.mapped = mapped
        self.dispatch = Opcodes(
            {
                ord("b"): _Unpickler.load_build,
                ord("s"): _Unpickler.load_setitem,
                ord("u"): _Unpickler.load_setitems,
                ord("d"): _Unpickler.load_dict,
            }
        )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NAMES:
            raise UnsoundFile(f"it names {shown(module)}.{shown(name)}")
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
                raise UnsoundFile(f"it has a byte order {shown(state[1])}")
            thing.order = state[1]
        else:
            raise UnsoundFile(f"it sets the state of a {type(thing).__name__}")

    # Keys are hashed as they are put in: nested ones would take for ever, or all of the stack.

    def load_setitem(self) -> None:
        _require_flat(self.stack[-2:-1])
        super().load_setitem()

    def load_setitems(self) -> None:
        _require_flat(self.stack[::2])
        super().load_setitems()

    def load_dict(self) -> None:
        _require_flat(self.stack[::2])
        super().load_dict()

    def array_of(self, dtype: np.dtype[Any], count: int) -> np.ndarray:
        """The next `count` numbers of the file: mapped, or read."""
        size = count * dtype.itemsize
        if self.mapped is None:
            return np.frombuffer(self.file_handle.read_array(size), dtype, count)
        start = self.file_handle.skip(size)
        return np.frombuffer(self.mapped, dtype, count, start) if count else np.empty(0, dtype)


def _require_flat(keys: list[Any]) -> None:
    if not all(type(key) in (str, int) for key in keys):
        raise UnsoundFile("it has keys that are neither text nor whole numbers")


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
        return _loaded(_Unpickler(path, Bounded(file, size), mapped))


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
        try:
            with _validate_fileobject_and_memmap(file, str(path)) as (stream, _):
                return _loaded(_Unpickler(path, Bounded(stream, limit), None))
        except (UnsoundFile, MemoryError):
            raise
        except Exception as error:  # a compression that is unknown here, or damaged
            _refuse(error)


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
    reason = " ".join(ascii(str(error))[1:200].split()).rstrip("'\"")
    raise UnsoundFile(f"it cannot be read to its end ({type(error).__name__}: {reason})") from error
