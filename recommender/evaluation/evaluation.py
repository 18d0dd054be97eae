"""Evaluating an index: each figure's values product by product, and of two indexes the difference.

    before = evaluate(index, labels, queries)
    after = evaluate(another, labels, queries)
    for key, change in compare(before, after).items(): …

numpy only: an index, labels and copies come from wherever they are had; an index of vectors of
one's own is made by `SimilarityIndex.build`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from recommender.evaluation import bootstrap, measures
from recommender.evaluation.bootstrap import Estimate
from recommender.evaluation.figures import FIXED, SHOWN, Figure, Section
from recommender.evaluation.figures import copies as figure_of_copies
from recommender.evaluation.labels import Labels
from recommender.index.duplicates import groups
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex

# How far down the order of the neighbours counts, in mAP@100.
DEPTH = 100
# Random pairs: what is to be expected by chance.
PAIRS = 4000
# Of fewer products a figure says nothing.
FEWEST = 5


@dataclass(frozen=True, eq=False)
class Copies:
    """Altered copies of m products' pictures as an index compares them: by kind (m, d) vectors.

    `rows` (m,) are those of the products. `altered` should find their originals first; `held_out`
    names those of its kinds that nothing is learnt from. `saved` again are to be called the same
    picture, and `retouched` nearly the same. `one`, by kind as `saved`: (m,) whether a copy is its
    original pixel by pixel, which "the same" asks for, too.
    """

    rows: np.ndarray
    altered: Mapping[str, np.ndarray]
    held_out: Collection[str] = ()
    saved: Collection[np.ndarray] = ()
    retouched: Collection[np.ndarray] = ()
    one: Collection[np.ndarray] = ()


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was measured of n products: by figure (n,) values, nan where a product was not asked.

    `chance` is what a figure would be if neighbours were drawn at random.
    """

    item_ids: np.ndarray
    categories: np.ndarray
    queries: np.ndarray
    values: Mapping[str, np.ndarray]
    figures: tuple[Figure, ...]
    chance: Mapping[str, float] = field(default_factory=dict)

    def estimates(self, seed: int = 0) -> dict[str, Estimate]:
        """Each figure that FEWEST products or more have, with its interval, as the table goes."""
        found = {
            figure.key: bootstrap.estimate(
                figure.statistic, self.values[figure.key], self.categories, seed
            )
            for figure in self.figures
        }
        return {key: one for key, one in found.items() if one and one.count >= FEWEST}


