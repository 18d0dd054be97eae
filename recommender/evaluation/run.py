"""A whole evaluation of the live index, and of what it is compared with, as the command asks it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from recommender.embedders.contract import PRECISIONS
from recommender.evaluation.bootstrap import Estimate
from recommender.evaluation.colours import mean_colours
from recommender.evaluation.copies import EmbeddedCopies, embed_copies
from recommender.evaluation.costs import Cost, costs_of
from recommender.evaluation.evaluation import Change, Copies, Evaluation, compare, evaluate
from recommender.evaluation.figures import SHOWN
from recommender.evaluation.labels import Labels, labels_in_catalogue
from recommender.evaluation.other_precision import in_precision
from recommender.evaluation.sides import FEWEST, EvaluationError, Side, in_common, live, other
from recommender.index.metrics import Metric
from runs.progress import pluralise

# Unless a sample is asked for: how many products are asked at most, and how many are altered.
ASKED, ALTERED = 20_000, 500

# A title and a unit -> a bar: what is called with how many are done and how many there are.
Bar = Callable[[str, str], AbstractContextManager[Callable[[int, int], None]]]


@dataclass(frozen=True, eq=False)
class Result:
    """All that came of an evaluation. `sides` are the index and, where asked for, the other."""

    sides: tuple[Side, ...]
    labels: Labels
    evaluations: tuple[Evaluation, ...]
    estimates: dict[str, Estimate]
    changes: dict[str, Change]
    costs: tuple[list[Cost], ...]
    altered: int
    notes: tuple[str, ...]
    seed: int

    @property
    def now(self) -> Evaluation:
        return self.evaluations[0]


def run(embedder: str, against: str, sample: int | None, seed: int, bar: Bar) -> Result:
    """Evaluates the live index of `embedder`, "" for the one served, against another, "" for none.

    `against` may be a precision: then a sample's pictures are embedded in it for comparison.
    `sample` products are drawn by `seed` and asked; without it all are, and ALTERED of them are
    altered. Raises EvaluationError, IndexUnavailable.
    """
    sides, notes = _sides(embedder, against, sample or ALTERED, seed, bar)
    ids = [str(item_id) for item_id in sides[0].index.item_ids]
    labels = labels_in_catalogue(ids)
    random = np.random.default_rng(seed)
    queries = _drawn(random, len(ids), sample or ASKED)
    altered = _drawn(random, len(ids), sample or ALTERED)
    made = _all_altered(sides, altered, bar)
    colours = _colours(sides, queries, bar)
    evaluations = tuple(
        evaluate(side.index, labels, queries, _copies(side, altered, copies), colours)
        for side, copies in zip(sides, made, strict=True)
    )
    with bar("Intervals", "figure") as progress:
        estimates = evaluations[0].estimates(seed)
        progress(1, 2)
        changes = compare(evaluations[1], evaluations[0], seed) if len(sides) > 1 else {}
    seconds = [copies.seconds if copies and len(copies.places) else None for copies in made]
    costs = tuple(
        costs_of(side.index, side.size, each) for side, each in zip(sides, seconds, strict=True)
    )
    read = len(made[0].places) if made[0] else 0
    notes = [*notes, *labels.notes, *_unread(made, len(altered)), *(s.why_none for s in sides)]
    told = tuple(dict.fromkeys(filter(None, notes)))
    return Result(sides, labels, evaluations, estimates, changes, costs, read, told, seed)


def _sides(
    embedder: str, against: str, sample: int, seed: int, bar: Bar
) -> tuple[tuple[Side, ...], list[str]]:
    """The index and the other one, of the same products; and what was left out for that."""
    now = live(embedder)
    if not against:
        return (now,), []
    if against in PRECISIONS:
        now = now.by_first_pictures()  # which alone are embedded in the other one
    before = _other(now, against, sample, seed, bar)
    here, there = in_common(now.index, before.index)
    if len(here) < FEWEST:
        raise EvaluationError(
            f"The two indexes have {pluralise(len(here), 'picture')} in common; a comparison "
            f"needs at least {FEWEST}."
        )
    with bar("Neighbours", "product") as progress:
        both = now.of(here, progress), before.of(there, progress)
    notes = [_same_neighbours(*both)]
    if len(here) < max(len(now.index), len(before.index)):
        notes += [f"Compared among the {len(here):,} products with the same picture in both."]
    return both, notes


def _other(now: Side, against: str, sample: int, seed: int, bar: Bar) -> Side:
    if against not in PRECISIONS:
        return other(against, now.index.manifest.embedder)
    rows = _drawn(np.random.default_rng(seed), len(now.index), sample)
    with bar(f"In {against}", "picture") as progress:
        return in_precision(now, against, rows, progress)


def _same_neighbours(now: Side, before: Side) -> str:
    """How often two indexes of the same products have the same picture nearest."""
    nearest = [
        side.index.content_hashes[side.index.lists[Metric.COSINE].rows[:, 0]]
        for side in (now, before)
    ]
    return f"The nearest one is the same in both for {np.mean(nearest[0] == nearest[1]):.1%}."


def _drawn(random: np.random.Generator, n: int, most: int) -> np.ndarray:
    return np.sort(random.choice(n, min(n, most), replace=False))


def _all_altered(
    sides: tuple[Side, ...], rows: np.ndarray, bar: Bar
) -> list[EmbeddedCopies | None]:
    """Each side's; what one network has seen for both is embedded once."""
    networks = [
        side.embedder and (side.embedder.spec, side.embedder.weights_sha256) for side in sides
    ]
    made: list[EmbeddedCopies | None] = []
    for place, side in enumerate(sides):
        first = networks.index(networks[place])
        made.append(made[first] if first < place else _altered(side, rows, bar))
    return made


def _altered(side: Side, rows: np.ndarray, bar: Bar) -> EmbeddedCopies | None:
    if side.embedder is None:
        return None
    ids = [str(item_id) for item_id in side.index.item_ids[rows]]
    hashes = [content_hash.decode() for content_hash in side.index.content_hashes[rows]]
    with bar("Altered pictures", "picture") as progress:
        return embed_copies(side.embedder.load(), ids, hashes, progress)


def _copies(side: Side, rows: np.ndarray, made: EmbeddedCopies | None) -> Copies | None:
    return made.as_seen_by(side.index, rows) if made else None


def _colours(sides: tuple[Side, ...], queries: np.ndarray, bar: Bar) -> np.ndarray:
    """(n, 3) the colours of the queries and of whom they find."""
    fives = [side.index.lists[Metric.COSINE].rows[queries, :SHOWN] for side in sides]
    needed = np.unique(np.concatenate([queries, *(five.ravel() for five in fives)]))
    index = sides[0].index
    colours = np.full((len(index), 3), np.nan)
    with bar("Colours", "picture") as progress:
        ids = [str(item_id) for item_id in index.item_ids[needed]]
        colours[needed] = mean_colours(ids, progress)
    return colours


def _unread(made: list[EmbeddedCopies | None], wanted: int) -> list[str]:
    """What became of pictures that could not be altered."""
    tried = [copies for copies in made if copies is not None]
    if not tried:
        return []
    missing = tried[0].unreadable
    if not missing:
        return []
    first = ", ".join(missing[:3]) + (", …" if len(missing) > 3 else "")
    return [
        f"Gone, damaged or changed since the index was built: {len(missing)} of "
        f"{pluralise(wanted, 'picture')} to alter ({first}); `manage.py build_index` takes them up."
    ]
