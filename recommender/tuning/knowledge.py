"""What the shop knows of its products: categories, variants, and pairs that somebody judged."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from recommender.errors import SimilarityError
from recommender.evaluation.labels import Labels, labels_in_catalogue
from recommender.models import NotTheSame
from recommender.search import the_same
from recommender.search.judgements import PreferredPair, preferred_pairs
from recommender.tuning.separating import Lesson

# Of fewer products of a category nothing is learnt.
FEWEST = 10
# The share of each category that is held out.
HELD_OUT = 0.2


class NothingToLearn(SimilarityError):
    """What the shop knows teaches nothing; the sentence says why."""


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What is known of an index's rows: all labels, the lesson in them, and what to note."""

    labels: Labels
    lesson: Lesson
    notes: tuple[str, ...]


def knowledge_of(item_ids: Sequence[str]) -> Knowledge:
    """Of the products of an index, in the order of its rows. Raises NothingToLearn."""
    labels = labels_in_catalogue(item_ids)
    labels = replace(labels, groups=groups_with_words(item_ids, labels.groups))
    lesson, notes = lesson_in(labels, list(pairs_apart(item_ids)))
    return Knowledge(labels, lesson, notes)


def groups_with_words(item_ids: Sequence[str], groups: np.ndarray) -> np.ndarray:
    """(n,) groups of variants; products that are one by the merchant's word are such a group, with
    all that were in theirs."""
    rows = {item_id: row for row, item_id in enumerate(item_ids)}
    pairs = [(rows[a], rows[b]) for a, b in the_same.pairs() if a in rows and b in rows]
    if not pairs:
        return groups
    n = len(item_ids)
    own = np.where(groups >= 0, groups + n, np.arange(n))  # a row, or beyond the rows a group
    stands = the_same.joined([(int(own[one]), int(own[other])) for one, other in pairs])
    wholes = {whole: number for number, whole in enumerate(dict.fromkeys(stands.values()))}
    most = int(groups.max(initial=-1)) + 1
    return np.array(
        [
            most + wholes[stands[mark]] if mark in stands else group
            for mark, group in zip(own.tolist(), groups.tolist(), strict=True)
        ],
        np.int64,
    )


def pairs_apart(item_ids: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The rows of two products that somebody judged not to be alike: on the page of duplicates, or
    by preferring another answer to the one in which the second stood."""
    rows = {item_id: row for row, item_id in enumerate(item_ids)}
    marked = NotTheSame.objects.order_by("first", "second").values_list("first", "second")
    for one, other in dict.fromkeys((*marked, *least_liked(preferred_pairs()))):
        if one in rows and other in rows:
            yield rows[one], rows[other]


def least_liked(judged: Iterable[PreferredPair]) -> Iterator[tuple[str, str]]:
    """Of each query that was judged, the product that people liked least beside it.

    A judgement counts as one for each answer, shared among the products that it alone showed; where
    people were not of one mind, it evens out. None where nothing is left below 0.
    """
    liked: dict[str, dict[str, Fraction]] = {}
    for item_id, preferred, others in judged:
        counts = liked.setdefault(item_id, defaultdict(Fraction))
        for found, sign in ((preferred, 1), (others, -1)):
            for other in found:
                counts[other] += Fraction(sign, len(found))
    for item_id, counts in sorted(liked.items()):
        least = min(counts, key=lambda other: (counts[other], other))
        if counts[least] < 0:
            yield item_id, least


def lesson_in(
    labels: Labels, apart: Sequence[tuple[int, int]] = ()
) -> tuple[Lesson, tuple[str, ...]]:
    """What can be learnt, and what is left out. Raises NothingToLearn."""
    sizes = np.bincount(labels.categories[labels.categories >= 0], minlength=len(labels.names))
    large = np.flatnonzero(sizes >= FEWEST)
    if len(large) < 2:
        raise NothingToLearn(_why(sizes, labels))
    kept = np.isin(labels.categories, large)
    small = [labels.names[code] for code in np.flatnonzero(sizes) if code not in large]
    first = ", ".join(small[:3]) + (", …" if len(small) > 3 else "")
    left_out = f"Left out, with fewer than {FEWEST} products: {_categories(len(small))} ({first})."
    lesson = Lesson(np.where(kept, labels.categories, -1), labels.groups, tuple(apart))
    return lesson, (left_out,) if small else ()


def _why(sizes: np.ndarray, labels: Labels) -> str:
    if not len(sizes):
        return "No product has a category, so there is nothing to learn from."
    if len(labels.names) < 2:
        return "All products are of one category, so there is nothing to tell apart."
    large = int((sizes >= FEWEST).sum())
    return (
        f"Two categories of {FEWEST} products or more are needed to learn from; of the "
        f"{len(sizes)} that there are, {'one is' if large else 'none is'} so large."
    )


def _categories(count: int) -> str:
    return "1 category" if count == 1 else f"{count} categories"


def held_out(lesson: Lesson, seed: int) -> np.ndarray:
    """(m,) the rows that nothing is learnt from: of each category a share, at least one.

    Variants of one product are never on both sides.
    """
    random = np.random.default_rng(seed)
    units = _units(lesson)
    taken = np.zeros(len(units), bool)
    for code in np.unique(lesson.categories[lesson.categories >= 0]):
        rows = np.flatnonzero(lesson.categories == code)
        wanted = max(1, round(HELD_OUT * len(rows)))
        for unit in random.permutation(np.unique(units[rows])):
            mine = units == unit
            if (taken & (lesson.categories == code)).sum() >= wanted:
                break
            taken |= mine
    return np.flatnonzero(taken & (lesson.categories >= 0))


def part_of(lesson: Lesson, rows: np.ndarray) -> Lesson:
    """What it says of these rows. Raises NothingToLearn where that tells no categories apart."""
    part = lesson.among(rows)
    if len(np.unique(part.categories[part.categories >= 0])) < 2:
        raise NothingToLearn(
            "Variants of a product are held out together; what is left to learn from is of fewer "
            "than two categories."
        )
    return part


def _units(lesson: Lesson) -> np.ndarray:
    """(n,) what stays together: a number for each group of variants, and each other row."""
    alone = np.arange(len(lesson.groups)) + lesson.groups.max(initial=-1) + 1
    return np.where(lesson.groups >= 0, lesson.groups, alone)
