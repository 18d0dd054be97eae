"""Pictures as VGG-16 wants them.

The recipe is that of the network's authors (Simonyan and Zisserman, 2014, Caffe release) and of
`keras.applications.vgg16.preprocess_input`: 224×224 pixels,
channels blue-green-red, less the mean colour of ImageNet, no scaling.
"""

import io

import numpy as np
from PIL import Image

from recommender.embedders.contract import UndecodablePicture

# Mean blue, green and red of the ImageNet training pictures, 0–255.
BGR_MEANS = np.array([103.939, 116.779, 123.68], np.float32)


def decode(data: bytes, side: int) -> np.ndarray:
    """Picture bytes -> (side, side, 3) uint8 RGB, stretched to the square, bilinear filter.

    Raises UndecodablePicture when Pillow cannot read the bytes to their end.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            rgb = picture.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UndecodablePicture(str(error) or type(error).__name__) from error
    return np.asarray(rgb)


def to_network_input(pictures: np.ndarray) -> np.ndarray:
    """(n, side, side, 3) uint8 RGB -> the same shape, float32 BGR less the ImageNet means."""
    return np.asarray(pictures[..., ::-1] - BGR_MEANS, np.float32)
