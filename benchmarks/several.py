"""By what several liked products are asked about, on photos: first pictures, or all of them.

`python -m benchmarks.several FOLDER`, the folder as for `benchmarks.looks`, `--keep DIR` as there.
Three photos of one category that are near each other stand for the pictures of a product. Products
of one category are liked; told is which share of the ten found are of it. A product that is found
is as near as its nearest picture.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from benchmarks.figures import figure
from benchmarks.looks import Photos, projections, run_on_photos

PICTURES, ASKING, FOUND = 3, 500, 10
LIKED = (2, 3, 5)


def products(vectors: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(n, 3) rows: each photo with the nearest two of its category that are left."""
    made = []
    for label in np.unique(labels):
        left = random.permutation(np.flatnonzero(labels == label))
        while len(left) >= PICTURES:
            nearest = np.argsort(-(vectors[left] @ vectors[left[0]]), kind="stable")[:PICTURES]
            made.append(left[nearest])
            left = np.delete(left, nearest)
    return np.array(made)


def ways(pictures: np.ndarray, liked: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """(n, 3, d) vectors of length 1: each way, and how near it says products are to the liked."""
    yield "first pictures", (pictures @ pictures[liked, 0].mean(axis=0)).max(axis=1)
    yield "means of all pictures", (pictures @ pictures[liked].mean(axis=(0, 1))).max(axis=1)
    pairs = np.einsum("nid,ljd->nilj", pictures, pictures[liked]).max(axis=(1, 3))
    yield "means of nearest pairs", pairs.mean(axis=1)


def measure(photos: Photos) -> None:
    """The figures of each way, for two, three and five that are liked."""
    _, projection = next(projections(photos))
    vectors, random = projection(photos.features), np.random.default_rng(0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = products(vectors, photos.labels, random)
    labels, pictures = photos.labels[rows[:, 0]], vectors[rows]
    several = [one for one in np.unique(labels) if (labels == one).sum() >= FOUND + max(LIKED)]
    print(f"{len(rows)} products of {PICTURES} photos each")
    for count in LIKED:
        shares: dict[str, list[float]] = {}
        for _ in range(ASKING):
            label = random.choice(several)
            liked = random.choice(np.flatnonzero(labels == label), count, replace=False)
            for way, nearness in ways(pictures, liked):
                nearness[liked] = -np.inf
                found = np.argsort(-nearness)[:FOUND]
                shares.setdefault(way, []).append(float((labels[found] == label).mean()))
        for way, found_by in shares.items():
            figure(f"{count} liked, by {way}: P@{FOUND}", float(np.mean(found_by)), "share")


def main() -> None:
    run_on_photos(
        argparse.ArgumentParser(description=__doc__), lambda photos, _options: measure(photos)
    )


if __name__ == "__main__":
    main()
