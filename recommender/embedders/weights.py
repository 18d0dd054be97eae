"""Where VGG-16's weights come from, and whether a file really holds them."""

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from recommender.embedders import EmbedderError

logger = logging.getLogger(__name__)

DOWNLOAD_MEGABYTES = 553
FILE_NAME = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
# Output channels of the 13 convolutions, in order; (input, output) sizes of the dense layers.
CONVOLUTIONS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
DENSE = ((25088, 4096), (4096, 4096), (4096, 1000))
UNTRAINED_SEED = 16

WAYS = (
    f"run `manage.py build_index --download-weights` ({DOWNLOAD_MEGABYTES} MB, through Keras), "
    f"or set VGG16_WEIGHTS=/a/file.h5 (Keras's {FILE_NAME}); without them "
    "`--embedder vgg16-untrained` tries the program with random weights"
)


class WeightsMissing(EmbedderError):
    """No weights on this machine; the message says how to get them."""


class WeightsRefused(EmbedderError):
    """A file does not hold VGG-16's weights; which, what was expected, what was found."""


def expected_shapes() -> list[tuple[int, ...]]:
    """The shapes of the 32 arrays of VGG-16 with its dense layers, in the network's order."""
    shapes: list[tuple[int, ...]] = []
    channels = 3
    for outputs in CONVOLUTIONS:
        shapes += [(3, 3, channels, outputs), (outputs,)]
        channels = outputs
    for inputs, outputs in DENSE:
        shapes += [(inputs, outputs), (outputs,)]
    return shapes


def keras_cache() -> Path:
    """Where Keras keeps the ImageNet weights that it has fetched."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models" / FILE_NAME


def weights_at_hand(configured: Path | None) -> Path | None:
    """The weights file that `vgg16` would use: `configured`, else Keras's cache, else None."""
    if configured is not None:
        return configured
    return cached if (cached := keras_cache()).is_file() else None


def find_weights(configured: Path | None, download: Callable[[], str] | None = None) -> Path:
    """The path of the ImageNet weights; fetched by `download` where they are not at hand.

    Raises WeightsMissing, which names both ways, when they cannot be had.
    """
    path = weights_at_hand(configured)
    if path is None and download is not None:
        path = _downloaded(download)
    if path is None:
        raise WeightsMissing(f"VGG-16's ImageNet weights are not on this machine: {WAYS}.")
    if not path.is_file():
        raise WeightsMissing(f"VGG16_WEIGHTS={path}: there is no such file. Either {WAYS}.")
    return path


def _downloaded(download: Callable[[], str]) -> Path:
    try:
        return Path(download())
    except Exception as error:  # Keras raises bare Exception when an address cannot be reached
        raise WeightsMissing(
            f"VGG-16's ImageNet weights could not be fetched ({error}). Try again, or {WAYS}."
        ) from error


def download_imagenet_weights() -> str:
    """Has Keras fetch the ImageNet weights into its cache; returns the path."""
    from keras.src.applications.vgg16 import WEIGHTS_PATH
    from keras.utils import get_file

    # The md5 is the one that Keras Applications itself checks.
    return str(
        get_file(
            FILE_NAME,
            WEIGHTS_PATH,
            cache_subdir="models",
            file_hash="64373286793e3c8b2b4e3219cbf3544b",
        )
    )


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_weights(path: Path) -> None:
    """Raises WeightsRefused unless the HDF5 file holds arrays of VGG-16's shapes, no others."""
    expected, found = expected_shapes(), _shapes_in(path)
    if len(found) == len(expected) - 2 * len(DENSE):
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


def untrained_weights() -> list[np.ndarray]:
    """Seeded He-normal weights (He et al., 2015) in the network's order; biases are zero."""
    random = np.random.default_rng(UNTRAINED_SEED)
    arrays = []
    for shape in expected_shapes():
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
