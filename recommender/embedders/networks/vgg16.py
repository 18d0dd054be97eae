"""The shape of VGG-16 (Simonyan and Zisserman, 2014, configuration D), at any width.

Layers are named as Keras names them; arrays lie as Keras lays them: convolution kernels (3, 3,
input, output), dense kernels (input, output).
"""

from dataclasses import dataclass

# Layers and channels of the five blocks; each ends in a pooling that halves the sides.
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


@dataclass(frozen=True)
class Topology:
    """VGG-16 with `width` times the channels, for pictures of `side` × `side`.

    `dense` has the sizes of fc1 and fc2; `classes`, that of the classifier after them, 0 for none.
    """

    width: float
    side: int
    dense: tuple[int, int]
    classes: int = 0

    def blocks(self) -> list[list[tuple[str, int]]]:
        """The convolutions of each block: name and output channels."""
        return [
            [(f"block{b}_conv{c}", round(channels * self.width)) for c in range(1, layers + 1)]
            for b, (layers, channels) in enumerate(BLOCKS, 1)
        ]

    def dense_layers(self) -> list[tuple[str, int]]:
        """The dense layers: name and outputs."""
        layers = [("fc1", self.dense[0]), ("fc2", self.dense[1])]
        return [*layers, ("predictions", self.classes)] if self.classes else layers

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every array's name and shape, in the network's order: "fc1/kernel", "fc1/bias" …"""
        shapes: dict[str, tuple[int, ...]] = {}
        channels = 3
        for name, outputs in (layer for block in self.blocks() for layer in block):
            shapes |= {f"{name}/kernel": (3, 3, channels, outputs), f"{name}/bias": (outputs,)}
            channels = outputs
        inputs = channels * (self.side // 2 ** len(BLOCKS)) ** 2
        for name, outputs in self.dense_layers():
            shapes |= {f"{name}/kernel": (inputs, outputs), f"{name}/bias": (outputs,)}
            inputs = outputs
        return shapes


VGG16 = Topology(width=1, side=224, dense=(4096, 4096), classes=1000)
