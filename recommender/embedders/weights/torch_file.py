"""PyTorch's checkpoints, read without PyTorch and without running what a pickle may ask for.

The new form (since 1.6) is a zip: `data.pkl`, and one member of raw numbers a storage. The old one
is five pickles in a row (magic number, protocol, system, the object, the storages' keys), then for
each key eight bytes of length and the raw numbers. Either way tensors name their storage by a
persistent id: ("storage", kind, key, device, length).
https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
"""

import collections
import io
import pickle
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from recommender.embedders.weights.errors import WeightsRefused

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
KINDS = {
    "FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "BFloat16Storage": "<u2",
    "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1",
    "ByteStorage": "u1", "BoolStorage": "?",
}  # fmt: skip
# What the pickle, zipfile and numpy raise for bytes that are no checkpoint.
_BROKEN = (
    pickle.UnpicklingError, zipfile.BadZipFile, EOFError, ValueError, TypeError, KeyError,
    IndexError, AttributeError, OverflowError, MemoryError, UnicodeDecodeError, RecursionError,
    NotImplementedError,
)  # fmt: skip


def read_torch_file(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a state dict, by name. Raises WeightsRefused; OSError when it cannot be read.

    A checkpoint that keeps its state dict under "state_dict" or "model" is taken as that.
    """
    try:
        with path.open("rb") as file:
            tree = _read_zip(file) if zipfile.is_zipfile(file) else _read_old(file)
            return _tensors(tree)
    except _BROKEN as error:
        raise WeightsRefused(
            f"{path}: expected a PyTorch state dict ({error or type(error).__name__})."
        ) from error


@dataclass
class _Storage:
    """Raw numbers, which the old form brings after the tensors that name them."""

    kind: str
    length: int
    data: np.ndarray | None = None

    def fill(self, data: bytes) -> None:
        numbers = np.frombuffer(data, KINDS[self.kind])
        if len(numbers) != self.length:
            raise ValueError(f"a storage of {self.length} numbers has {len(numbers)}")
        self.data = widened(numbers) if self.kind == "BFloat16Storage" else numbers


def widened(halves: np.ndarray) -> np.ndarray:
    """The float32 of which these uint16, bfloat16 as they lie in files, are the upper halves."""
    return (halves.astype("<u4") << 16).view("<f4")


class _Tensor:
    """A view of a storage: offset, shape and strides in numbers."""

    def __init__(
        self, storage: _Storage, offset: int, shape: tuple[int, ...], stride: tuple[int, ...],
        *_rest: object,
    ) -> None:  # fmt: skip
        self.storage, self.offset, self.shape, self.stride = storage, offset, shape, stride

    def array(self) -> np.ndarray:
        data = self.storage.data
        if data is None:
            raise ValueError("a tensor without numbers")
        if len(self.shape) != len(self.stride) or min((self.offset, *self.shape, *self.stride)) < 0:
            raise ValueError(f"a tensor of shape {self.shape} and strides {self.stride}")
        last = self.offset + sum(
            (n - 1) * step for n, step in zip(self.shape, self.stride, strict=True)
        )
        if 0 in self.shape or last >= len(data) or np.prod(self.shape) > len(data):
            raise ValueError(f"a tensor of shape {self.shape} in {len(data)} numbers")
        strides = [step * data.itemsize for step in self.stride]
        view = np.lib.stride_tricks.as_strided(data[self.offset :], self.shape, strides)
        return view.copy()


def _parameter(tensor: _Tensor, *_rest: object) -> _Tensor:
    return tensor


_ALLOWED: Mapping[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
}


class _Reader(pickle.Unpickler):
    """Builds dicts, lists, numbers, text and tensors; refuses every other global by name."""

    def __init__(self, file: IO[bytes], storages: dict[str, _Storage]) -> None:
        super().__init__(file, encoding="utf-8")
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in KINDS:
            return name
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return _ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        _, kind, key, _, length = pid[:5]
        if kind not in KINDS:
            raise pickle.UnpicklingError(f"storages of {kind} are not known")
        return self._storages.setdefault(str(key), _Storage(kind, int(length)))


def _read_old(file: IO[bytes]) -> Any:
    storages: dict[str, _Storage] = {}
    file.seek(0)
    load: Callable[[], Any] = lambda: _Reader(file, storages).load()  # noqa: E731
    if load() != MAGIC or load() != PROTOCOL:
        raise ValueError("another magic number")
    load()  # the writer's byte order and sizes of int
    tree = load()
    for key in load():
        storage = storages[str(key)]
        (length,) = np.frombuffer(file.read(8), "<i8")
        if length != storage.length:
            raise ValueError(f"a storage of {storage.length} numbers has {length}")
        storage.fill(file.read(storage.length * np.dtype(KINDS[storage.kind]).itemsize))
    return tree


def _read_zip(file: IO[bytes]) -> Any:
    with zipfile.ZipFile(file) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        pickles = [name for name in sizes if name.endswith("data.pkl")]
        root = pickles[0].removesuffix("data.pkl")
        storages: dict[str, _Storage] = {}
        tree = _Reader(io.BytesIO(archive.read(f"{root}data.pkl")), storages).load()
        for key, storage in storages.items():
            name = f"{root}data/{key}"
            if sizes[name] != storage.length * np.dtype(KINDS[storage.kind]).itemsize:
                raise ValueError(f"{name} has {sizes[name]} bytes for {storage.length} numbers")
            storage.fill(archive.read(name))
    return tree


def _tensors(tree: Any) -> dict[str, np.ndarray]:
    for key in ("state_dict", "model"):
        if isinstance(tree, dict) and isinstance(tree.get(key), dict):
            tree = tree[key]
    if not isinstance(tree, dict):
        raise ValueError(f"it holds a {type(tree).__name__}")
    found = {str(name): value for name, value in tree.items() if isinstance(value, _Tensor)}
    if not found:
        raise ValueError("it holds no tensor")
    return {name: tensor.array() for name, tensor in found.items()}
