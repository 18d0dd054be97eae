"""The pictures of an index embedded again in another precision, to see what that changes."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from catalog.pictures import read_picture
from recommender.building.ahead import AHEAD, BATCH, ahead, batches
from recommender.embedders.contract import Embedder
from recommender.evaluation.sides import EvaluationError, Side
from recommender.index.neighbours import Progress
from recommender.index.similarity_index import SimilarityIndex
from recommender.live import selection
from runs.files import sha256_of


def in_precision(side: Side, precision: str, rows: np.ndarray, progress: Progress) -> Side:
    """What the index of `side` would be in `precision`, of the products of these (n,) rows.

    Products whose picture has gone or changed are left out. The projection stays. Raises
    EvaluationError, and EmbedderError where this machine cannot compute in it.
    """
    manifest = side.index.manifest
    if precision == manifest.precision:
        raise EvaluationError(f"The index is in {precision} already; compare it with the other.")
    if side.embedder is None:
        raise EvaluationError(side.why_none)
    chosen = selection.embedder_to_build(manifest.embedder, precision)
    ids = [str(item_id) for item_id in side.index.item_ids[rows]]
    hashes = [content_hash.decode() for content_hash in side.index.content_hashes[rows]]
    features = dict(_embedded(chosen.load(), ids, hashes, progress))
    if not features:
        raise EvaluationError("None of the pictures that the index was built of is still there.")
    vectors = side.index.vectors_of(np.stack(list(features.values())))
    index = SimilarityIndex.build(
        replace(manifest, precision=precision),
        [ids[place] for place in features],
        [hashes[place] for place in features],
        vectors,
        k=side.index.k,
    )
    name = f"{manifest.embedder} in {precision}, {len(features):,} pictures embedded for this"
    return Side(name, replace(index, projection=side.index.projection), chosen, size=side.size)


def _embedded(
    embedder: Embedder, ids: list[str], hashes: list[str], progress: Progress
) -> Iterator[tuple[int, np.ndarray]]:
    """Each place among the n products whose picture is still the same, and its features."""
    read = ahead(
        lambda place: (place, _pixels(embedder, ids[place], hashes[place])),
        range(len(ids)),
        AHEAD * BATCH,
    )
    for batch in batches(read, BATCH):
        there = {place: pixels for place, pixels in batch if pixels is not None}
        if there:
            yield from zip(there, embedder.embed(list(there.values())), strict=True)
        progress(batch[-1][0] + 1, len(ids))


def _pixels(embedder: Embedder, item_id: str, content_hash: str) -> np.ndarray | None:
    try:
        data = read_picture(item_id)
        return embedder.decode(data) if sha256_of(data) == content_hash else None
    except (OSError, ValueError):
        return None
