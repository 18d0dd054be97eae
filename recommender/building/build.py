"""From pictures to a live index: plan, embed, merge, publish.

    plan = building.plan(chosen)
    for outcome in building.embed(plan): …
    manifest = building.finish(plan)

A build may be killed at any moment: what `embed` has put into the checkpoint is not embedded
again, and only `finish` changes the live index, in one swap.
"""

from collections.abc import Callable

from recommender import publishing
from recommender.building.merging import gather, is_same, merge, rows_of
from recommender.building.pipeline import embed
from recommender.building.planning import Plan, plan
from recommender.index.similarity_index import Manifest

__all__ = ["Plan", "embed", "finish", "plan"]


def finish(plan: Plan, progress: Callable[[int, int], None] | None = None) -> Manifest | None:
    """Merges the embeddings into a new index and makes it live; None if nothing has changed.

    `progress` is called with the rows whose neighbours are known and the rows there are. Raises
    PublishError, CheckpointError.
    """
    rows = rows_of(plan)
    if is_same(plan.current, rows):
        plan.checkpoint.clear()
        return None
    index = merge(plan, rows, gather(plan, list(rows.values())), progress)
    publishing.publish(index)
    plan.checkpoint.clear()
    return index.manifest
