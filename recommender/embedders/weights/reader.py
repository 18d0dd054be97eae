"""The process that reads a file of weights: `python -m … FILE OUT SECONDS`.

It writes what it found as safetensors to OUT. What it must not do, it is kept from by the system:
more than SECONDS of processor time, more than MAX_MEMORY of memory. A look at what there is gets
less of both.
"""

import json
import resource
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from recommender.embedders.weights.errors import WeightsRefused
from recommender.embedders.weights.torch_file import read_torch_file, widened

REFUSED = 3
MAX_MEMORY = 3 << 30
# Enough to find out what is in a file, before its numbers are read.
LOOK_SECONDS, LOOK_MEMORY = 3, 1 << 30
# VGG-16 with its classifier takes 553 MB.
MAX_BYTES, MAX_ARRAYS = 1_200_000_000, 2_000
# What safetensors calls the numbers that are read; others (F8_…, F6_…, F4) have too few bits.
SAFETENSORS_KINDS = {
    "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL",
}  # fmt: skip
HDF5_MARK, PICKLE_MARK, ZIP_MARK = b"\x89HDF\r\n\x1a\n", b"\x80", b"PK"

Found = tuple[dict[str, np.ndarray], dict[str, list[str]]]
Read = Callable[[Path, Callable[[], None]], Found]


def main(path: Path, out: Path, seconds: int) -> None:
    """Raises WeightsRefused; may be ended by the system."""
    from safetensors.numpy import save_file

    _limit(min(LOOK_SECONDS, seconds), LOOK_MEMORY)
    kind, read = _kind_of(path)
    arrays, words = read(path, partial(_limit, seconds, MAX_MEMORY))
    sound = {name: _sound(name, array) for name, array in arrays.items()}
    save_file(sound, out, {"kind": kind, "words": json.dumps(words)})


def _sound(name: str, array: np.ndarray) -> np.ndarray:
    """The array, if it holds numbers; raises WeightsRefused for text, bytes and complex numbers."""
    if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
        raise WeightsRefused(f"{name}: expected floats, found {array.dtype}; save it as float32.")
    return np.ascontiguousarray(array)


def _limit(seconds: int, memory: int) -> None:
    """The system ends this process when it takes more; called again for more."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _kind_of(path: Path) -> tuple[str, Read]:
    with path.open("rb") as file:
        start = file.read(9)
    if start.startswith(HDF5_MARK):
        return "HDF5", _read_hdf5
    if start.startswith(ZIP_MARK):
        return _kind_of_zip(path)
    if start.startswith(PICKLE_MARK):
        return "PyTorch", _read_torch
    if start[8:] == b"{":
        return "safetensors", _read_safetensors
    raise WeightsRefused(
        "expected weights (HDF5, safetensors, npz or PyTorch's .pth), found a file of another kind."
    )


def _kind_of_zip(path: Path) -> tuple[str, Read]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise WeightsRefused(f"expected a whole archive, found a damaged one ({error}).") from error
    _require_bounded(len(members), sum(member.file_size for member in members))
    torch = any(member.filename.endswith("data.pkl") for member in members)
    return ("PyTorch", _read_torch) if torch else ("npz", _read_npz)


def _require_bounded(arrays: int, size: int) -> None:
    if arrays > MAX_ARRAYS or size > MAX_BYTES:
        raise WeightsRefused(
            f"expected at most {MAX_ARRAYS} arrays and {MAX_BYTES // 10**6} MB, found {arrays} "
            f"and {size // 10**6} MB."
        )


def _read_torch(path: Path, more: Callable[[], None]) -> Found:
    more()
    return read_torch_file(path), {}


def _read_npz(path: Path, more: Callable[[], None]) -> Found:
    more()
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}, {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsRefused(f"expected arrays of numpy ({error}).") from error


def _read_safetensors(path: Path, more: Callable[[], None]) -> Found:
    from safetensors import SafetensorError, safe_open

    more()
    try:
        with safe_open(path, "np") as file:
            names = file.keys()
            kinds = {name: file.get_slice(name).get_dtype() for name in names}
            for name, kind in kinds.items():
                _require_known(name, kind)
            halves = _bfloat16(path, [name for name in names if kinds[name] == "BF16"])
            return {
                name: halves[name] if name in halves else file.get_tensor(name) for name in names
            }, {}
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise WeightsRefused(f"expected a safetensors file ({error}).") from error


def _require_known(name: str, kind: str) -> None:
    """Raises WeightsRefused for numbers that numpy has no type for."""
    if kind not in SAFETENSORS_KINDS:
        raise WeightsRefused(
            f"{name}: expected floats of 16, 32 or 64 bits, found {kind}; save it as float32."
        )


def _bfloat16(path: Path, names: list[str]) -> dict[str, np.ndarray]:
    """These tensors of a sound safetensors file, as float32."""
    found = {}
    with path.open("rb") as file:
        begins = 8 + int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(begins - 8)) if names else {}
        for name in names:
            first, end = header[name]["data_offsets"]
            file.seek(begins + first)
            numbers = np.frombuffer(file.read(end - first), "<u2")
            found[name] = widened(numbers).reshape(header[name]["shape"])
    return found


def _read_hdf5(path: Path, more: Callable[[], None]) -> Found:
    """Datasets by path but an optimizer's; the layers' order and names, where attributes say so."""
    import h5py

    arrays: dict[str, np.ndarray] = {}
    words: dict[str, list[str]] = {}
    try:
        with h5py.File(path, "r") as file:
            _note(words, "", file.attrs)
            datasets = _datasets(file, words)
            size = sum(dataset.size * dataset.dtype.itemsize for dataset in datasets.values())
            _require_bounded(len(datasets), size)
            more()
            for name, dataset in datasets.items():
                arrays[name] = dataset[()]
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise WeightsRefused(f"expected a sound HDF5 file ({error}).") from error
    return arrays, words


def _datasets(file: Any, words: dict[str, list[str]]) -> dict[str, Any]:
    import h5py

    found: dict[str, Any] = {}

    def visit(name: str, item: object) -> None:
        if name.startswith("optimizer"):
            return
        if isinstance(item, h5py.Group):
            _note(words, name, item.attrs)
        elif isinstance(item, h5py.Dataset) and item.shape and item.dtype.kind in "fiu":
            if item.external or item.is_virtual:
                raise WeightsRefused(f"{name}: expected numbers, found a link to another file.")
            found[name] = item

    file.visititems(visit)
    return found


def _note(words: dict[str, list[str]], name: str, attributes: Mapping[str, Any]) -> None:
    """Keeps `layer_names` and Keras 3's `name` of a group."""
    for key in ("layer_names", "name"):
        if key in attributes:
            values = np.atleast_1d(attributes[key])
            words[f"{name}@{key}"] = [
                value.decode() if isinstance(value, bytes) else str(value) for value in values
            ]


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    except WeightsRefused as error:
        sys.stderr.write(str(error))
        sys.exit(REFUSED)
