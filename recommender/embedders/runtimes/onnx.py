"""The networks that users bring as ONNX files, computed by OpenVINO, which reads them as they are.

OpenVINO is imported inside functions only.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender.embedders.contract import EmbedderError, Seen
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.runtimes.openvino import compiled, import_openvino, run_each
from recommender.embedders.weights.errors import WeightsRefused

LAYOUTS = ("nchw", "nhwc")


class OnnxRuntime:
    """n decoded pictures -> (n, dimension) float32: `output` of the ONNX file at `path`.

    The pictures go one by one into the only input, laid as `layout` says, one of LAYOUTS. Raises
    EmbedderError without OpenVINO, WeightsRefused for a file that it cannot load.
    """

    def __init__(self, path: Path, preprocessing: Preprocessing, layout: str, output: str) -> None:
        network = open_network(path)
        side = preprocessing.side
        shape = (1, 3, side, side) if layout == "nchw" else (1, side, side, 3)
        try:
            network.reshape(shape)
            self._network = compiled(network)
        except RuntimeError as error:
            raise WeightsRefused(
                f"{path}: it cannot take one picture of shape {shape} ({one_line(error)})."
            ) from error
        self._layout, self._output = layout, output
        self._to_input = preprocessing.to_input

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        found = run_each(self._network, [self._input(p) for p in pictures], [self._output])
        vectors = [_as_vectors(outputs[self._output]) for outputs in found]
        return np.asarray(np.concatenate(vectors), np.float32)

    def with_places(self, pictures: Sequence[np.ndarray]) -> Seen:
        """The vectors alone: which of a network's outputs are places, only its maker knows."""
        return Seen(self(pictures), {})

    def _input(self, picture: np.ndarray) -> np.ndarray:
        numbers = self._to_input(picture)[None]
        return np.ascontiguousarray(
            numbers.transpose(0, 3, 1, 2) if self._layout == "nchw" else numbers
        )


def _as_vectors(out: np.ndarray) -> np.ndarray:
    """(n, d) as it is; of (n, tokens, d) the first token; of (n, c, y, x) the mean place."""
    if out.ndim == 4:
        return np.asarray(out.mean(axis=(2, 3)))
    return out[:, 0] if out.ndim == 3 else out


def open_network(path: Path) -> Any:
    """An OpenVINO model. Raises EmbedderError without OpenVINO, WeightsRefused."""
    try:
        openvino = import_openvino()
    except ImportError:
        raise EmbedderError(
            "Networks of your own need OpenVINO. Run: pip install openvino"
        ) from None
    try:
        return openvino.Core().read_model(path)
    except Exception as error:  # its readers raise RuntimeError, and TypeError for odd names
        raise WeightsRefused(f"{path}: OpenVINO cannot load it ({one_line(error)}).") from error


def one_line(error: Exception) -> str:
    """What OpenVINO says, on one line of 200 characters at most, without lines of its source."""
    lines = [line for line in str(error).splitlines() if line.strip() and ".cpp:" not in line]
    return " ".join(" ".join(lines).split())[:200].rstrip(".") or type(error).__name__
