"""What is in a file of weights, and whether it is what the network needs."""

import hashlib
from pathlib import Path

import numpy as np

from recommender.embedders.networks.vgg16 import VGG16, Topology
from recommender.embedders.networks.weights import FILE_NAME, WeightsRefused

UNTRAINED_SEED = 16


def check_keras_file(path: Path) -> None:
    """Raises WeightsRefused unless the HDF5 file holds arrays of VGG-16's shapes, no others."""
    expected, found = list(VGG16.shapes().values()), _shapes_in(path)
    if len(found) == len(expected) - 2 * len(VGG16.dense_layers()):
        raise WeightsRefused(
            f"{path}: expected {len(expected)} arrays, found {len(found)}: it lacks the dense "
            f"layers (a “notop” file). Take {FILE_NAME}."
        )
    if sorted(found) != sorted(expected):
        odd = next((shape for shape in found if shape not in expected), None)
        detail = f", one of shape {odd}" if odd else ""
        raise WeightsRefused(
            f"{path}: expected the {len(expected)} arrays of VGG-16, found {len(found)}{detail}."
        )


def _shapes_in(path: Path) -> list[tuple[int, ...]]:
    import h5py  # here, since a web worker imports this module but never reads weights

    shapes: list[tuple[int, ...]] = []

    def visit(_name: str, item: object) -> None:
        # Keras 3 files hold the optimizer's state too, and scalars that are no weights.
        if isinstance(item, h5py.Dataset) and item.shape:
            shapes.append(tuple(item.shape))

    try:
        with h5py.File(path, "r") as file:
            file.visititems(visit)
    except OSError as error:
        raise WeightsRefused(f"{path}: expected an HDF5 file, found none ({error}).") from error
    return shapes


def read_safetensors(path: Path, topology: Topology) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file as float32, by the names of `topology.shapes()`, in order.

    Raises WeightsRefused when the file is no such file, or holds other arrays than these.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path)
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise WeightsRefused(f"{path}: expected a safetensors file ({error}).") from error
    expected = topology.shapes()
    for name in sorted(expected.keys() | found.keys()):
        shape = found[name].shape if name in found else None
        if shape != expected.get(name):
            raise WeightsRefused(
                f"{path}: {name}: expected {expected.get(name, 'no such array')}, "
                f"found {shape or 'none'}."
            )
        if not np.isfinite(found[name]).all():
            raise WeightsRefused(f"{path}: {name}: expected numbers, found some that are none.")
    return {name: found[name].astype(np.float32) for name in expected}


def untrained_weights(topology: Topology = VGG16) -> list[np.ndarray]:
    """Seeded He-normal weights (He et al., 2015) in the network's order; biases are zero."""
    random = np.random.default_rng(UNTRAINED_SEED)
    arrays = []
    for shape in topology.shapes().values():
        if len(shape) == 1:
            arrays.append(np.zeros(shape, np.float32))
        else:
            scale = np.float32(np.sqrt(2 / np.prod(shape[:-1])))
            arrays.append(random.standard_normal(shape, np.float32) * scale)
    return arrays


def untrained_sha256() -> str:
    """Stands for the seeded weights in a manifest: the SHA-256 of their recipe."""
    recipe = f"vgg16 he-normal float32 numpy-default-rng seed={UNTRAINED_SEED}"
    return hashlib.sha256(recipe.encode()).hexdigest()
