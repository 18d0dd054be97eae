"""The second step of a build: the pictures that the plan lacks go through the network.

Here, or on the workers of a cluster: by the same pipeline, into the same checkpoint.
"""

from collections.abc import Iterator
from functools import partial

from catalog.colour_names import better_names
from catalog.focus import keep_focus
from catalog.pictures import further_place
from recommender.building.ahead import BATCH, batches
from recommender.building.errands import Errand, embed_chunk
from recommender.building.pipeline import Batch, OnDemand, Read, WrittenBehind, embedded
from recommender.building.planning import Plan
from runs.outcomes import Outcome, Status

# Pictures that a worker of a cluster is given at a time: seconds of work for one core.
CHUNK = 8 * BATCH


def embed(plan: Plan) -> Iterator[Outcome]:
    """Embeds what the plan lacks, shard by shard; one outcome a picture.

    The network is loaded only if there is something to embed. A picture that cannot be read or
    decoded is a `failed` outcome, and the run goes on. Raises CheckpointError, EmbedderError,
    ClusterError.
    """
    for batch in _elsewhere(plan) if plan.workers.are_elsewhere else _here(plan):
        yield from _outcomes(plan, batch)


def _here(plan: Plan) -> Iterator[Batch]:
    with WrittenBehind(plan.checkpoint) as shards:
        for pictures, found in embedded(plan.to_embed, OnDemand(plan.chosen.load), plan.known):
            shards.add_all(found, plan.known)
            yield pictures, found


def _elsewhere(plan: Plan) -> Iterator[Batch]:
    """The workers keep the vectors; only what came of the pictures is told."""
    work = partial(embed_chunk, Errand.of(plan.chosen, plan.checkpoint))
    for _asked, came_of in plan.workers.each(work, batches(plan.to_embed, CHUNK)):
        yield from came_of


def _outcomes(plan: Plan, batch: Batch) -> Iterator[Outcome]:
    pictures, found = batch
    better_names({came_of.content_hash: came_of.colour_names for came_of in found})
    keep_focus({came_of.content_hash: came_of.focus for came_of in found})
    reasons = {came_of.content_hash: came_of.reason for came_of in found if came_of.reason}
    for came_of in found:
        if not came_of.reason and came_of.content_hash not in plan.known:
            plan.known.add(came_of.content_hash)
            plan.embedded.append(came_of.content_hash)
    for read in pictures:
        yield _outcome(plan, read, reasons.get(read.picture.content_hash, read.picture.reason))


def _outcome(plan: Plan, read: Read, reason: str) -> Outcome:
    if not isinstance(read.asked, str):
        return _outcome_of_further(plan, *read.asked, reason)
    item_id, found = read.asked, read.picture.content_hash
    if found not in plan.known:
        return Outcome(item_id, Status.FAILED, reason)
    plan.pictures[item_id] = found
    before = plan.known_row(item_id)
    if before is None:
        return Outcome(item_id, Status.NEW)
    return Outcome(item_id, Status.SAME if before == found else Status.CHANGED)


def _outcome_of_further(plan: Plan, item_id: str, content_hash: str, reason: str) -> Outcome:
    """Without one of its further pictures, a product is compared by the others."""
    if content_hash in plan.known:
        return Outcome(item_id, Status.NEW)
    changed = f"its file {further_place(item_id, content_hash)} holds another picture"
    detail = f"{reason or changed}; the product keeps its other pictures"
    return Outcome(item_id, Status.FAILED, detail)