@dataclass(frozen=True)
class Change:
    """A figure before and after, and the paired difference; its interval is of the difference."""

    before: Estimate
    after: Estimate
    difference: Estimate

    @property
    def is_certain(self) -> bool:
        """Whether the interval leaves out 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


def evaluate(
    index: SimilarityIndex,
    labels: Labels,
    queries: np.ndarray,
    copies: Copies | None = None,
    colours: np.ndarray | None = None,
) -> Evaluation:
    """Measures all that can be.

    `labels` are those of the index's n rows; `queries` (m,) the rows that are asked; `colours`
    (n, 3) L*a*b*, nan where not known. Whom each product is shown with is measured of all n.
    """
    asked = dict(_of_neighbours(index, labels, queries))
    if colours is not None:
        five = index.lists[Metric.COSINE].rows[queries, :SHOWN]
        asked["colour_distance"] = measures.colour_distance(colours, five, queries)
    values = {key: _spread(found, queries, len(index)) for key, found in asked.items()}
    values |= dict(_of_the_whole(index, labels))
    figures = list(FIXED)
    if copies is not None:
        values |= dict(_of_copies(index, copies))
        figures += [figure_of_copies(kind, kind in copies.held_out) for kind in copies.altered]
    there = tuple(figure for figure in figures if figure.key in values)
    chance = _chance(labels, queries, colours)
    return Evaluation(index.item_ids, labels.categories, queries, values, there, chance)


def compare(before: Evaluation, after: Evaluation, seed: int = 0) -> dict[str, Change]:
    """What both measured, before and after, of the products that both know.

    For each figure the same products are asked in both; the labels are those of `after`.
    """
    _, old, new = np.intersect1d(
        before.item_ids, after.item_ids, assume_unique=True, return_indices=True
    )
    categories = after.categories[new]
    changes = {}
    for figure in after.figures:
        if figure.key not in before.values:
            continue
        was, now = before.values[figure.key][old], after.values[figure.key][new]
        estimates = (
            bootstrap.estimate(figure.statistic, was, categories, seed),
            bootstrap.estimate(figure.statistic, now, categories, seed),
            bootstrap.difference(figure.statistic, was, now, categories, seed),
        )
        if all(one and one.count >= FEWEST for one in estimates):
            changes[figure.key] = Change(*estimates)  # type: ignore[arg-type]
    return changes


def _spread(found: np.ndarray, queries: np.ndarray, n: int) -> np.ndarray:
    """(m,) values of queries in their places among n, nan elsewhere."""
    values = np.full(n, np.nan)
    values[queries] = found
    return values


def _of_neighbours(
    index: SimilarityIndex, labels: Labels, queries: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    rows = {metric: lists.rows[queries] for metric, lists in index.lists.items()}
    categories, nearest = labels.categories, rows[Metric.COSINE]
    for k in (1, 5, 10):
        yield f"precision_at_{k}", measures.precision(nearest, categories, queries, k)
    yield "macro_precision_at_5", measures.precision(nearest, categories, queries, SHOWN)
    vectors = index.embeddings
    hundred = measures.nearest_rows(vectors, vectors[queries], DEPTH, without=queries)
    yield "map_at_100", measures.average_precision(hundred, categories, queries)
    for metric in (Metric.EUCLIDEAN, Metric.MANHATTAN):
        found = measures.precision(rows[metric], categories, queries, SHOWN)
        yield f"precision_at_5_{metric}", found
    yield "variants_found", measures.recall(nearest, labels.groups, queries, SHOWN)
    yield "agreement", measures.overlap([found[:, :SHOWN] for found in rows.values()])
    spread = measures.diversity(vectors, nearest[:, :SHOWN])
    yield "diversity", spread / max(random_distance(vectors), 1e-9)


def _of_the_whole(index: SimilarityIndex, labels: Labels) -> Iterator[tuple[str, np.ndarray]]:
    shown = measures.times_shown(index.lists[Metric.COSINE].rows[:, :SHOWN], len(index))
    yield "never_shown", (shown == 0).astype(np.float64)
    yield "most_shown", shown
    yield "skewness", shown
    for name in ("same", "similar"):
        threshold = getattr(index.manifest, f"{name}_threshold")
        given = index.lists[Metric.COSINE], threshold, index.embeddings, index.views
        first = groups(*given) if threshold else None
        if name == "same" and first is not None and index.duplicate_group is not None:
            first = index.duplicate_group
        for kind, codes in (("category", labels.categories), ("group", labels.groups)):
            if first is not None:
                yield f"{name}_of_one_{kind}", _of_one(first, codes)


def _of_one(first: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """(n,) at the first row of each group of several with labels: 1 where all of them are alike."""
    values = np.full(len(first), np.nan)
    known = np.flatnonzero(codes >= 0)
    order = known[np.argsort(first[known], kind="stable")]
    starts, counts = np.unique(first[order], return_counts=True)
    for start, members in zip(starts, np.split(order, np.cumsum(counts)[:-1]), strict=False):
        if len(members) > 1:
            values[start] = float(len(set(codes[members].tolist())) == 1)
    return values


def _of_copies(index: SimilarityIndex, copies: Copies) -> Iterator[tuple[str, np.ndarray]]:
    n, pictures = len(index), index.content_hashes
    for kind, vectors in copies.altered.items():
        found = measures.found_first(index.embeddings, vectors, copies.rows, pictures)
        yield f"copy_{kind}", _spread(found, copies.rows, n)
    same, similar = index.manifest.same_threshold, index.manifest.similar_threshold
    for key, kinds, threshold, one in (
        ("saved_within_same", copies.saved, same, copies.one),
        ("retouched_within_similar", copies.retouched, similar, ()),
    ):
        if threshold and kinds:
            away = [measures.distance_to_original(index.embeddings, v, copies.rows) for v in kinds]
            within = np.array(away) <= threshold
            if one:
                within &= np.array(list(one))
            yield key, _spread(within.mean(axis=0), copies.rows, n)


def _chance(labels: Labels, queries: np.ndarray, colours: np.ndarray | None) -> dict[str, float]:
    n = len(labels.categories)
    by_chance: dict[str, float] = {}
    asked = queries[measures.may_be_asked(labels.categories)[queries]]
    if len(asked):
        sizes = np.bincount(labels.categories[labels.categories >= 0])
        share = (sizes - 1) / max(n - 1, 1)
        of_each = share[labels.categories[asked]]
        of_all = ("precision_at_1", "precision_at_5", "precision_at_10")
        by_chance = dict.fromkeys(of_all, float(of_each.mean()))
        by_chance["macro_precision_at_5"] = float(share[np.unique(labels.categories[asked])].mean())
    if colours is not None:
        left, right = _random_pairs(n)
        apart = np.linalg.norm(colours[left] - colours[right], axis=1)
        if not np.isnan(apart).all():
            by_chance["colour_distance"] = float(np.nanmean(apart))
    return by_chance


def random_distance(vectors: np.ndarray) -> float:
    """The mean cosine distance of random pairs, always the same ones."""
    left, right = _random_pairs(len(vectors))
    return float(measures.distance_to_original(vectors, vectors[left], right).mean())


def _random_pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    left = random.integers(0, n, PAIRS)
    return left, (left + random.integers(1, n, PAIRS)) % n


def figures_by_section(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    """The figures under their headings, both in the order of the table."""
    every = list(figures)
    found = {section: [one for one in every if one.section == section] for section in Section}
    return {str(section): those for section, those in found.items() if those}
