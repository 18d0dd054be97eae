"""The merchant's word that products are one, although their pictures differ."""

from collections.abc import Hashable, Iterable
from itertools import combinations

from recommender.models import TheSame
from recommender.search import pair_words
from recommender.search.pair_words import Pair, Word


def words() -> list[Word]:
    """All that was said, the newest first."""
    return pair_words.words(TheSame)


def pairs() -> list[Pair]:
    """All pairs that are the same; one query."""
    return pair_words.pairs_in(TheSame)


def say(item_ids: Iterable[str], who: str = "") -> int:
    """Keeps that these are one product, and counts them; that some are not is forgotten.

    The first is said to be each of the others: that makes one of all.
    """
    first, *others = dict.fromkeys(item_ids)
    star = [(first, other) for other in others]
    pair_words.say(TheSame, star, who, instead=combinations([first, *others], 2))
    return 1 + len(others)


def take_back(key: str) -> None:
    """Forgets all that was said together with the pair of that key, if it is there yet."""
    pair_words.take_back(TheSame, key)


def joined(pairs: Iterable[tuple[Hashable, Hashable]]) -> dict[Hashable, Hashable]:
    """What hangs together by pairs: each of them -> one that stands for all that do."""
    root: dict[Hashable, Hashable] = {}

    def find(one: Hashable) -> Hashable:
        root.setdefault(one, one)
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for one, other in pairs:
        root[find(one)] = find(other)
    return {one: find(one) for one in root}
