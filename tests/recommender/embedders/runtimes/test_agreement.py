"""All runtimes answer alike: on real photos, vectors and the nearest under every metric."""

import csv
from pathlib import Path

import numpy as np
import pytest

from recommender.embedders.choice import choose
from recommender.embedders.contract import PRECISIONS
from recommender.embedders.runtimes import has_bfloat16
from recommender.embedders.weights.source import Places
from recommender.index.metrics import Metric
from tests.indexes import index_of
from tests.photos import ALL

OTHERS = Path(__file__).resolve().parents[5] / "shared" / "photos"
COUNT, NEAREST = 200, 5
needs_others = pytest.mark.skipif(
    not OTHERS.is_dir(), reason="needs all 3,409 photos in ../shared/photos: tests/photos/README.md"
)


def others() -> list[Path]:
    """200 of the 3,409 photos."""
    with (OTHERS / "products.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = rows[:: len(rows) // COUNT][:COUNT]
    return [OTHERS / row["category"] / f"{row['item_id']}.jpg" for row in chosen]


@pytest.fixture(
    scope="module",
    params=[lambda: ALL, pytest.param(others, marks=needs_others)],
    ids=["36 photos", "200 photos"],
)
def photos(request) -> list[bytes]:
    return [path.read_bytes() for path in request.param()]


def vectors_of(name, runtime, photos, precision="float32"):
    embedder = choose(name, Places(Path("nowhere")), runtime, precision).load()
    batches = [photos[start : start + 32] for start in range(0, len(photos), 32)]
    return np.concatenate(
        [embedder.embed([embedder.decode(data) for data in batch]) for batch in batches]
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["efficientnet-lite2", "vgg16-untrained"])
@pytest.mark.parametrize("runtime", ["openvino", "ncnn"])
def test_the_runtimes_agree_on_real_photos(name, runtime, photos):
    reference, fast = (vectors_of(name, computing, photos) for computing in ("tensorflow", runtime))
    off = np.linalg.norm(fast - reference, axis=1) / np.linalg.norm(reference, axis=1)
    assert off.max() <= 1e-3
    products = (fast * reference).sum(axis=1, dtype=np.float64)
    lengths = np.linalg.norm(fast, axis=1) * np.linalg.norm(reference, axis=1)
    assert (products / lengths).min() >= 0.9999
    one, other = (
        index_of({f"{row:03}": vector for row, vector in enumerate(vectors)})
        for vectors in (reference, fast)
    )
    for metric in Metric:
        same = [
            {n.item_id for n in one.neighbours(item_id, metric, NEAREST)}
            == {n.item_id for n in other.neighbours(item_id, metric, NEAREST)}
            for item_id in map(str, one.item_ids)
        ]
        assert np.mean(same) >= 0.99


@pytest.mark.slow
@pytest.mark.skipif(not has_bfloat16(), reason="needs a processor that computes in bfloat16")
def test_bfloat16_is_near_float32_on_real_photos(photos):
    one, other = (
        vectors_of("efficientnet-lite2", "openvino", photos, precision) for precision in PRECISIONS
    )
    products = (one * other).sum(axis=1, dtype=np.float64)
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    # All of it in bfloat16: 0.992.
    assert (products / lengths).min() >= 0.999
