"""Pictures as a network wants them: from bytes to a square of numbers."""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from recommender.embedders.contract import UndecodablePicture

Three = tuple[float, float, float]

# The share of the longer side that may be cut off: docs/embedding.md has the measurement.
CROPPED = 0.15


@dataclass(frozen=True)
class Preprocessing:
    """How a network was shown its pictures when it was trained.

    `mean` is taken off and `deviation` divided by, channel by channel in the given order, on the
    scale of 0 to 255.
    """

    side: int
    order: Literal["rgb", "bgr"]
    mean: Three
    deviation: Three = (1, 1, 1)

    @property
    def id(self) -> str:
        """Names the recipe: two embedders with one id see the same numbers."""
        mean = "-".join(f"{value:g}" for value in self.mean)
        deviation = "-".join(f"{value:g}" for value in self.deviation)
        over = "" if set(self.deviation) == {1} else f"-over-{deviation}"
        frame = f"crop{100 * CROPPED:.0f}-pillow-bilinear"
        return f"{self.order}-{self.side}-{frame}-minus-{mean}{over}"

    def decode(self, data: bytes) -> np.ndarray:
        """Picture bytes -> (side, side, 3) uint8 RGB: `frame` made a square, bilinear filter.

        Raises UndecodablePicture when Pillow cannot read the bytes to their end.
        """
        size, bilinear = (self.side, self.side), Image.Resampling.BILINEAR
        try:
            with Image.open(io.BytesIO(data)) as picture:
                rgb = picture.convert("RGB")
                return np.asarray(rgb.resize(size, bilinear, frame(*rgb.size)))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise UndecodablePicture(str(error) or type(error).__name__) from error

    def to_input(self, pictures: np.ndarray) -> np.ndarray:
        """(…, side, side, 3) uint8 RGB -> the same shape, float32, as the network takes it."""
        ordered = pictures[..., ::-1] if self.order == "bgr" else pictures
        centred = ordered - np.array(self.mean, np.float32)
        return np.asarray(centred / np.array(self.deviation, np.float32), np.float32)


def frame(width: int, height: int) -> tuple[float, float, float, float]:
    """What a network looks at of a picture: (left, top, right, bottom) in pixels.

    Off the longer side goes what makes it longer, in the middle and at most 15 % of it; the rest
    is stretched to the square. Padding is never looked at: it would decide what looks alike.
    """
    wide = max(min(width, height), (1 - CROPPED) * width)
    high = max(min(width, height), (1 - CROPPED) * height)
    return (width - wide) / 2, (height - high) / 2, (width + wide) / 2, (height + high) / 2
