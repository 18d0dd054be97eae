"""What in a picture makes it like another: a grey patch is moved over it, and where that takes the
most likeness away, it lies.

M. Zeiler, R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section
4.2, with the distance of two pictures in the place of the score of a class. No Django.
"""

import io
import time

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from recommender.embedders.contract import Embedder
from recommender.embedders.pictures import frame
from recommender.index.distances import distances
from recommender.index.metrics import Metric

# Places of the patch along each side, and its share of the side.
PLACES, SHARE = 7, 0.25
# The mean colour of ImageNet, which tells a network least.
GREY = (124, 116, 104)
BATCH = 10
# The tint of what counts, an orange that stands apart from grey for every kind of eye.
TINT = (255, 140, 0)
QUALITY = 86
# The squares of the patch are no edges of the product's: a share of the shorter side.
BLUR = 0.06


def occlusion(embedder: Embedder, data: bytes, other: np.ndarray) -> np.ndarray:
    """A picture's bytes and the (d,) embedding of another -> (side, side) shares of 0 to 1.

    1 where the patch takes the other farthest away in cosine distance, 0 where it changes nothing
    or brings it nearer; all 0 where no place counts more than another. Raises UndecodablePicture.
    """
    picture = embedder.decode(data)
    boxes = _boxes(len(picture))
    pictures = [picture, *(_covered(picture, box) for box in boxes)]
    away = np.empty(len(pictures))
    for start in range(0, len(pictures), BATCH):
        vectors = embedder.embed(pictures[start : start + BATCH])
        away[start : start + BATCH] = distances(Metric.COSINE, other, vectors)
        time.sleep(0)  # a server has others to answer meanwhile
    return _shares(_means(boxes, away[1:] - away[0], len(picture)))


def _boxes(side: int) -> list[tuple[int, int, int]]:
    """Where the patch lies: (row, column, size) in pixels."""
    size = max(1, round(SHARE * side))
    places = np.linspace(0, side - size, PLACES).round().astype(int)
    return [(int(row), int(column), size) for row in places for column in places]


def _covered(picture: np.ndarray, box: tuple[int, int, int]) -> np.ndarray:
    row, column, size = box
    covered = picture.copy()
    covered[row : row + size, column : column + size] = GREY
    return covered


def _means(boxes: list[tuple[int, int, int]], changes: np.ndarray, side: int) -> np.ndarray:
    """For each pixel the mean change by the patches that lay upon it."""
    total, count = np.zeros((side, side)), np.zeros((side, side))
    for (row, column, size), change in zip(boxes, changes, strict=True):
        total[row : row + size, column : column + size] += change
        count[row : row + size, column : column + size] += 1
    return total / np.maximum(count, 1)


def _shares(changes: np.ndarray) -> np.ndarray:
    rises = np.maximum(np.nan_to_num(changes), 0)
    return rises / rises.max() if rises.max() > 1e-9 else np.zeros_like(rises)


def painted(data: bytes, shares: np.ndarray) -> bytes:
    """The picture in grey, and in its colours under a tint where the shares say that it counts.

    `shares` are those of what the network looks at, which is less than the whole of a long
    picture. WebP. Raises OSError or ValueError for what is no picture.
    """
    with Image.open(io.BytesIO(data)) as picture:
        rgb = picture.convert("RGB")
    left, top, right, bottom = (round(edge) for edge in frame(*rgb.size))
    heat = Image.fromarray((255 * shares).astype(np.uint8))
    whole = Image.new("L", rgb.size, 0)
    whole.paste(heat.resize((right - left, bottom - top), Image.Resampling.BICUBIC), (left, top))
    whole = ImageOps.autocontrast(whole.filter(ImageFilter.GaussianBlur(BLUR * min(rgb.size))))
    faded = Image.blend(rgb.convert("L").convert("RGB"), Image.new("RGB", rgb.size, "white"), 0.45)
    tinted = Image.blend(rgb, Image.new("RGB", rgb.size, TINT), 0.4)
    buffer = io.BytesIO()
    Image.composite(tinted, faded, whole).save(buffer, "WEBP", quality=QUALITY)
    return buffer.getvalue()
