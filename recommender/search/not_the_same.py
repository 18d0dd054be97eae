"""The merchant's word that two products are not the same, however alike they look."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

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


def say(item_id: str, others: Iterable[str], who: str = "") -> int:
    """Keeps that a product is none of the others, and counts them; said twice is kept once."""
    pairs = [sorted((item_id, other)) for other in others if other != item_id]
    words = [NotTheSame(first=first, second=second, said_by=who) for first, second in pairs]
    NotTheSame.objects.bulk_create(words, ignore_conflicts=True)
    return len(words)


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
