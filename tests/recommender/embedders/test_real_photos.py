"""The real network on real photos: look-alikes are of one kind."""

from pathlib import Path

import numpy as np
import pytest

from recommender.embedders.choice import choose
from recommender.embedders.weights.source import Places
from recommender.index.metrics import Metric
from tests.indexes import index_of
from tests.photos import ALL


@pytest.mark.slow
def test_look_alikes_are_mostly_of_the_same_category():
    """By chance, one in eleven would be."""
    embedder = choose("efficientnet-lite2", Places(Path("nowhere")), "ncnn").load()
    vectors = embedder.embed([embedder.decode(path.read_bytes()) for path in ALL])
    index = index_of({path.stem: vector for path, vector in zip(ALL, vectors, strict=True)})
    category = {path.stem: path.parent.name for path in ALL}
    hits = [
        category[index.neighbours(item_id, Metric.COSINE, 1)[0].item_id] == category[item_id]
        for item_id in category
    ]
    assert np.mean(hits) >= 0.5
