"""Pictures as a network wants them: from bytes to a square of numbers."""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from recommender.embedders.contract import UndecodablePicture

Three = tuple[float, float, float]


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
        return f"{self.order}-{self.side}-pillow-bilinear-minus-{mean}{over}"

    def decode(self, data: bytes) -> np.ndarray:
        """Picture bytes -> (side, side, 3) uint8 RGB, stretched to the square, bilinear filter.

        Raises UndecodablePicture when Pillow cannot read the bytes to their end.
        """
        size = (self.side, self.side)
        try:
            with Image.open(io.BytesIO(data)) as picture:
                return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BILINEAR))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise UndecodablePicture(str(error) or type(error).__name__) from error

    def to_input(self, pictures: np.ndarray) -> np.ndarray:
        """(…, side, side, 3) uint8 RGB -> the same shape, float32, as the network takes it."""
        ordered = pictures[..., ::-1] if self.order == "bgr" else pictures
        centred = ordered - np.array(self.mean, np.float32)
        return np.asarray(centred / np.array(self.deviation, np.float32), np.float32)
