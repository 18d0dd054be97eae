"""A network's shape, in the few kinds of layer that our networks are made of.

A layer's output bears its name; the network's input is called `picture`. Arrays lie as Keras and
TensorFlow lay them: convolution kernels (y, x, inputs, outputs), depthwise ones (y, x, channels,
1), dense kernels (inputs, outputs). Convolutions and poolings pad as TensorFlow's SAME: as little
as is needed for ceil(side / stride) outputs, the odd row or column after the picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass

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
    """Each channel's generalised mean over the picture: (mean of x^power)^(1/power).

    For channels that are not negative. Radenović, Tolias and Chum, 2018, equation 3; power 1 is
    the plain mean.
    """

    power: int = 1


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
    """Layers in an order in which each comes after its sources; the last one's output counts."""

    side: int
    layers: tuple[Layer, ...]

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
        return Graph(self.side, tuple(reversed(kept)))

    def body_and_tail(self) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
        """What works on places (convolutions and the like), and the chain that comes after."""
        first = next(
            (
                number
                for number, layer in enumerate(self.layers)
                if isinstance(layer, GlobalPooling | Dense)
            ),
            len(self.layers),
        )
        return self.layers[:first], self.layers[first:]
