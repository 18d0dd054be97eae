"""VGG-16 in torch, with batch norm while it learns and without it when it is saved."""

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save
from torch import nn

from recommender.embedders.preprocessing import BGR_MEANS
from recommender.embedders.topology import Topology

# Inputs are divided by this while it learns; saved weights have it within them.
SCALE = 64.0


class Network(nn.Module):
    """(n, 3, side, side) BGR less the means, divided by SCALE -> (n, dense[1]) after ReLU."""

    def __init__(self, topology: Topology) -> None:
        super().__init__()
        self.topology = topology
        layers: list[nn.Module] = []
        channels = 3
        for block in topology.blocks():
            for _, outputs in block:
                layers += [_convolution(channels, outputs), nn.BatchNorm2d(outputs), nn.ReLU()]
                channels = outputs
            layers.append(nn.MaxPool2d(2))
        inputs = topology.shapes()["fc1/kernel"][0]
        fc1, fc2 = topology.dense
        layers += [nn.Flatten(), nn.Linear(inputs, fc1, bias=False), nn.BatchNorm1d(fc1), nn.ReLU()]
        layers += [nn.Dropout(0.3), nn.Linear(fc1, fc2, bias=False), nn.BatchNorm1d(fc2), nn.ReLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.layers(pictures)

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights by name as `topology.shapes()` lists them, float32, batch norm folded in."""
        names = [name.rsplit("/", 1)[0] for name in self.topology.shapes() if "kernel" in name]
        weighted = [m for m in self.layers if isinstance(m, nn.Conv2d | nn.Linear)]
        norms = [m for m in self.layers if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
        arrays: dict[str, np.ndarray] = {}
        for name, layer, norm in zip(names, weighted, norms, strict=True):
            kernel, bias = _folded(layer, norm)
            arrays |= {f"{name}/kernel": kernel, f"{name}/bias": bias}
        arrays["block1_conv1/kernel"] /= SCALE
        arrays["fc1/kernel"] = _rows_as_keras(arrays["fc1/kernel"], self.topology)
        return arrays


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)


def _folded(layer: nn.Module, norm: nn.Module) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias that do in one step what the layer and its batch norm do in two."""
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    kernel = layer.weight * scale.reshape(-1, *[1] * (layer.weight.dim() - 1))
    order = (2, 3, 1, 0) if layer.weight.dim() == 4 else (1, 0)
    bias = norm.bias - norm.running_mean * scale
    return kernel.permute(order).detach().numpy().copy(), bias.detach().numpy().copy()


def _rows_as_keras(kernel: np.ndarray, topology: Topology) -> np.ndarray:
    """torch flattens (channels, y, x), Keras (y, x, channels)."""
    side = topology.side // 32
    cube = kernel.reshape(-1, side, side, kernel.shape[1])
    return np.ascontiguousarray(cube.transpose(1, 2, 0, 3).reshape(kernel.shape))


def to_input(pixels: torch.Tensor) -> torch.Tensor:
    """(n, 3, side, side) RGB, 0–255 -> what the network takes."""
    means = torch.from_numpy(BGR_MEANS).reshape(1, 3, 1, 1)
    return (pixels.flip(1) - means) / SCALE


def save_weights(network: Network, path: Path, metadata: dict[str, str]) -> None:
    """Writes the weights as float16 safetensors, in one step."""
    arrays = {name: array.astype(np.float16) for name, array in network.arrays().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(save(arrays, metadata))
    unfinished.replace(path)
