"""What people said of two answers side by side: kept, counted, exported, and given to `tune`."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, TextIO
from uuid import UUID

from django.utils import timezone

from catalog.models import Product
from recommender.embedders.contract import FLOAT32
from recommender.engines.contract import Index
from recommender.index.metrics import Metric
from recommender.index.wilson import wilson
from recommender.models import Judgement
from runs.cells import harmless

Choice = Judgement.Choice


@dataclass(frozen=True, order=True)
class Contender:
    """What made an answer: an embedder's index of some time, by a metric.

    `version` is the same for all indexes that compare pictures in the same way, with the same
    network, weights and projection, whichever products they hold.
    """

    embedder: str
    version: str
    metric: str
    built_at: str

    @classmethod
    def of(cls, index: Index, metric: Metric) -> "Contender":
        made = index.manifest
        parts = (made.layer, made.weights_sha256, made.preprocessing, made.projection)
        # Float32 is not named, so that earlier judgements count on.
        made_in = () if made.precision == FLOAT32 else (made.precision,)
        version = sha256(repr(parts + made_in).encode()).hexdigest()[:12]
        return cls(made.embedder, version, metric.value, made.built_at)

    @property
    def built(self) -> datetime:
        return datetime.fromisoformat(self.built_at)


@dataclass(frozen=True)
class Side:
    """An answer as it was shown: what made it, and its products, the nearest first."""

    contender: Contender
    item_ids: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """What the database keeps of it."""
        return {**asdict(self.contender), "item_ids": list(self.item_ids)}

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> "Side":
        names = ("embedder", "version", "metric", "built_at")
        return cls(Contender(*(kept[name] for name in names)), tuple(kept["item_ids"]))


# What tells contenders apart. Two indexes of one way to compare differ by when they were built;
# otherwise a build that only added products would begin to count anew.
Identity = tuple[str, ...]


def pairing(one: Contender, other: Contender) -> tuple[Identity, Identity]:
    """Who each of two contenders is, in the other's eyes."""
    first, second = (one.embedder, one.version, one.metric), _without_time(other)
    if first != second:
        return first, second
    return (*first, one.built_at), (*second, other.built_at)


def _without_time(contender: Contender) -> Identity:
    return contender.embedder, contender.version, contender.metric


# To keep, and to take back -----------------------------------------------------------------------


def keep(
    key: UUID, item_id: str, left: Side, right: Side, choice: Choice, who: str = ""
) -> Judgement:
    """Keeps a choice; another one with the same key replaces it."""
    facts = {
        "item_id": item_id, "left": left.as_dict(), "right": right.as_dict(), "choice": choice,
        "judged_by": who, "judged_at": timezone.now(),
    }  # fmt: skip
    return Judgement.objects.update_or_create(key=key, defaults=facts)[0]


def last_of(who: str) -> Judgement | None:
    """What somebody judged last."""
    return Judgement.objects.filter(judged_by=who).order_by("-judged_at", "-id").first()


def take_back(key: UUID, who: str) -> str:
    """Forgets somebody's own judgement; the product that was asked about, "" where it is gone."""
    judgement = Judgement.objects.filter(key=key, judged_by=who).first()
    if judgement is None:
        return ""
    judgement.delete()
    return judgement.item_id


def judged_by(who: str, one: Contender, other: Contender) -> set[str]:
    """The products for which somebody has judged these two."""
    wanted = set(pairing(one, other))
    rows = Judgement.objects.filter(judged_by=who).values_list("item_id", "left", "right")
    return {
        item_id
        for item_id, left, right in rows.order_by()
        if set(pairing(Side.from_dict(left).contender, Side.from_dict(right).contender)) == wanted
    }


# What comes of them ------------------------------------------------------------------------------


