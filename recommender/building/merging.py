"""The third step of a build: all vectors, known and new, become one index."""

from collections.abc import Callable, Iterator

import numpy as np

from recommender.building.checkpoints import CheckpointError
from recommender.building.planning import Plan
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.live import selection


def rows_of(plan: Plan) -> dict[str, str]:
    """item_id -> content hash of every row of the new index, sorted by item_id.

    A product whose new picture is not embedded keeps the one that the live index has.
    """
    rows = {}
    for item_id, content_hash in sorted(plan.pictures.items()):
        if content_hash in plan.known:
            rows[item_id] = content_hash
        elif before := plan.known_row(item_id):
            rows[item_id] = before
    return rows


def is_same(index: SimilarityIndex | None, rows: dict[str, str]) -> bool:
    """Whether the index has these rows and no others, and its lists are of the kind wanted."""
    if index is None or len(index) != len(rows):
        return False
    if index.colours is None:  # an index of old: this build adds them
        return False
    if not index.is_made_as(selection.approximate(), len(rows)):
        return False
    return all(
        item_id == known_id and content_hash == known_hash.decode()
        for (item_id, content_hash), known_id, known_hash in zip(
            rows.items(), index.item_ids, index.content_hashes, strict=True
        )
    )


def gather(plan: Plan, hashes: list[str]) -> np.ndarray:
    """(n, dimension) float32: the vector of each content hash, from the index or a shard."""
    embeddings = np.empty((len(hashes), plan.chosen.spec.dimension), np.float32)
    places: dict[str, list[int]] = {}
    for row, content_hash in enumerate(hashes):
        places.setdefault(content_hash, []).append(row)
    for known, vectors in _known_vectors(plan):
        for content_hash, vector in zip(known, vectors, strict=True):
            embeddings[places.pop(content_hash, [])] = vector
    if places:
        raise CheckpointError(
            f"{len(places)} embeddings have gone from {plan.checkpoint.folder}.",
            "manage.py build_index",
        )
    return embeddings


def _known_vectors(plan: Plan) -> Iterator[tuple[list[str], np.ndarray]]:
    if plan.current is not None:
        hashes = [value.decode() for value in plan.current.content_hashes]
        yield hashes, plan.current.embeddings
    yield from plan.checkpoint.shards()


def merge(
    plan: Plan,
    rows: dict[str, str],
    embeddings: np.ndarray,
    progress: Callable[[int, int], None] | None = None,
) -> SimilarityIndex:
    """The new index, of the rows and their (n, dimension) embeddings; lists that hold are kept.

    `progress` is called with the rows whose neighbours are known and the rows there are.
    """
    item_ids, hashes = list(rows), list(rows.values())
    manifest = Manifest.of(plan.chosen.spec, plan.chosen.weights_sha256)
    make = SimilarityIndex.build if plan.current is None else plan.current.merged
    return make(
        manifest, item_ids, hashes, embeddings,
        approximate=selection.approximate(), progress=progress,
    )  # fmt: skip
