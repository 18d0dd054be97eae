"""The merchant's word that two products are not the same, however alike they look."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.utils import timezone

from recommender.index.duplicates import parted
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.models import NotTheSame


def said_of_each() -> dict[str, set[str]]:
    """For each product of which something is said, those that it is not; one query."""
    said: dict[str, set[str]] = defaultdict(set)
    for first, second in NotTheSame.objects.order_by().values_list("first", "second"):
        said[first].add(second)
        said[second].add(first)
    return dict(said)


@dataclass(frozen=True)
class Word:
    """What was said at once: that a product, the first of the ids, is none of the others."""

    key: int
    item_ids: list[str]
    said_by: str
    said_at: datetime


def words() -> list[Word]:
    """All that was said, the newest first."""
    said: dict[tuple[datetime, str], list[NotTheSame]] = {}
    for pair in NotTheSame.objects.order_by("-said_at", "id"):
        said.setdefault((pair.said_at, pair.said_by), []).append(pair)
    return [
        Word(pairs[0].pk, _the_one_first(pairs), who, when) for (when, who), pairs in said.items()
    ]


def _the_one_first(pairs: list[NotTheSame]) -> list[str]:
    """The ids of the pairs, the one that they have in common first."""
    counts = Counter(item_id for pair in pairs for item_id in pair.pair)
    return sorted(counts, key=lambda item_id: (-counts[item_id], item_id))


def say(item_id: str, others: Iterable[str], who: str = "") -> int:
    """Keeps that a product is none of the others, and counts them; said twice is kept once."""
    now = timezone.now()
    pairs = [sorted((item_id, other)) for other in others if other != item_id]
    said = [NotTheSame(first=one, second=two, said_by=who, said_at=now) for one, two in pairs]
    NotTheSame.objects.bulk_create(said, ignore_conflicts=True)
    return len(said)


def take_back(key: str) -> None:
    """Forgets all that was said together with the pair of that key, if it is there yet."""
    pair = NotTheSame.objects.filter(pk=key).first() if key.isdecimal() else None
    if pair is not None:
        NotTheSame.objects.filter(said_at=pair.said_at, said_by=pair.said_by).delete()


def parts(
    index: SimilarityIndex, first: np.ndarray, threshold: float, said: dict[str, set[str]]
) -> dict[int, int]:
    """The groups of `first` that what is said takes apart: row -> the first row of its part."""
    pairs = [
        (index.row_of(item_id), index.row_of(other))
        for item_id, others in said.items()
        if item_id in index
        for other in others
        if other in index
    ]
    return parted(first, index.lists[Metric.COSINE], threshold, pairs)
