"""What a network should look at of a picture: five ways, measured on photos.

`python -m benchmarks.frame FOLDER`: FOLDER/products.csv has item_id, category and split; the photos
lie at FOLDER/<category>/<item_id>.jpg. The rows of split `validation` are each other's neighbours.
"""

import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from recommender.embedders.networks.efficientnet_lite import NETWORK
from recommender.embedders.pictures import frame
from recommender.embedders.runtimes import make_runtime
from recommender.embedders.weights.source import Places

SIDE, K = NETWORK.preprocessing.side, 5
SQUARE, BILINEAR = (SIDE, SIDE), Image.Resampling.BILINEAR


def white_bars(picture: Image.Image) -> Image.Image:
    return ImageOps.pad(picture, SQUARE, BILINEAR, color="white")


def edges_repeated(picture: Image.Image) -> Image.Image:
    inner = np.asarray(ImageOps.contain(picture, SQUARE, BILINEAR))
    room = [SIDE - size for size in inner.shape[:2]]
    beside = [(space // 2, space - space // 2) for space in room]
    return Image.fromarray(np.pad(inner, [*beside, (0, 0)], mode="edge"))


def stretched(picture: Image.Image) -> Image.Image:
    return picture.resize(SQUARE, BILINEAR)


def cropped(picture: Image.Image) -> Image.Image:
    return ImageOps.fit(picture, SQUARE, BILINEAR)


def ours(picture: Image.Image) -> Image.Image:
    """At most 15 % of the longer side cropped, the rest stretched."""
    return picture.resize(SQUARE, BILINEAR, frame(*picture.size))


SOURCE_TYPES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "white bars": white_bars,
    "edges repeated": edges_repeated,
    "stretched": stretched,
    "cropped to the square": cropped,
    "15 % cropped, then stretched": ours,
}


def main(folder: Path, splits: Sequence[str] = ("validation",)) -> None:
    with (folder / "products.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] in splits]
    paths = [folder / row["category"] / f"{row['item_id']}.jpg" for row in rows]
    photos = [Image.open(path).convert("RGB") for path in paths]
    categories = np.array([row["category"] for row in rows])
    aspects = np.array([np.log(photo.width / photo.height) for photo in photos])
    chance = np.abs(aspects[:, None] - aspects[None]).mean()
    places = Places(Path("nowhere"))
    arrays = NETWORK.source.find(NETWORK.graph, NETWORK.graph, places).read()
    compute = make_runtime("openvino", NETWORK.graph, arrays, NETWORK.preprocessing)
    print(f"{len(photos)} photos, {K} nearest by cosine; by chance log aspects differ {chance:.3f}")
    for name, way in SOURCE_TYPES.items():
        vectors = compute([np.asarray(way(photo)) for photo in photos])
        nearest = _nearest(vectors)
        same = (categories[nearest] == categories[:, None]).mean()
        apart = np.abs(aspects[nearest] - aspects[:, None]).mean()
        print(f"{name:30} same category {same:.3f}  log aspects differ {apart:.3f}", flush=True)


def _nearest(vectors: np.ndarray) -> np.ndarray:
    """(n, d) -> (n, K) rows of the most alike others."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = units @ units.T
    np.fill_diagonal(likeness, -np.inf)
    return np.argsort(-likeness, axis=1, kind="stable")[:, :K]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or ["validation"])
