"""From pictures to a live index: plan, embed, merge, publish.

    plan = building.plan(chosen)
    for outcome in building.embed(plan): …
    manifest = building.finish(plan)

A build may be killed at any moment: what `embed` has put into the checkpoint is not embedded
again, and only `finish` changes the live index, in one swap.
"""

from collections.abc import Callable

import numpy as np

from recommender.building.enriching import enriched
from recommender.building.further import rows_of_further
from recommender.building.merging import gather, is_same, lists_in_blocks, merge, rows_of
from recommender.building.outcomes import embed
from recommender.building.planning import Plan, plan
from recommender.building.projecting import (
    copies_compared,
    copies_tried,
    embed_what_teaches,
    is_due,
    project,
    projection_for,
    tidy,
)
from recommender.building.safeguards import Refused, refuse_collapse, refuse_loss
from recommender.index.compiling import compile_for_queries
from recommender.index.similarity_index import Manifest
from recommender.live.engine import engine

__all__ = ["Plan", "Refused", "embed", "embed_what_teaches", "finish", "plan"]


def finish(
    plan: Plan, progress: Callable[[int, int], None] | None = None, *, force: bool = False
) -> Manifest | None:
    """Merges the embeddings into a new index and makes it live; None if nothing has changed.

    `progress` is called with the rows whose neighbours are known and the rows there are. `force`
    publishes what has lost most of its pictures, or has collapsed. Raises Refused, PublishError,
    CheckpointError, ClusterError, EmbedderError; then the live index is as it was.
    """
    rows = rows_of(plan)
    hashes = list(rows.values())
    further = rows_of_further(plan.further, rows, plan.known)[1]
    if is_same(plan, rows) and not is_due(plan, hashes):
        tidy(plan, hashes, further)
        return None
    features, projected = gather(plan, [*hashes, *further])
    first = slice(len(hashes))
    if not force:
        _refuse_what_loses(plan, hashes, features[first], projected[first])
    projection = projection_for(plan, hashes, features[first])
    if projection is not None:
        project(projection, features, ~projected)
    made = merge(plan, rows, features, projection, progress)
    index = enriched(plan, made)
    compile_for_queries()  # before anybody asks
    engine().publish(index)
    lists_in_blocks(plan).clear()
    copies_compared(plan).clear()
    copies_tried(plan).clear()
    tidy(plan, hashes, further)
    return index.manifest


def _refuse_what_loses(
    plan: Plan, hashes: list[str], features: np.ndarray, projected: np.ndarray
) -> None:
    """Of what is projected already, nothing is said: it was looked at when it was embedded."""
    planned = len(plan.pictures) - plan.left_for_later
    refuse_loss(len(hashes), planned, plan.live_count, plan.left_for_later)
    if plan.keeps_features and projected.any():
        rows = np.flatnonzero(~projected)
        hashes, features = [hashes[row] for row in rows], features[rows]
    try:
        refuse_collapse(hashes, features, plan.embedded)
    except Refused:
        plan.checkpoint.clear()  # or the next build would go on from these vectors
        raise
