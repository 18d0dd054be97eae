"""The merchant's word that two products are not the same, however alike they look."""

from collections import defaultdict
from collections.abc import Iterable

from recommender.models import NotTheSame
from recommender.search import pair_words
from recommender.search.pair_words import Pair, Word


def said_of_each() -> dict[str, set[str]]:
    """For each product of which something is said, those that it is not; one query."""
    different: dict[str, set[str]] = defaultdict(set)
    for first, second in pair_words.pairs_in(NotTheSame):
        different[first].add(second)
        different[second].add(first)
    return dict(different)


def words() -> list[Word]:
    """All that was said, the newest first; the first of the ids is none of the others."""
    return pair_words.words(NotTheSame)


def say(item_id: str, others: Iterable[str], who: str = "") -> int:
    """Keeps that a product is none of the others, and counts them; said twice is kept once."""
    pairs = [(item_id, other) for other in dict.fromkeys(others) if other != item_id]
    return pair_words.say(NotTheSame, pairs, who, instead=pairs)


def take_back(key: str) -> None:
    """Forgets all that was said together with the pair of that key, if it is there yet."""
    pair_words.take_back(NotTheSame, key)


def pairs_of(different: dict[str, set[str]]) -> list[Pair]:
    """What is said of each, as pairs."""
    return [(item_id, other) for item_id, others in different.items() for other in others]
