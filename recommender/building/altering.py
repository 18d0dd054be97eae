"""The altered copies that a plan asks for go through the network: here, or on a cluster's workers.

By the same steps, into the same checkpoint: whatever is killed, the next run goes on.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from recommender.building.ahead import BATCH, batches
from recommender.building.checkpoints import Checkpoint
from recommender.building.embedded_copies import Copy, embed_copies, missing_from
from recommender.building.errands import AskedCopy, Errand, embed_copies_there
from recommender.building.pipeline import reader_of
from recommender.building.planning import Plan
from recommender.index.neighbours import Progress

# Copies that a worker of a cluster is given at a time: seconds of work for one core.
CHUNK = 2 * BATCH


def embed_altered(
    plan: Plan, store: Checkpoint, copies: Sequence[Copy], progress: Progress | None = None
) -> None:
    """Embeds those of the copies that the store has not got yet.

    What is embedded stays, so a killed build goes on. A picture that cannot be read is left out.
    Raises CheckpointError; on a cluster ClusterError, and EmbedderError where a worker's network is
    another one.
    """
    item_ids = {content_hash: item_id for item_id, content_hash in plan.pictures.items()}
    if not plan.workers.are_elsewhere:
        embed_copies(store, copies, plan.chosen.load, reader_of(item_ids), progress)
        return
    missing, done = missing_from(store, copies), 0
    work = partial(embed_copies_there, Errand.of(plan.chosen, store))
    for asked, _ in plan.workers.each(work, batches(_with_owners(missing, item_ids), CHUNK)):
        done += len(asked)
        if progress:
            progress(done, len(missing))


def _with_owners(copies: Sequence[Copy], item_ids: dict[str, str]) -> Iterator[AskedCopy]:
    for copy in copies:
        owners = item_ids.get(copy.picture, ""), item_ids.get(copy.other, "")
        yield AskedCopy(copy.kind.name, copy.picture, copy.other, *owners)
