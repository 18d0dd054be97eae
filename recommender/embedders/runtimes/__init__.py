"""What computes a network: a graph, its arrays and its preprocessing -> pictures to vectors.

Each runtime is a module that imports its library inside functions only, so that whoever asks
which there are pays for none of them.
"""

import importlib.util
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from recommender.embedders.contract import EmbedderError
from recommender.embedders.graph import Arrays, Graph
from recommender.embedders.pictures import Preprocessing

# The runtimes of our own networks, in the order of preference on a CPU.
RUNTIMES = ("ncnn", "tensorflow")


class Runtime(Protocol):
    """n decoded pictures -> (n, dimension) float32."""

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray: ...


def make_runtime(name: str, graph: Graph, arrays: Arrays, preprocessing: Preprocessing) -> Runtime:
    """The network `graph`, ready to compute on runtime `name`, one of RUNTIMES."""
    return _MAKERS[name](graph, arrays, preprocessing)


def best_runtime() -> str:
    """TensorFlow where it can use a GPU, else the first that is installed."""
    if _installed("tensorflow") and _has_gpu():
        return "tensorflow"
    return runtime_to_serve()


def runtime_to_serve() -> str:
    """The first that is installed and starts in no time. Raises EmbedderError for none."""
    for name in RUNTIMES:
        if _installed(name):
            return name
    raise EmbedderError("No runtime is installed. Run: pip install ncnn (or tensorflow)")


def require_runtime(name: str) -> str:
    """`name`, if it is installed. Raises EmbedderError, which says how to get it."""
    if not _installed(name):
        raise EmbedderError(f"RUNTIME={name} is not installed. Run: pip install {name}")
    return name


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _has_gpu() -> bool:
    """Whether TensorFlow sees a GPU; asked only where a driver's device says that there is one."""
    if not any(Path(device).exists() for device in ("/dev/nvidia0", "/dev/kfd")):
        return False
    from recommender.embedders.runtimes.tensorflow import sees_gpu

    return sees_gpu()


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _ncnn(graph: Graph, arrays: Arrays, preprocessing: Preprocessing) -> Runtime:
    from recommender.embedders.runtimes.ncnn import NcnnRuntime

    return NcnnRuntime(graph, arrays, preprocessing)


def _tensorflow(graph: Graph, arrays: Arrays, preprocessing: Preprocessing) -> Runtime:
    from recommender.embedders.runtimes.tensorflow import TensorFlowRuntime

    return TensorFlowRuntime(graph, arrays, preprocessing)


_MAKERS: dict[str, Callable[[Graph, Arrays, Preprocessing], Runtime]] = {
    "ncnn": _ncnn,
    "tensorflow": _tensorflow,
}
