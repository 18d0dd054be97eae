"""Tuning an index: what is tried, what comes of it, and what is published.

Nothing is embedded but altered copies; the index keeps its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.building import build as building
from recommender.building.altered_copies import KINDS
from recommender.building.altering import embed_altered
from recommender.building.checkpoints import Checkpoint
from recommender.building.embedded_copies import copies_of, features_of
from recommender.building.enriching import enriched
from recommender.building.further import further_in, rows_of_further
from recommender.building.merging import lists_in_blocks, merge
from recommender.building.planning import Plan
from recommender.building.projecting import copies_compared, copies_tried, label_free
from recommender.building.workers import Workers
from recommender.embedders.registry import EMBEDDERS
from recommender.errors import SimilarityError
from recommender.evaluation.evaluation import Copies, compare, evaluate
from recommender.evaluation.run import Bar, Result
from recommender.evaluation.sides import Side, live
from recommender.index.projection import Projection
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.live.engine import engine
from recommender.tuning.choosing import GUARDED, Exam, Trial, best, trials
from recommender.tuning.knowledge import Knowledge, held_out, knowledge_of, part_of
from recommender.tuning.separating import mapped, tuned

# The held-out products whose pictures are altered, at most, and how.
ALTERED = 300
ALTERED_AS = ("mild", "hard", "backdrop", "blurred")
NEVER_LEARNT = frozenset({"blurred"})
# Products that strengths are tried among, at most: what is tried grows with their square.
MOST = 4000


class TuningError(SimilarityError):
    """The index cannot be tuned; the sentence says why, and what to do."""


@dataclass(frozen=True, eq=False)
class Subject:
    """The live index, what the network gave for its n rows (n, d), and its label-free map.

    And what it gave for the products' m further pictures, (m, d), which only the lists need.
    """

    side: Side
    plan: Plan
    features: np.ndarray
    base: Projection
    further: np.ndarray

    @property
    def rows(self) -> dict[str, str]:
        """item_id -> content hash."""
        index = self.side.index
        hashes = [value.decode() for value in index.content_hashes]
        return dict(zip(map(str, index.item_ids), hashes, strict=True))

    def index(self, projection: Projection, bar: Bar) -> SimilarityIndex:
        """The same rows, projected in another way, with their neighbours."""
        live_one = self.side.index
        if live_one.projection is not None and live_one.projection.id == projection.id:
            return live_one
        with bar("Neighbours", "product") as progress:
            vectors = projection(np.concatenate([self.features, self.further]))
            return merge(self.plan, self.rows, vectors, projection, progress)

    def publish(self, projection: Projection, bar: Bar) -> Manifest:
        """Makes the rows live as `projection` has them. Raises PublishError."""
        made = enriched(self.plan, self.index(projection, bar))
        engine().publish(made)
        lists_in_blocks(self.plan).clear()
        copies_compared(self.plan).clear()
        return made.manifest


@dataclass(frozen=True, eq=False)
class Tuning:
    """What came of trying: the table, the strength chosen, and the projection to publish."""

    result: Result
    chosen: Trial
    before: Trial
    projection: Projection
    seed: int


def subject(embedder: str, workers: Workers, bar: Bar) -> Subject:
    """The live index of `embedder`, ready to be tuned; `workers` embed, and make the lists.

    Raises IndexUnavailable, EvaluationError, TuningError, CheckpointError, EmbedderError.
    """
    if not EMBEDDERS[embedder].parts:
        raise TuningError(
            f"{embedder} has no projection: its vectors are compared as they are. Another one can "
            "be tuned.", "manage.py tune --embedder efficientnet-lite2",
        )  # fmt: skip
    side = live(embedder)
    if side.embedder is None:
        raise TuningError(side.why_none, f"manage.py build_index --embedder {embedder}")
    plan = building.plan(side.embedder)
    plan.workers = workers
    if plan.current is None or plan.projection is None:
        raise TuningError(
            f"The index of {embedder} is not as a build writes it now.",
            f"manage.py build_index --embedder {embedder}",
        )
    hashes = [value.decode() for value in side.index.content_hashes]
    plan.further = further_in(side.index)
    more = rows_of_further(plan.further, map(str, side.index.item_ids), plan.known)[1]
    every = _features(plan.checkpoint, [*hashes, *more], embedder)
    features, further = every[: len(hashes)], every[len(hashes) :]
    base = plan.projection
    if base.about.tuned_to:
        with bar("Map without labels", "step"):
            base = label_free(plan, hashes, features)
    return Subject(side, plan, features, base, further)


def _features(kept: Checkpoint, hashes: Sequence[str], embedder: str) -> np.ndarray:
    found: dict[str, np.ndarray] = {}
    for some, vectors in kept.shards():
        found |= dict(zip(some, vectors, strict=True))
    missing = sum(content_hash not in found for content_hash in hashes)
    if missing:
        raise TuningError(
            f"What the network gave for {missing} of {len(hashes)} pictures is not kept any more.",
            f"manage.py build_index --full --embedder {embedder}",
        )
    return np.stack([found[content_hash] for content_hash in hashes])


def tuning(of: Subject, seed: int, never_shown: float | None, any_loss: bool, bar: Bar) -> Tuning:
    """Tries all strengths on held-out products, and evaluates the one that is best on others.

    `never_shown` is the most that may be, `any_loss` asks for the most precise of all. Raises
    NothingToLearn, CheckpointError.
    """
    known = knowledge_of(list(of.rows))
    asked = held_out(known.lesson, seed)
    rest = np.setdiff1d(np.arange(len(of.features)), asked)
    lesson = part_of(known.lesson, rest)
    choosing = held_out(lesson, seed)  # others again, or the choice would flatter the table
    taught = part_of(lesson, np.setdiff1d(rest, choosing))
    altered, copies = _altered(of, asked, seed, bar)
    exam, rows = _exam(of, known, choosing, altered, copies, seed)
    with bar("Strengths", "trial") as progress:
        found = list(trials(exam, taught.of(rows), progress))
    chosen = best(found, never_shown, any_loss)
    tried = tuned(of.base, of.features, lesson, chosen.shrinkage, chosen.separation)
    result = _result(of, known, asked, tried, (altered, copies), seed, bar)
    whole = tuned(of.base, of.features, known.lesson, chosen.shrinkage, chosen.separation)
    return Tuning(result, chosen, found[0], whole, seed)


def _altered(
    of: Subject, asked: np.ndarray, seed: int, bar: Bar
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The rows whose pictures could be altered (m,), and by kind what the network gives (m, d)."""
    rows = np.sort(np.random.default_rng(seed).permutation(asked)[:ALTERED])
    hashes = list(of.rows.values())
    by_hash = {hashes[row]: int(row) for row in rows}
    kinds = [KINDS[name] for name in ALTERED_AS]
    copies = copies_of(list(by_hash), kinds)
    store = copies_tried(of.plan)
    store.keep_only({copy.key for copy in copies})  # those of another catalogue or seed go
    with bar("Altered pictures", "picture") as progress:
        embed_altered(of.plan, store, copies, progress)
    found = features_of(store, copies)
    features = np.stack(list(found.values())) if found else np.empty((0, len(kinds), 0))
    there = {name: features[:, place] for place, name in enumerate(ALTERED_AS)} if found else {}
    return np.array([by_hash[one] for one in found], np.int64), there


