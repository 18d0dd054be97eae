"""onnxruntime, which computes the networks that users bring as ONNX files.

onnxruntime is imported inside functions only: it is an extra.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender.embedders.contract import EmbedderError
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.runtimes import cores
from recommender.embedders.weights.errors import WeightsRefused


class OnnxRuntime:
    """n decoded pictures -> (n, dimension) float32: `output` of the ONNX file at `path`.

    The pictures go into `input`, laid as `layout` says: "nchw" or "nhwc". Raises EmbedderError
    without onnxruntime, WeightsRefused for a file that it cannot load.
    """

    def __init__(
        self, path: Path, preprocessing: Preprocessing, input_: str, layout: str, output: str
    ) -> None:
        self._session = open_session(path)
        self._input, self._layout, self._output = input_, layout, output
        self._to_input = preprocessing.to_input
        # Many exports take one picture at a time.
        self._one_by_one = isinstance(self._session.get_inputs()[0].shape[0], int)

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        inputs = self._to_input(np.stack(pictures))
        if self._layout == "nchw":
            inputs = np.ascontiguousarray(inputs.transpose(0, 3, 1, 2))
        batches = [inputs[n : n + 1] for n in range(len(inputs))] if self._one_by_one else [inputs]
        return np.concatenate([self._run(batch) for batch in batches])

    def _run(self, batch: np.ndarray) -> np.ndarray:
        (out,) = self._session.run([self._output], {self._input: batch})
        return np.asarray(_as_vectors(np.asarray(out)), np.float32)


def _as_vectors(out: np.ndarray) -> np.ndarray:
    """(n, d) as it is; of (n, tokens, d) the first token; of (n, c, y, x) the mean place."""
    if out.ndim == 4:
        return np.asarray(out.mean(axis=(2, 3)))
    return out[:, 0] if out.ndim == 3 else out


def open_session(path: Path) -> Any:
    """An InferenceSession. Raises EmbedderError without onnxruntime, WeightsRefused."""
    try:
        import onnxruntime
    except ImportError:
        raise EmbedderError(
            "Networks of your own need onnxruntime. Run: pip install onnxruntime"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    except Exception as error:  # as above
        raise WeightsRefused(f"{path}: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    if "is not a registered function/op" in str(error):
        return f"it needs an operator that onnxruntime does not have ({one_line(error)})"
    return f"onnxruntime cannot load it ({one_line(error)})"


def one_line(error: Exception) -> str:
    """What onnxruntime says, on one line of 200 characters at most."""
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
