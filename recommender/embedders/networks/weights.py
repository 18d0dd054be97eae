"""Where the networks' weights come from."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

from recommender.embedders.contract import EmbedderError

logger = logging.getLogger(__name__)

DOWNLOAD_MEGABYTES = 553
FILE_NAME = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
WAYS = (
    f"run `manage.py build_index --download-weights` ({DOWNLOAD_MEGABYTES} MB, through Keras), "
    f"or set VGG16_WEIGHTS=/a/file.h5 (Keras's {FILE_NAME}); without them "
    "`--embedder vgg16-untrained` tries the program with random weights"
)


class WeightsMissing(EmbedderError):
    """No weights on this machine; the message says how to get them."""


class WeightsRefused(EmbedderError):
    """A file does not hold VGG-16's weights; which, what was expected, what was found."""


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
