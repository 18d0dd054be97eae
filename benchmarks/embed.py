"""Pictures embedded a second: each runtime, Keras's `predict`, and what the processor could do.

Decoding and making smaller are within the time. VGG-16 has weights of chance: speed does not ask
which. All take turns, so that a slow moment of the machine hits all alike; figures are medians.
"""

import io
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.figures import figure
from benchmarks.pictures import shirts
from recommender.building.ahead import AHEAD, BATCH, ahead, batches
from recommender.embedders.choice import choose, precisions_of
from recommender.embedders.contract import BFLOAT16, Embedder
from recommender.embedders.graph import PICTURE, Convolution, Dense, DepthwiseConvolution, Graph
from recommender.embedders.networks.network import Network
from recommender.embedders.registry import EMBEDDERS, NETWORKS
from recommender.embedders.runtimes import RUNTIMES, has_bfloat16
from recommender.embedders.weights.source import Places

ROUNDS = 5
COUNTS = {"vgg16-untrained": 32, "efficientnet-lite2": 256}
ONE_BY_ONE = 8
IN_BFLOAT16 = "openvino in bfloat16"
# What each is held against.
KERAS = "Keras predict, batches of 32", "Keras predict, one by one"
PEERS = {
    "openvino": ("ncnn", "tensorflow"),
    "ncnn": ("openvino", "tensorflow", *KERAS),
    IN_BFLOAT16: ("openvino", "ncnn", "tensorflow"),
}
PLACES = Places(Path("nowhere"))

Work = tuple[int, Callable[[], object]]


def main() -> None:
    pictures = shirts(max(COUNTS.values()))
    for name, count in COUNTS.items():
        some = pictures[:count]
        works: dict[str, Work] = {
            title: (count, partial(embed, embedder, some)) for title, embedder in _loaded(name)
        }
        if name.startswith("vgg16"):
            model = _keras_vgg16()
            works["Keras predict, batches of 32"] = (count, partial(predict, model, some, BATCH))
            few = some[:ONE_BY_ONE]
            works["Keras predict, one by one"] = (ONE_BY_ONE, partial(predict, model, few, 1))
        _report(name, works)


def _loaded(name: str) -> Iterator[tuple[str, Embedder]]:
    """The embedder on each runtime, and in bfloat16 where it and the processor can."""
    for runtime in RUNTIMES:
        yield runtime, choose(name, PLACES, runtime).load()
    if BFLOAT16 in precisions_of(name) and has_bfloat16():
        yield IN_BFLOAT16, choose(name, PLACES, "openvino", BFLOAT16).load()


def embed(embedder: Embedder, pictures: list[bytes]) -> None:
    """As a build does: the next pictures are decoded while these go through the network."""
    for batch in batches(ahead(embedder.decode, pictures, AHEAD * BATCH), BATCH):
        embedder.embed(batch)


def predict(model: Any, pictures: list[bytes], size: int) -> None:
    """As the tutorials do: load, stretch, take the means off, `predict`."""
    for start in range(0, len(pictures), size):
        batch = []
        for data in pictures[start : start + size]:
            with Image.open(io.BytesIO(data)) as picture:
                pixels = np.asarray(picture.convert("RGB").resize((224, 224)), np.float32)
            batch.append(pixels[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32))
        model.predict(np.stack(batch), verbose=0)


def _keras_vgg16() -> Any:
    from keras import Model
    from keras.applications import VGG16

    whole = VGG16(weights=None)
    return Model(whole.input, whole.get_layer("fc2").output)


def _report(name: str, works: dict[str, Work]) -> None:
    rates: dict[str, list[float]] = {work: [] for work in works}
    peaks = []
    for _, work in works.values():
        work()
    for _ in range(ROUNDS):
        peaks.append(_matrix_rate())
        for title, (count, work) in works.items():
            began = time.perf_counter()
            work()
            rates[title].append(count / (time.perf_counter() - began))
    spec = EMBEDDERS[name]
    network = NETWORKS[spec.network]
    assert isinstance(network, Network)
    operations = _operations(network.graph.cut(spec.layer)) / 1e9
    limit = {"a matrix product's rate": [peak / operations for peak in peaks]}
    for title, values in rates.items():
        peers = {peer: rates[peer] for peer in PEERS.get(title, ()) if peer in rates}
        figure(f"{name}, {title}", values, "pictures a second", peers | limit)


def _operations(graph: Graph) -> float:
    """Multiplications and additions of a picture, as many as a direct convolution takes."""
    sides, total = {PICTURE: graph.side}, 0.0
    for layer in graph.layers:
        side = sides[layer.sources[0]]
        if isinstance(layer, Dense):
            total += 2 * layer.inputs * layer.outputs
        elif isinstance(layer, Convolution):
            side = -(-side // layer.stride)
            inputs = 1 if isinstance(layer, DepthwiseConvolution) else layer.inputs
            total += 2 * layer.kernel**2 * inputs * layer.outputs * side**2
        elif type(layer).__name__ == "MaxPooling":
            side //= 2
        sides[layer.name] = side
    return total


def _matrix_rate() -> float:
    """GFLOP/s of a large float32 matrix product on all cores."""
    side = 2048
    a = np.random.default_rng(0).random((side, side), np.float32)
    began = time.perf_counter()
    a @ a
    return 2 * side**3 / 1e9 / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
