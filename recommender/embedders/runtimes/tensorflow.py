"""VGG-16, at any width, computed by TensorFlow, the reference runtime.

TensorFlow is imported inside functions only: a web worker never pays for it.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from recommender.embedders.contract import EmbedderSpec
from recommender.embedders.networks import preprocessing
from recommender.embedders.networks.vgg16 import Topology
from recommender.embedders.networks.weight_files import (
    check_keras_file,
    read_safetensors,
    untrained_weights,
)
from recommender.embedders.networks.weights import WeightsRefused


class TensorFlowVGG16:
    """`spec.topology` cut at `spec.layer`: the activations after ReLU of that dense layer."""

    runtime = "tensorflow"

    def __init__(self, spec: EmbedderSpec, weights: Path | None, weights_sha256: str) -> None:
        """Loads the weights file; `weights=None` means the seeded, untrained ones."""
        self.spec = spec
        self.weights_sha256 = weights_sha256
        self._model = _cut_network(spec.topology, spec.layer, weights)

    def decode(self, data: bytes) -> np.ndarray:
        return preprocessing.decode(data, self.spec.topology.side)

    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        inputs = preprocessing.to_network_input(np.stack(pictures))
        return np.asarray(self._model.predict_on_batch(inputs), np.float32)


def _cut_network(topology: Topology, layer: str, weights: Path | None) -> Any:
    keras = _import_keras()
    network = _network(keras, topology)
    if weights is None:
        network.set_weights(untrained_weights(topology))
    elif weights.suffix == ".safetensors":
        network.set_weights(list(read_safetensors(weights, topology).values()))
    else:
        _load_keras_file(network, weights)
    return keras.Model(network.input, network.get_layer(layer).output)


def _network(keras: Any, topology: Topology) -> Any:
    """The layers of `keras.applications.VGG16`, under the same names, at the topology's width."""
    layers = keras.layers
    x = pictures = keras.Input((topology.side, topology.side, 3))
    for number, block in enumerate(topology.blocks(), 1):
        for name, channels in block:
            x = layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, name=f"block{number}_pool")(x)
    x = layers.Flatten(name="flatten")(x)
    for name, outputs in topology.dense_layers():
        activation = "softmax" if name == "predictions" else "relu"
        x = layers.Dense(outputs, activation=activation, name=name)(x)
    return keras.Model(pictures, x)


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


def _load_keras_file(network: Any, path: Path) -> None:
    check_keras_file(path)
    try:
        network.load_weights(path)
    except (ValueError, KeyError, OSError) as error:
        raise WeightsRefused(f"{path}: Keras cannot load it into VGG-16 ({error}).") from error
