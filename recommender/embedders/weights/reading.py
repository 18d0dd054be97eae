"""A file of weights, of any kind, to arrays: read by a process of its own, with limits.

A file from anywhere may be made to keep its reader busy for ever or to fill the memory (HDF5 has
many such ways). So the reader may use only so much processor time and memory, and what it found
comes back as safetensors, which hold nothing but numbers.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recommender.embedders.weights import reader
from recommender.embedders.weights.errors import WeightsRefused

# A sound file of 553 MB is read in two or three seconds.
SECONDS, BYTES_A_SECOND = 5, 20_000_000


@dataclass(frozen=True)
class WeightsFile:
    """What is in a file: arrays by their path, and the words that some layouts put beside them."""

    file: Path
    kind: str
    arrays: dict[str, np.ndarray]
    words: dict[str, list[str]] = field(default_factory=dict)


def read_weights_file(path: Path) -> WeightsFile:
    """Reads HDF5, npz, safetensors and PyTorch's files, known by their content.

    Raises WeightsRefused for all others, and for those that are damaged; OSError.
    """
    from safetensors import SafetensorError, safe_open

    with tempfile.TemporaryDirectory(prefix="weights-") as folder:
        out = Path(folder) / "found.safetensors"
        _read_apart(path, out)
        try:
            with safe_open(out, "np") as file:
                metadata = file.metadata()
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise WeightsRefused(f"{path}: it could not be read ({error}).") from error
    return WeightsFile(path, metadata["kind"], arrays, json.loads(metadata["words"]))


def _read_apart(path: Path, out: Path) -> None:
    seconds = SECONDS + path.stat().st_size // BYTES_A_SECOND
    command = [sys.executable, "-m", reader.__name__, str(path), str(out), str(seconds)]
    # The reader's own limit is processor time; a disk that does not answer needs a clock.
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60 + 4 * seconds, cwd=_ROOT
        )
    except subprocess.TimeoutExpired:
        raise WeightsRefused(f"{path}: it could not be read in {60 + 4 * seconds} s.") from None
    if done.returncode == reader.REFUSED:
        raise WeightsRefused(f"{path}: {done.stderr.strip()}")
    if done.returncode:
        raise WeightsRefused(
            f"{path}: expected weights, found a file that took more than {seconds} s or "
            f"{reader.MAX_MEMORY >> 20} MB to read, or broke its reader: it is damaged."
        )


_ROOT = Path(__file__).resolve().parents[3]
