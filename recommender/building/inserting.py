"""New and changed products in the live index at once, where the engine takes them one by one.

They get lists of their own; those of the others, the projection and the map are for the next build.
"""

import numpy as np

from catalog.models import Product
from recommender.building.checkpoints import Checkpoint
from recommender.building.enriching import colours_of_pictures
from recommender.building.further import Further, further_of_few, rows_of_further, to_read
from recommender.building.merging import gather
from recommender.building.planning import Plan, checkpoint_of
from recommender.building.safeguards import refuse_collapse
from recommender.embedders.contract import LoadableEmbedder
from recommender.engines.contract import Newcomers, TakesNewcomers
from recommender.errors import IndexUnavailable
from recommender.index.views import Views
from recommender.live.engine import engine

# Beyond this share of the catalogue all lists are made anew.
MAX_SHARE = 0.2


def plan_of_newcomers(chosen: LoadableEmbedder) -> Plan | None:
    """What the live index lacks, as a plan for `embed`; None where a build is due instead.

    That is where the engine takes no newcomers, where there is no index to put them into, or one
    that `chosen` has not made, and where they are more than a fifth of the catalogue.
    """
    keeper = engine()
    if not isinstance(keeper, TakesNewcomers):
        return None
    try:
        manifest = keeper.live(chosen.spec.name).manifest
    except IndexUnavailable:
        return None
    made_by = (manifest.weights_sha256, manifest.precision)
    if made_by != (chosen.weights_sha256, chosen.spec.precision):
        return None
    lacking = keeper.lacking(chosen.spec.name)
    if len(lacking) + keeper.inserted(chosen.spec.name) > MAX_SHARE * Product.shown.count():
        return None
    checkpoint = checkpoint_of(chosen)
    return _plan(chosen, checkpoint, lacking, further_of_few(lacking))


def _plan(
    chosen: LoadableEmbedder, checkpoint: Checkpoint, lacking: dict[str, str], further: Further
) -> Plan:
    known = checkpoint.hashes()
    first = [item_id for item_id, noted in lacking.items() if noted not in known]
    others = list(to_read(further, {*known, *lacking.values()}))
    return Plan(
        chosen, checkpoint, None, 0, lacking, first, 0, known,
        further=further, further_to_read=others,
    )  # fmt: skip


def insert(plan: Plan) -> int:
    """Puts what was embedded into the live index, and returns how many products that are.

    Raises Refused, PublishError, CheckpointError; then the live index is as it was.
    """
    keeper = engine()
    rows = {i: found for i, found in sorted(plan.pictures.items()) if found in plan.known}
    if not rows or not isinstance(keeper, TakesNewcomers):
        return 0
    ids, hashes = list(rows), list(rows.values())
    products, further = rows_of_further(plan.further, rows, plan.known)
    features, _ = gather(plan, [*hashes, *further])
    refuse_collapse(hashes, features[: len(ids)], plan.embedded)
    index = keeper.live(plan.chosen.spec.name)
    vectors = keeper.as_kept(index.vectors_of(features))
    views = Views.of(np.array(products), further, vectors[len(ids) :]) if products else None
    colours = colours_of_pictures(ids, hashes) if index.has_colours else None
    newcomers = Newcomers(
        ids, hashes, vectors[: len(ids)], colours, features[: len(ids)], views, features[len(ids) :]
    )
    keeper.insert(plan.chosen.spec.name, newcomers)
    return len(ids)
