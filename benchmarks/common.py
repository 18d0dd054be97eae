"""What the benchmarks share: vectors, timing, and a line on the machine."""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from recommender.embedders.registry import EMBEDDERS
from recommender.index.similarity_index import Manifest, SimilarityIndex

COUNT, DIMENSION = 11_556, 4096
SPEC = EMBEDDERS["vgg16-untrained"]
# What the steps of run_steps compare with.
EMBEDDER = "efficientnet-lite2"


def relu_vectors(count: int = COUNT, dimension: int = DIMENSION, seed: int = 0) -> np.ndarray:
    """(count, dimension) float32: normal numbers, the negative ones zero, as after a ReLU."""
    random = np.random.default_rng(seed)
    return np.maximum(random.standard_normal((count, dimension), np.float32), 0)


def clustered_vectors(
    count: int = COUNT, dimension: int = DIMENSION, queries: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """(count, dimension) and (queries, dimension) float32: 200 kinds of product, after a ReLU."""
    random = np.random.default_rng(0)
    kinds = random.standard_normal((200, dimension), np.float32)
    made = kinds[random.integers(0, 200, count + queries)]
    made += 0.8 * random.standard_normal(made.shape, np.float32)
    np.maximum(made, 0, out=made)
    return made[:count], made[count:]


def build(vectors: np.ndarray) -> SimilarityIndex:
    """An index of made-up products with these (n, 4096) vectors."""
    ids = [f"{number:07}" for number in range(len(vectors))]
    hashes = [f"{number:064x}" for number in range(len(vectors))]
    return SimilarityIndex.build(Manifest.of(SPEC, "0" * 64), ids, hashes, vectors)


def seconds(work: Callable[[], object], repeats: int) -> np.ndarray:
    """(repeats,) float64: how long `work` took each time, after one run that does not count."""
    work()
    times = np.empty(repeats)
    for repeat in range(repeats):
        began = time.perf_counter()
        work()
        times[repeat] = time.perf_counter() - began
    return times


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def machine() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"{platform.machine()}, {cores} cores, Python {platform.python_version()}"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lookalike-") as name:
        yield Path(name)


def run_steps(steps: Iterable[list[str]]) -> None:
    """Runs modules with their arguments one after the other, all on data of their own."""
    with temporary_folder() as folder:
        own = {
            "VAR_DIR": str(folder / "var"),
            "MEDIA_ROOT": str(folder / "media"),
            "DATABASE_URL": f"sqlite:///{folder}/catalogue.sqlite3",
            "EMBEDDER": EMBEDDER,
            "BIND": "127.0.0.1:0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        for step in steps:
            subprocess.run([sys.executable, "-m", *step], env=os.environ | own, check=True)