def _exam(
    of: Subject, known: Knowledge, asked: np.ndarray, altered: np.ndarray,
    copies: dict[str, np.ndarray], seed: int,
) -> tuple[Exam, np.ndarray]:  # fmt: skip
    """What strengths are tried on, and its rows among the index's: those asked, and others."""
    random, n = np.random.default_rng(seed), len(of.features)
    asked = np.sort(random.permutation(asked)[: MOST // 4])
    needed = np.union1d(asked, altered)
    others = random.permutation(np.setdiff1d(np.arange(n), needed))[: MOST - len(needed)]
    rows = np.sort(np.concatenate([needed, others]))
    vectors = mapped(of.base, of.features[rows])
    seen = {kind: mapped(of.base, found) for kind, found in copies.items() if kind in GUARDED}
    places = np.searchsorted(rows, asked), np.searchsorted(rows, altered)
    return Exam(vectors, known.lesson.categories[rows], places[0], places[1], seen), rows


def _result(
    of: Subject, known: Knowledge, asked: np.ndarray, tried: Projection,
    copies: tuple[np.ndarray, dict[str, np.ndarray]], seed: int, bar: Bar,
) -> Result:  # fmt: skip
    """Evaluate's own table: the index tuned by the others, beside the one that is not tuned."""
    rows, features = copies
    sides, evaluations = [], []
    for name, projection in (("tuned by the others", tried), ("not tuned", of.base)):
        index = of.index(projection, bar)
        seen = {kind: projection(found) for kind, found in features.items()}
        altered = Copies(rows, seen, NEVER_LEARNT) if len(rows) else None
        sides.append(replace(of.side, name=f"{of.side.name}, {name}", index=index))
        evaluations.append(evaluate(index, known.labels, asked, altered))
    with bar("Intervals", "figure"):
        now, before = evaluations
        estimates, changes = now.estimates(seed), compare(before, now, seed)
    notes = tuple(dict.fromkeys([*known.labels.notes, *known.notes]))
    return Result(
        tuple(sides), known.labels, tuple(evaluations), estimates, changes, (), len(rows),
        notes, seed,
    )  # fmt: skip
