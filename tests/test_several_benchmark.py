"""The benchmark of several liked products: without its photos it says so in a sentence."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.several import products, ways

ROOT = Path(__file__).resolve().parents[1]


def test_without_photos_it_says_so_in_one_sentence(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.several", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("Left out: there are no photos in ")
    assert done.stdout.count("\n") == 1


def test_products_are_near_photos_of_one_category_each_once():
    angles = np.radians([0, 90, 2, 92, 1, 91, 0])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = products(vectors, np.array([0, 0, 0, 0, 0, 0, 1]), np.random.default_rng(0))
    assert sorted(map(sorted, found.tolist())) == [[0, 2, 4], [1, 3, 5]]


def test_each_way_says_how_near_products_are_to_the_liked():
    east, north = [1.0, 0.0], [0.0, 1.0]
    pictures = np.array([[east, north], [east, east], [north, north]], np.float32)
    found = {way: nearness.tolist() for way, nearness in ways(pictures, np.array([0, 1]))}
    assert found == {
        "first pictures": [1.0, 1.0, 0.0],
        "means of all pictures": [0.75, 0.75, 0.25],
        "means of nearest pairs": [1.0, 1.0, 0.5],
    }
