"""What computes a network: a graph, its arrays and its preprocessing -> pictures to vectors.

Each runtime is a module that imports its library inside functions only, so that whoever asks
which there are pays for none of them.
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from recommender.embedders.contract import BFLOAT16, FLOAT32, PRECISIONS, EmbedderError, Seen
from recommender.embedders.graph import Arrays, DepthwiseConvolution, Graph
from recommender.embedders.pictures import Preprocessing

# The runtimes of our own networks, by the names of their packages.
RUNTIMES = ("openvino", "ncnn", "tensorflow")
# As in requirements.txt: it has no wheels for these yet.
NO_TENSORFLOW_FROM = (3, 14)
# The fastest; and the fastest that starts at once.
AUTO, AT_ONCE = "auto", "at once"


class Runtime(Protocol):
    """n decoded pictures -> (n, dimension) float32, and what they were pooled from."""

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray: ...

    def with_places(self, pictures: Sequence[np.ndarray]) -> Seen: ...


def make_runtime(
    name: str,
    graph: Graph,
    arrays: Arrays,
    preprocessing: Preprocessing,
    precision: str = FLOAT32,
) -> Runtime:
    """The network `graph`, ready to compute on runtime `name`, one of RUNTIMES.

    BFLOAT16 is OpenVINO's alone.
    """
    if precision == BFLOAT16:
        return _openvino(graph, arrays, preprocessing, precision)
    return _MAKERS[name](graph, arrays, preprocessing)


def chosen_runtime(wanted: str, graph: Graph, precision: str = FLOAT32) -> str:
    """Which runtime computes `graph`: the one of that name, or for AUTO the fastest of those here.

    AT_ONCE is AUTO without TensorFlow on a GPU, which takes seconds to start. Raises EmbedderError,
    which says how to get one.
    """
    if precision == BFLOAT16:
        return _runtime_of_bfloat16(wanted)
    if wanted not in (AUTO, AT_ONCE):
        if not is_installed(wanted):
            raise EmbedderError(f"RUNTIME={wanted} is not installed. {_how_to_install(wanted)}")
        return wanted
    if wanted == AUTO and is_installed("tensorflow") and _has_gpu():
        return "tensorflow"
    for name in _fastest_first(graph):
        if is_installed(name):
            return name
    raise EmbedderError("No runtime is installed. Run: pip install openvino (or ncnn, tensorflow)")


def _how_to_install(runtime: str) -> str:
    if runtime != "tensorflow":
        return f"Run: pip install {runtime}"
    if sys.version_info >= NO_TENSORFLOW_FROM:
        return f"TensorFlow needs a Python before {'.'.join(map(str, NO_TENSORFLOW_FROM))}."
    return "Run: make tensorflow (or: pip install tensorflow)"


def _fastest_first(graph: Graph) -> tuple[str, ...]:
    """The runtimes on a CPU, as measured by benchmarks/embed.py.

    ncnn's convolutions take Winograd's way: twice as fast where they are 3×3 (VGG-16). Where they
    are 1×1 and depthwise (EfficientNet), OpenVINO is half as fast again.
    """
    if any(isinstance(layer, DepthwiseConvolution) for layer in graph.layers):
        return ("openvino", "ncnn", "tensorflow")
    return ("ncnn", "openvino", "tensorflow")


def precisions_of(graph: Graph) -> tuple[str, ...]:
    """What `graph` may be computed in, if the processor can.

    VGG-16 says nothing of BFLOAT16: ncnn is faster in float32 than OpenVINO in bfloat16.
    """
    return PRECISIONS if graph.float32_until else (FLOAT32,)


def _runtime_of_bfloat16(wanted: str) -> str:
    if wanted not in (AUTO, AT_ONCE, "openvino"):
        raise EmbedderError(
            f"RUNTIME={wanted} computes in float32 only. Set RUNTIME=auto, or PRECISION=float32."
        )
    if not is_installed("openvino"):
        raise EmbedderError("PRECISION=bfloat16 needs OpenVINO. Run: pip install openvino")
    if not has_bfloat16():
        raise EmbedderError(
            "This processor does not compute in bfloat16, which takes AVX512_BF16 or AMX. Set "
            "PRECISION=float32 and run: manage.py build_index"
        )
    return "openvino"


@lru_cache
def has_bfloat16() -> bool:
    """Whether OpenVINO computes in bfloat16 on this machine's processor."""
    if not is_installed("openvino"):
        return False
    from recommender.embedders.runtimes.openvino import capabilities

    return "BF16" in capabilities()


def is_installed(package: str) -> bool:
    """Whether a package can be imported here; asking imports nothing."""
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


def _openvino(
    graph: Graph, arrays: Arrays, preprocessing: Preprocessing, precision: str = FLOAT32
) -> Runtime:
    from recommender.embedders.runtimes.openvino import OpenVinoRuntime

    return OpenVinoRuntime(graph, arrays, preprocessing, precision)


def _ncnn(graph: Graph, arrays: Arrays, preprocessing: Preprocessing) -> Runtime:
    from recommender.embedders.runtimes.ncnn import NcnnRuntime

    return NcnnRuntime(graph, arrays, preprocessing)


def _tensorflow(graph: Graph, arrays: Arrays, preprocessing: Preprocessing) -> Runtime:
    from recommender.embedders.runtimes.tensorflow import TensorFlowRuntime

    return TensorFlowRuntime(graph, arrays, preprocessing)


_MAKERS: dict[str, Callable[[Graph, Arrays, Preprocessing], Runtime]] = {
    "openvino": _openvino,
    "ncnn": _ncnn,
    "tensorflow": _tensorflow,
}
