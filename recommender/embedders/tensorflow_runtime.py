"""VGG-16 computed by TensorFlow, the reference runtime.

TensorFlow is imported inside functions only: a web worker never pays for it.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from recommender.embedders import EmbedderSpec, preprocessing
from recommender.embedders.weights import WeightsRefused, check_weights, untrained_weights


class TensorFlowVGG16:
    """VGG-16 cut at `spec.layer`: the activations after ReLU of that dense layer."""

    runtime = "tensorflow"

    def __init__(self, spec: EmbedderSpec, weights: Path | None, weights_sha256: str) -> None:
        """Loads the weights file; `weights=None` means the seeded, untrained ones."""
        self.spec = spec
        self.weights_sha256 = weights_sha256
        self._model = _cut_network(spec.layer, weights)

    def decode(self, data: bytes) -> np.ndarray:
        return preprocessing.decode(data)

    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        inputs = preprocessing.to_network_input(np.stack(pictures))
        return np.asarray(self._model.predict_on_batch(inputs), np.float32)


def _cut_network(layer: str, weights: Path | None) -> Any:
    keras = _import_keras()
    network = keras.applications.VGG16(weights=None)
    if weights is None:
        network.set_weights(untrained_weights())
    else:
        _load(network, weights)
    return keras.Model(network.input, network.get_layer(layer).output)


def _import_keras() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _without_native_chatter():
        import keras
        import tensorflow  # noqa: F401  its own log lines come at import
    return keras


@contextmanager
def _without_native_chatter() -> Iterator[None]:
    """TensorFlow's C++ part writes to descriptor 2, past sys.stderr; exceptions still come."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _load(network: Any, path: Path) -> None:
    check_weights(path)
    try:
        network.load_weights(path)
    except (ValueError, KeyError, OSError) as error:
        raise WeightsRefused(f"{path}: Keras cannot load it into VGG-16 ({error}).") from error
