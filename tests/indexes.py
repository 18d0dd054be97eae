"""Small indexes for tests."""

from collections.abc import Mapping, Sequence

import numpy as np

from recommender.embedders.contract import EmbedderSpec
from recommender.index.similarity_index import Manifest, SimilarityIndex


def manifest_of(dimension: int, embedder: str = "fake") -> Manifest:
    spec = EmbedderSpec(embedder, "grid", dimension, "rgb-4", True, "a fake for tests")
    return Manifest.of(spec, "0" * 64)


def hash_of(value: object) -> str:
    return f"{hash(value) & (2**64 - 1):064x}"


def index_of(vectors: Mapping[str, Sequence[float]], k: int = 50) -> SimilarityIndex:
    """An index of products given as item_id -> vector."""
    ids = sorted(vectors)
    embeddings = np.array([vectors[item_id] for item_id in ids], np.float32)
    dimension = embeddings.shape[1] if ids else 2
    return SimilarityIndex.build(
        manifest_of(dimension),
        ids,
        [hash_of(tuple(vectors[item_id])) for item_id in ids],
        embeddings.reshape(len(ids), dimension),
        k=k,
    )


def same(one: SimilarityIndex, other: SimilarityIndex) -> bool:
    """Whether two indexes hold the same rows and lists, bit for bit."""
    arrays = [(one.item_ids, other.item_ids), (one.content_hashes, other.content_hashes)]
    arrays += [(one.embeddings, other.embeddings), (one.squared, other.squared)]
    for metric in one.lists:
        arrays.append((one.lists[metric].rows, other.lists[metric].rows))
        arrays.append((one.lists[metric].distances, other.lists[metric].distances))
    return all(np.array_equal(left, right) for left, right in arrays)
