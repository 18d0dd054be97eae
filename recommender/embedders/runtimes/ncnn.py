"""ncnn, the fast runtime of a machine without a GPU.

ncnn does what works on places (convolutions, poolings, additions), a picture a thread; its
convolutions take Winograd's way, which needs fewer products than a convolution has. The tail is
numpy's, and dense layers are one matrix product a batch. ncnn's graph is written here from the
arrays that every runtime takes; nothing is converted beforehand.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce

import numpy as np

from recommender.embedders.contract import Seen
from recommender.embedders.graph import (
    PICTURE,
    Addition,
    Arrays,
    Concatenation,
    Convolution,
    Dense,
    DepthwiseConvolution,
    GlobalPooling,
    Graph,
    Layer,
    MaxPooling,
)
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.runtimes import cores

# The first number of ncnn's text format, and the mark of float32 weights in its binary one.
MAGIC = 7767517
FLOAT32 = bytes(4)


class NcnnRuntime:
    """n decoded pictures -> (n, dimension) float32, and what they were pooled from.

    Safe to call from several threads.
    """

    def __init__(self, graph: Graph, arrays: Arrays, preprocessing: Preprocessing) -> None:
        body, tail = graph.body_and_tail()
        self._body = _Body(body, graph.places(), graph.side, arrays)
        self._poolings = [layer for layer in tail if not isinstance(layer, Dense)]
        self._dense = [layer for layer in tail if isinstance(layer, Dense)]
        self._arrays = {name: arrays[name] for layer in tail for name in layer.shapes()}
        self._to_input = preprocessing.to_input

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        return self._finished([vector for vector, _ in self._each(pictures)])

    def with_places(self, pictures: Sequence[np.ndarray]) -> Seen:
        found = self._each(pictures)
        stacked = {
            name: np.stack([places[name] for _, places in found]).transpose(0, 2, 3, 1)
            for name in found[0][1]
        }
        return Seen(self._finished([vector for vector, _ in found]), stacked)

    def _each(self, pictures: Sequence[np.ndarray]) -> list[tuple[np.ndarray, Arrays]]:
        # The threads end with the batch: a server's may not outlive the thread that asked.
        with ThreadPoolExecutor(min(cores(), len(pictures)), "ncnn") as threads:
            return list(threads.map(self._one, pictures))

    def _one(self, picture: np.ndarray) -> tuple[np.ndarray, Arrays]:
        """What comes before the dense layers, and the places that it was made of."""
        places = self._body(self._to_input(picture).transpose(2, 0, 1))
        outputs = dict(places)
        for layer in self._poolings:
            outputs[layer.name] = _pooled(layer, [outputs[source] for source in layer.sources])
        return list(outputs.values())[-1], places

    def _finished(self, vectors: list[np.ndarray]) -> np.ndarray:
        x = np.stack(vectors)
        for layer in self._dense:
            x = _dense(layer, x, self._arrays)
        return np.asarray(x, np.float32)


def _pooled(layer: Layer, sources: list[np.ndarray]) -> np.ndarray:
    """(c, y, x) or several (d,) -> (d,)."""
    if isinstance(layer, Concatenation):
        return np.concatenate(sources)
    if isinstance(layer, GlobalPooling):
        (x,) = sources
        # Products, since numpy's own power of floats takes ten times as long.
        powers = reduce(np.multiply, [x] * layer.power).reshape(len(x), -1)
        means = powers @ layer.weights(*x.shape[1:]).ravel()
        return np.asarray(means ** np.float32(1 / layer.power))
    raise TypeError(f"{layer} is no layer of a tail.")


def _dense(layer: Dense, x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """(n, c, y, x) or (n, d) -> (n, d)."""
    from recommender.row_products import row_products  # not where no layer is dense

    if x.ndim == 4:
        x = x.transpose(0, 2, 3, 1).reshape(len(x), -1)
    product = row_products(x, arrays[f"{layer.name}/kernel"])
    return np.asarray(np.maximum(product + arrays[f"{layer.name}/bias"], 0))


class _Body:
    """(3, side, side) -> for each output (channels, places, places), float32. Thread-safe."""

    def __init__(
        self, layers: tuple[Layer, ...], outputs: Sequence[str], side: int, arrays: Arrays
    ) -> None:
        import ncnn

        self._ncnn = ncnn
        takers = _takers(layers, outputs)
        self._blobs = {name: takers[name][-1] for name in outputs}
        self._net = ncnn.Net()
        option = self._net.opt
        option.num_threads = 1
        option.use_vulkan_compute = False
        # No shorter floats anywhere: the answer shall be the reference's.
        option.use_fp16_packed = option.use_fp16_storage = option.use_fp16_arithmetic = False
        option.use_bf16_packed = option.use_bf16_storage = False
        self._net.load_param_mem(param_text(layers, side, outputs))
        # By way of a file, since load_model_mem does not say when it fails.
        with tempfile.NamedTemporaryFile(suffix=".bin") as file:
            file.writelines(_binary(layers, arrays))
            file.flush()
            if self._net.load_model(file.name):
                raise RuntimeError("ncnn refuses its own weights.")

    def __call__(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        extractor = self._net.create_extractor()
        contiguous = np.ascontiguousarray(picture)  # outlives the Mat, which points at it
        extractor.input(PICTURE, self._ncnn.Mat(contiguous))
        found = {}
        for name, blob in self._blobs.items():
            failed, out = extractor.extract(blob)
            if failed:
                raise MemoryError(f"ncnn could not compute a picture (error {failed}).")
            found[name] = np.array(out)
        return found


def param_text(layers: Sequence[Layer], side: int, outputs: Sequence[str]) -> str:
    """The layers in ncnn's text format; some of their outputs will be asked for.

    https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
    """
    lines = list(_lines(layers, side, outputs))
    blobs = sum(int(line.split()[3]) for line in lines)
    return "\n".join([str(MAGIC), f"{len(lines)} {blobs}", *lines, ""])


def _lines(layers: Sequence[Layer], side: int, outputs: Sequence[str]) -> Iterator[str]:
    """An output that several layers take is split first: in ncnn, each blob has one taker."""
    takers = _takers(layers, outputs)
    yield f"Input {PICTURE} 0 1 {PICTURE} 0={side} 1={side} 2=3"
    for layer in layers:
        sources = [takers[source].pop(0) for source in layer.sources]
        kind, parameters = _kind(layer)
        blobs = " ".join([*sources, layer.name])
        yield f"{kind} {layer.name} {len(sources)} 1 {blobs} {parameters}"
        copies = takers.get(layer.name, [])
        if len(copies) > 1:
            blobs = " ".join([layer.name, *copies])
            yield f"Split {layer.name}_split 1 {len(copies)} {blobs}"


def _takers(layers: Iterable[Layer], outputs: Iterable[str]) -> dict[str, list[str]]:
    """For each output, the name under which each of its takers gets it; who asks is the last."""
    takers: dict[str, list[str]] = {}
    taken = [source for layer in layers for source in layer.sources]
    for source in (*taken, *outputs):
        takers.setdefault(source, []).append(f"{source}_{len(takers.get(source, []))}")
    return {name: copies if len(copies) > 1 else [name] for name, copies in takers.items()}


def _kind(layer: Layer) -> tuple[str, str]:
    """A layer's type and parameters, as ncnn numbers them."""
    match layer:
        case Convolution():
            depthwise = isinstance(layer, DepthwiseConvolution)
            count = np.prod(next(iter(layer.shapes().values())))
            # 0: outputs, 1: kernel, 3: stride, 4: padding (-233: SAME), 5: bias, 6: weights
            sizes = f"0={layer.outputs} 1={layer.kernel} 3={layer.stride} 4=-233 5=1 6={count}"
            group = f" 7={layer.inputs}" if depthwise else ""
            kind = "ConvolutionDepthWise" if depthwise else "Convolution"
            return kind, sizes + group + _activation(layer.ceiling)
        case MaxPooling():
            # 0: maximum, 1: kernel, 2: stride, 5: what does not fill a window is left out
            return "Pooling", "0=0 1=2 2=2 5=1"
        case Addition():
            return "BinaryOp", "0=0"
    raise TypeError(f"{layer} is no layer of a body.")


def _activation(ceiling: float) -> str:
    """9: 1 for ReLU, 3 for a clip, whose bounds are the array -23310."""
    if not ceiling:
        return ""
    return " 9=1" if np.isinf(ceiling) else f" 9=3 -23310=2,0.0,{ceiling:.1f}"


def _binary(layers: Iterable[Layer], arrays: Arrays) -> Iterator[bytes]:
    for layer in layers:
        if isinstance(layer, Convolution):
            depthwise = isinstance(layer, DepthwiseConvolution)
            kernel = arrays[f"{layer.name}/kernel"]
            # (output, input, y, x); a depthwise kernel's channels are its outputs
            kernel = kernel.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))
            yield FLOAT32
            yield kernel.astype("<f4").tobytes()
            yield arrays[f"{layer.name}/bias"].astype("<f4").tobytes()
