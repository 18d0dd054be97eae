"""The third step of a build: all vectors, known and new, become one index."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from recommender.building.checkpoints import CheckpointError
from recommender.building.further import rows_of_further
from recommender.building.listing import ListsInBlocks
from recommender.building.planning import Plan
from recommender.building.wording import are_of_today
from recommender.index.approximate import recall_of_lists
from recommender.index.pictures import Pictures
from recommender.index.projection import Projection
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.index.views import Views
from recommender.live import selection
from recommender.live.engine import engine
from recommender.live.paths import lists_folder


def lists_in_blocks(plan: Plan) -> ListsInBlocks:
    """What makes all lists of the plan's index."""
    return ListsInBlocks(lists_folder(plan.chosen.spec.name), plan.workers)


def rows_of(plan: Plan) -> dict[str, str]:
    """item_id -> content hash of every row of the new index, sorted by item_id.

    A product whose new picture is not embedded keeps the one that the live index has.
    """
    rows = {}
    for item_id, content_hash in sorted(plan.pictures.items()):
        if content_hash in plan.known:
            rows[item_id] = content_hash
        elif (before := plan.known_row(item_id)) and before in plan.known:
            rows[item_id] = before
    return rows


def is_same(plan: Plan, rows: dict[str, str]) -> bool:
    """Whether the live index has these rows and no others, and is of the kind wanted."""
    index = plan.current
    if index is None or len(index) != len(rows):
        return False
    if plan.keeps_features and index.projection is None:
        return False
    if index.colours is None:  # a build that was ended before it was whole
        return False
    if not are_of_today(index):
        return False
    products, further = rows_of_further(plan.further, rows, plan.known)
    if not index.is_made_as(selection.approximate(len(rows)), len(rows), len(further)):
        return False
    if not _has_the_same_further(index, products, further):
        return False
    return all(
        item_id == known_id and content_hash == known_hash.decode()
        for (item_id, content_hash), known_id, known_hash in zip(
            rows.items(), index.item_ids, index.content_hashes, strict=True
        )
    )


def _has_the_same_further(index: SimilarityIndex, rows: list[int], hashes: list[str]) -> bool:
    if index.views is None:
        return not rows
    known = [value.decode() for value in index.views.hashes]
    return known == hashes and index.views.products.tolist() == rows


def gather(plan: Plan, hashes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(n, dimension) float32: what the network gave for each content hash; and (n,) bool.

    That marks the rows whose features are not kept: they are those of the live index, projected.
    """
    embeddings = np.empty((len(hashes), plan.chosen.spec.dimension), np.float32)
    projected = np.zeros(len(hashes), bool)
    places: dict[str, list[int]] = {}
    for row, content_hash in enumerate(hashes):
        places.setdefault(content_hash, []).append(row)
    for known, vectors, are_projected in _known_vectors(plan):
        for content_hash, vector in zip(known, vectors, strict=True):
            if rows := places.pop(content_hash, None):
                embeddings[rows], projected[rows] = vector, are_projected
    if places:
        raise CheckpointError(
            f"{len(places)} embeddings have gone from {plan.checkpoint.folder}.",
            "manage.py build_index",
        )
    return embeddings, projected


def _known_vectors(plan: Plan) -> Iterator[tuple[list[str], np.ndarray, bool]]:
    """Content hashes, their vectors, and whether these are projected."""
    if not plan.keeps_features:
        yield from _live_vectors(plan)
    for hashes, vectors in plan.checkpoint.shards():
        yield hashes, vectors, False
    if plan.keeps_features and not plan.needs_features:
        yield from _live_vectors(plan)


def _live_vectors(plan: Plan) -> Iterator[tuple[list[str], np.ndarray, bool]]:
    if plan.current is not None:
        for part in (plan.current, plan.current.views):
            if part is not None:
                hashes = part.content_hashes if isinstance(part, SimilarityIndex) else part.hashes
                known = [value.decode() for value in hashes]
                yield known, part.embeddings, plan.projection is not None


def merge(
    plan: Plan,
    rows: dict[str, str],
    embeddings: np.ndarray,
    projection: Projection | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SimilarityIndex:
    """The new index, of the rows and their embeddings; lists that hold are kept.

    `embeddings`: those of the n rows, then those of the plan's m further pictures, (n + m,
    dimension); `projection` is what they went through.

    `progress` is called with the rows whose neighbours are known and the rows there are.
    """
    item_ids, hashes = list(rows), list(rows.values())
    embeddings = engine().as_kept(embeddings)
    products, further = rows_of_further(plan.further, rows, plan.known)
    views = None
    if products:
        views = Views.of(np.array(products), further, embeddings[len(rows) :])
        embeddings = embeddings[: len(rows)]
    manifest = Manifest.of(plan.chosen.spec, plan.chosen.weights_sha256)
    manifest = replace(manifest, projection="" if projection is None else projection.id)
    make = SimilarityIndex.build if plan.current is None else plan.current.merged
    made = make(
        manifest, item_ids, hashes, embeddings, approximate=selection.approximate(len(rows)),
        progress=progress, make_lists=lists_in_blocks(plan), views=views,
    )  # fmt: skip
    if made.inverted is not None:
        pictures = Pictures.of(made.embeddings, made.squared, made.views)
        found = recall_of_lists(pictures, made.lists)
        made = replace(made, manifest=replace(made.manifest, list_recall=found))
    return replace(made, projection=projection)
