"""A network's shape, in the few kinds of layer that our networks are made of.

A layer's output bears its name; the network's input is called `picture`. Arrays lie as Keras and
TensorFlow lay them: convolution kernels (y, x, inputs, outputs), depthwise ones (y, x, channels,
1), dense kernels (inputs, outputs). Convolutions and poolings pad as TensorFlow's SAME: as little
as is needed for ceil(side / stride) outputs, the odd row or column after the picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

Arrays = Mapping[str, np.ndarray]
PICTURE = "picture"


@dataclass(frozen=True)
class Layer:
    """One step: takes the outputs of `sources`."""

    name: str
    sources: tuple[str, ...]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The arrays that the layer needs, by name, and their shapes."""
        return {}


@dataclass(frozen=True)
class Convolution(Layer):
    """A square convolution with bias, then min(max(x, 0), ceiling), or nothing for ceiling 0."""

    inputs: int
    outputs: int
    kernel: int = 3
    stride: int = 1
    ceiling: float = float("inf")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shape = (self.kernel, self.kernel, self.inputs, self.outputs)
        return {f"{self.name}/kernel": shape, f"{self.name}/bias": (self.outputs,)}


@dataclass(frozen=True)
class DepthwiseConvolution(Convolution):
    """Every channel for itself: `inputs` = `outputs`."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shape = (self.kernel, self.kernel, self.inputs, 1)
        return {f"{self.name}/kernel": shape, f"{self.name}/bias": (self.outputs,)}


@dataclass(frozen=True)
class MaxPooling(Layer):
    """The largest of 2×2 places; an odd row or column at the end is left out."""


@dataclass(frozen=True)
class Addition(Layer):
    """The sum of two outputs of one shape."""


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """Each channel's generalised mean over the picture: (Σ w · x^power)^(1/power), the w's sum 1.

    For channels that are not negative. Radenović, Tolias and Chum, 2018, equation 3; power 1 is
    the plain mean. With `sigma`, in places, the picture's middle weighs more.
    """

    power: int = 1
    sigma: float = 0.0

    def weights(self, height: int, width: int) -> np.ndarray:
        """(height, width) float32: what each place weighs, by a Gauss about the middle."""
        y, x = (np.arange(side) - (side - 1) / 2 for side in (height, width))
        squares = y[:, None] ** 2 + x**2
        weights = np.exp(-squares / (2 * self.sigma**2)) if self.sigma else np.ones_like(squares)
        return np.asarray(weights / weights.sum(), np.float32)


@dataclass(frozen=True)
class Concatenation(Layer):
    """Vectors side by side."""


@dataclass(frozen=True)
class Dense(Layer):
    """A matrix product with bias, then ReLU. A picture's places are taken row by row (y, x, c)."""

    inputs: int
    outputs: int

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {
            f"{self.name}/kernel": (self.inputs, self.outputs),
            f"{self.name}/bias": (self.outputs,),
        }


@dataclass(frozen=True)
class Graph:
    """Layers in an order in which each comes after its sources; the last one's output counts.

    With `float32_until`, the network may be computed in bfloat16 after that layer. Of the layers up
    to it, the later ones take nothing but its output.
    """

    side: int
    layers: tuple[Layer, ...]
    float32_until: str = ""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every array's name and shape, in the network's order: "fc1/kernel", "fc1/bias" …"""
        return {name: shape for layer in self.layers for name, shape in layer.shapes().items()}

    def cut(self, name: str) -> "Graph":
        """The part of the network that computes layer `name`, and nothing else."""
        needed, kept = {name}, []
        for layer in reversed(self.layers):
            if layer.name in needed:
                needed.update(layer.sources)
                kept.append(layer)
        return replace(self, layers=tuple(reversed(kept)))

    def up_to(self, name: str) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
        """The layers as far as layer `name`, and those after it."""
        end = [layer.name for layer in self.layers].index(name) + 1
        return self.layers[:end], self.layers[end:]

    def body_and_tail(self) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
        """What works on places (convolutions and the like), and what makes vectors of them."""
        first = next(
            (
                number
                for number, layer in enumerate(self.layers)
                if isinstance(layer, GlobalPooling | Dense)
            ),
            len(self.layers),
        )
        return self.layers[:first], self.layers[first:]

    def places(self) -> tuple[str, ...]:
        """The layers whose places become vectors, each once, in their order."""
        body, tail = self.body_and_tail()
        taken = {source for layer in tail for source in layer.sources}
        return tuple(layer.name for layer in body if layer.name in taken)
