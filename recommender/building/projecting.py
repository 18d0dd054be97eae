"""Which projection a build's vectors go through: the one that is there, or one fitted anew.

Fitted when a catalogue first has enough pictures, when it has doubled since, and when asked. What
the network gave is kept, so that nothing is embedded for it but altered copies.
"""

import logging
import shutil
from collections.abc import Collection, Sequence

import numpy as np

from recommender.building.altering import embed_altered
from recommender.building.checkpoints import Checkpoint
from recommender.building.embedded_copies import copies_of, features_of
from recommender.building.fitting import ENOUGH_FOR_A_CENTRE, centre_path, learnt, sample_of
from recommender.building.planning import Plan
from recommender.index.neighbours import Progress
from recommender.index.projection import Projection, Provenance, mean_of

logger = logging.getLogger(__name__)


def projection_for(plan: Plan, hashes: Sequence[str], features: np.ndarray) -> Projection | None:
    """What the vectors of an index with these (n, d) features go through; None where nothing does.

    Raises CheckpointError where altered copies cannot be kept.
    """
    if not plan.chosen.spec.parts:
        return None
    if not is_due(plan, hashes):
        return plan.projection or built_in(plan)
    plan.fitted = label_free(plan, hashes, features)
    return plan.fitted


def label_free(plan: Plan, hashes: Sequence[str], features: np.ndarray) -> Projection:
    """What the pictures alone teach; of too few, the one that comes with the program.

    `features` (n, d) are those of the content hashes. Raises CheckpointError.
    """
    first_rows = dict(zip(reversed(hashes), reversed(range(len(hashes))), strict=True))
    if len(first_rows) < ENOUGH_FOR_A_CENTRE:
        return built_in(plan)
    about = _about(plan, fitted_on=len(first_rows))
    rows = [first_rows[content_hash] for content_hash in sorted(first_rows)]
    fitted = Projection(about, mean_of(features[rows], about.parts))
    sample = sample_of(first_rows)
    originals = {content_hash: features[first_rows[content_hash]] for content_hash in sample}
    return _with_map(plan, fitted, originals)


def is_due(plan: Plan, hashes: Collection[str]) -> bool:
    """Whether one is fitted to the pictures of these content hashes now."""
    return plan.needs_features and plan.is_due(len(set(hashes)))


def _about(plan: Plan, fitted_on: int = 0) -> Provenance:
    spec = plan.chosen.spec
    return Provenance(spec.name, spec.layer, plan.chosen.weights_sha256, spec.parts, fitted_on)


def built_in(plan: Plan) -> Projection:
    """The one with the centre that comes with the program; without centre for other weights."""
    about = _about(plan)
    path = centre_path(about.embedder, about.weights_sha256)
    size = plan.chosen.spec.dimension
    centre = np.load(path, allow_pickle=False) if path.exists() else np.zeros(size, np.float32)
    return Projection(about, centre)


def project(projection: Projection, features: np.ndarray, rows: np.ndarray) -> None:
    """Turns those rows of (n, d) features that `rows` (n,) bool marks into vectors, in place."""
    if rows.all():
        projection(features, out=features)
    else:
        features[rows] = projection(features[rows])


def tidy(plan: Plan, hashes: Collection[str], further: Collection[str] = ()) -> None:
    """Takes away what was kept on the way to an index of these content hashes, and further ones.

    Features of these stay, where the index holds something else, and those of copies; what other
    weights gave goes.
    """
    if not plan.keeps_features:
        plan.checkpoint.clear()
        return
    plan.checkpoint.keep_only({*hashes, *further})
    wanted = copies_of(sample_of(set(hashes)))
    copies_kept(plan).keep_only({copy.key for copy in wanted})
    for folder in plan.checkpoint.folder.parent.glob("*"):
        if folder != plan.checkpoint.folder:
            shutil.rmtree(folder, ignore_errors=True)


def embed_what_teaches(plan: Plan, progress: Progress | None = None) -> None:
    """Embeds the altered copies that `projection_for` will learn a map from; none if it will not.

    Raises CheckpointError, ClusterError, EmbedderError.
    """
    different = plan.known & set(plan.pictures.values())
    if is_due(plan, different):
        copies = copies_of(sample_of(different))
        embed_altered(plan, copies_kept(plan), copies, progress)


def copies_kept(plan: Plan) -> Checkpoint:
    """Where what the network gave for altered copies stays."""
    return Checkpoint(plan.checkpoint.folder / "altered", plan.checkpoint.dimension)


def copies_compared(plan: Plan) -> Checkpoint:
    """Where what the network gave for the copies that tell the thresholds stays until then."""
    return Checkpoint(plan.checkpoint.folder / "compared", plan.checkpoint.dimension)


def copies_tried(plan: Plan) -> Checkpoint:
    """Where what the network gave for the copies that `tune` tries stays until the next build."""
    return Checkpoint(plan.checkpoint.folder / "tried", plan.checkpoint.dimension)


def _with_map(plan: Plan, fitted: Projection, originals: dict[str, np.ndarray]) -> Projection:
    """The same with a map, where there are pictures enough and they can be altered."""
    if not originals:
        return fitted
    store, copies = copies_kept(plan), copies_of(list(originals))
    embed_altered(plan, store, copies)
    altered = features_of(store, copies)
    if len(altered) < len(originals) / 2:
        logger.warning(
            "No map is learnt: only %d of %d can be altered.", *map(len, (altered, originals))
        )
        return fitted
    return learnt(fitted, originals, altered)