@dataclass
class Result:
    """Of two contenders, how often each was preferred, and how often neither; the winner first."""

    one: Contender
    other: Contender
    wins: Counter[str] = field(default_factory=Counter)

    @property
    def decided(self) -> int:
        """How often one of the two was preferred."""
        return self.wins["one"] + self.wins["other"]

    @property
    def count(self) -> int:
        return self.decided + self.wins["same"]

    @property
    def share(self) -> float | None:
        """Of what was decided, the share for the first; None where nothing was."""
        return self.wins["one"] / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where that share lies with 95 % confidence."""
        return wilson(self.wins["one"], self.decided)

    @property
    def percentages(self) -> tuple[int, int, int]:
        """That share and its interval in whole percent; 0 where nothing was decided."""
        low, high = self.interval
        share, low, high = (round(100 * part) for part in (self.share or 0.0, low, high))
        return share, low, high

    @property
    def rows(self) -> list[tuple[Contender, int]]:
        """The two, and how often each was preferred."""
        return [(self.one, self.wins["one"]), (self.other, self.wins["other"])]

    @property
    def is_certain(self) -> bool:
        """Whether the first has won: the interval leaves out one half."""
        return self.interval[0] > 0.5

    def led_by_the_winner(self) -> "Result":
        if self.wins["one"] >= self.wins["other"]:
            return self
        one, other, same = (self.wins[name] for name in ("one", "other", "same"))
        return Result(self.other, self.one, Counter(one=other, other=one, same=same))


def counted() -> Iterator[Judgement]:
    """The judgements about products that the shop still shows, the newest first."""
    shown = Product.shown.order_by().values("item_id")
    yield from Judgement.objects.filter(item_id__in=shown).order_by("-id")


def results() -> list[Result]:
    """What all judgements about shown products come to, for each two contenders."""
    found: dict[frozenset[Identity], tuple[Identity, Result]] = {}
    for judgement in counted():
        left, right = (Side.from_dict(side).contender for side in (judgement.left, judgement.right))
        here, there = pairing(left, right)
        first, result = found.setdefault(frozenset((here, there)), (here, Result(left, right)))
        names = {Choice.SAME: "same", Choice.LEFT: "one", Choice.RIGHT: "other"}
        if first != here:
            names |= {Choice.LEFT: "other", Choice.RIGHT: "one"}
        result.wins[names[Choice(judgement.choice)]] += 1
    return [result.led_by_the_winner() for _, result in found.values()]


class PreferredPair(NamedTuple):
    """For a query, products that were preferred to others; both by item_id, none in both."""

    item_id: str
    preferred: tuple[str, ...]
    other: tuple[str, ...]


def preferred_pairs() -> list[PreferredPair]:
    """What the judgements say for a learner: of the query, these look more alike than those.

    Only what one side alone showed tells anything: `preferred` is what the chosen answer had and
    the other had not, `other` the reverse; neither is ever empty. "Same" says nothing, and
    products that the shop shows no longer are left out.

    How it may be used: that the whole of `preferred` beats the whole of `other` was said, not that
    each one beats each; so weigh a judgement as one, whatever the number of its pairs. Several
    people may have judged the same query, and not alike. Hold out by query (item_id), never by
    pair. Nothing here depends on an index: an id may be missing from the one to be tuned. And who
    learns from these must not be measured by them: the results page counts them all.
    """
    shown = set(Product.shown.order_by().values_list("item_id", flat=True))
    pairs = []
    for judgement in counted():
        if judgement.choice == Choice.SAME:
            continue
        sides = [judgement.left["item_ids"], judgement.right["item_ids"]]
        chosen, other = sides if judgement.choice == Choice.LEFT else reversed(sides)
        preferred = tuple(one for one in chosen if one not in other and one in shown)
        beaten = tuple(one for one in other if one not in chosen and one in shown)
        if preferred and beaten:
            pairs.append(PreferredPair(judgement.item_id, preferred, beaten))
    return pairs


# Exported ----------------------------------------------------------------------------------------

_OF_A_SIDE = ("embedder", "version", "built_at", "metric", "item_ids")
COLUMNS = [
    "item_id", "choice", *(f"left_{name}" for name in _OF_A_SIDE),
    *(f"right_{name}" for name in _OF_A_SIDE), "judged_by", "judged_at", "counts",
]  # fmt: skip


def write_csv(file: TextIO) -> None:
    """A row a judgement, the newest first; the ids of an answer are a list in JSON.

    `counts` is whether the shop still shows the product.
    """
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    there = {judgement.pk for judgement in counted()}
    for judgement in Judgement.objects.order_by("-id"):
        sides = [side[name] for side in (judgement.left, judgement.right) for name in _OF_A_SIDE]
        facts = [judgement.item_id, judgement.choice, *sides, judgement.judged_by]
        texts = [
            json.dumps(fact, ensure_ascii=False) if isinstance(fact, list) else str(fact)
            for fact in facts
        ]
        made = [judgement.judged_at.isoformat(timespec="seconds"), judgement.pk in there]
        writer.writerow([*map(harmless, texts), *made])
