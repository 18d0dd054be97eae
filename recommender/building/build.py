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
from recommender.building.merging import gather, is_same, merge, rows_of
from recommender.building.pipeline import embed
from recommender.building.planning import Plan, plan
from recommender.building.safeguards import Refused, refuse_collapse, refuse_loss
from recommender.index.similarity_index import Manifest
from recommender.live import publishing

__all__ = ["Plan", "Refused", "embed", "finish", "plan"]


def finish(
    plan: Plan, progress: Callable[[int, int], None] | None = None, *, force: bool = False
) -> Manifest | None:
    """Merges the embeddings into a new index and makes it live; None if nothing has changed.

    `progress` is called with the rows whose neighbours are known and the rows there are. `force`
    publishes what has lost most of its pictures, or has collapsed. Raises Refused, PublishError,
    CheckpointError; then the live index is as it was.
    """
    rows = rows_of(plan)
    if is_same(plan.current, rows):
        plan.checkpoint.clear()
        return None
    embeddings = gather(plan, list(rows.values()))
    if not force:
        _refuse_what_loses(plan, rows, embeddings)
    publishing.publish(index := enriched(plan, merge(plan, rows, embeddings, progress)))
    plan.checkpoint.clear()
    return index.manifest


def _refuse_what_loses(plan: Plan, rows: dict[str, str], embeddings: np.ndarray) -> None:
    planned = len(plan.pictures) - plan.left_for_later
    refuse_loss(len(rows), planned, plan.live_count, plan.left_for_later)
    try:
        refuse_collapse(list(rows.values()), embeddings, plan.embedded)
    except Refused:
        plan.checkpoint.clear()  # or the next build would go on from these vectors
        raise
