"""The merchant's words on pairs of products, of either kind: said, listed, taken back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from recommender.models import NotTheSame, PairWord, TheSame

LONGEST_KEY = 19  # digits of what a database numbers its rows with
# Looked for at a time.
AT_ONCE = 200
Pair = tuple[str, str]


@dataclass(frozen=True)
class Word:
    """What was said at once of a product, the first of the ids, and each of the others."""

    key: int
    item_ids: list[str]
    said_by: str
    said_at: datetime


def words(kind: type[PairWord]) -> list[Word]:
    """All that was said, the newest first."""
    by_word: dict[tuple[datetime, str], list[PairWord]] = {}
    for pair in kind.objects.order_by("-said_at", "id"):
        by_word.setdefault((pair.said_at, pair.said_by), []).append(pair)
    return [
        Word(pairs[0].pk, _the_one_first(pairs), who, when)
        for (when, who), pairs in by_word.items()
    ]


def _the_one_first(pairs: list[PairWord]) -> list[str]:
    """The ids of the pairs, the one that they have in common first."""
    counts = Counter(item_id for pair in pairs for item_id in pair.pair)
    return sorted(counts, key=lambda item_id: (-counts[item_id], item_id))


def number_of_words(kind: type[PairWord]) -> int:
    """How many there are, as `words` lists them."""
    return int(kind.objects.order_by().values("said_at", "said_by").distinct().count())


def pairs_in(kind: type[PairWord]) -> list[Pair]:
    """All pairs of which it is said; one query."""
    return list(kind.objects.order_by("first", "second").values_list("first", "second"))


def say(kind: type[PairWord], pairs: Iterable[Pair], who: str, instead: Iterable[Pair]) -> int:
    """Keeps it of each pair, and counts them; said twice it is kept once.

    Of the pairs `instead`, what was said to the contrary is forgotten.
    """
    now = timezone.now()
    rows = [kind(first=min(pair), second=max(pair), said_by=who, said_at=now) for pair in pairs]
    contrary = TheSame if kind is NotTheSame else NotTheSame
    with transaction.atomic():
        _forget(contrary, [(min(pair), max(pair)) for pair in instead])
        kind.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _forget(kind: type[PairWord], pairs: list[Pair]) -> None:
    for start in range(0, len(pairs), AT_ONCE):
        these = Q()
        for first, second in pairs[start : start + AT_ONCE]:
            these |= Q(first=first, second=second)
        kind.objects.filter(these).delete()


def take_back(kind: type[PairWord], key: str) -> None:
    """Forgets all that was said together with the pair of that key, if it is there yet."""
    is_one = key.isdecimal() and len(key) <= LONGEST_KEY
    pair = kind.objects.filter(pk=key).first() if is_one else None
    if pair is not None:
        kind.objects.filter(said_at=pair.said_at, said_by=pair.said_by).delete()
