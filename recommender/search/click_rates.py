"""What came of what was counted: rates and intervals, which of two ways is preferred, CSV."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from django.db.models import Sum

from recommender.index.wilson import Z, wilson
from recommender.models import ClickCount, Trial
from recommender.search.clicks import COLUMNS, DROPPED
from recommender.search.trials import ONE, OTHER
from runs.cells import harmless

# Of a normal distribution, so much lies below: a preference that is there is seen in 80 % of cases.
POWER = 0.841621
# Clicks below which the preference so far tells nothing, the one that is then assumed, and the
# least that is asked about: who prefers by less than a hundredth prefers neither.
FEW, ASSUMED, LEAST = 20, 0.05, 0.01


@dataclass(frozen=True)
class Rate:
    """How often something was seen, and clicked; `position` 0 is all of them."""

    position: int
    shown: int
    clicked: int

    @property
    def share(self) -> float:
        return self.clicked / self.shown if self.shown else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """At 95 %. A click may come without its card having been seen: it is at most all."""
        return wilson(min(self.clicked, self.shown), self.shown)


@dataclass(frozen=True)
class Rates:
    """Of one place, by one metric and embedder: all together, and position by position."""

    place: str
    metric: str
    embedder: str
    of_all: Rate
    by_position: list[Rate]


@dataclass(frozen=True)
class Preference:
    """How many clicks each of two ways has had."""

    trial: Trial
    one: int
    other: int

    @property
    def clicks(self) -> int:
        return self.one + self.other

    @property
    def share(self) -> float:
        """Of the other way, among all clicks; a half without any."""
        return self.other / self.clicks if self.clicks else 0.5

    @property
    def interval(self) -> tuple[float, float]:
        """At 95 %."""
        return wilson(self.other, self.clicks)

    @property
    def preferred(self) -> str:
        """The way that is preferred, "" while that cannot be told."""
        low, high = self.interval
        return OTHER if low > 0.5 else ONE if high < 0.5 else ""

    @property
    def needed(self) -> int:
        """How many more clicks would tell, should they go on as they have; 0 where it is told.

        The size of a sample that finds a share other than a half at 95 % in four cases of five:
        J. Fleiss, "Statistical Methods for Rates and Proportions", section 2.3 (one proportion).
        """
        if self.preferred:
            return 0
        seen = abs(self.share - 0.5) if self.clicks >= FEW else ASSUMED
        apart = max(seen, LEAST)
        share = min(0.5 + apart, 1.0)
        wanted = ((Z / 2 + POWER * math.sqrt(share * (1 - share))) / apart) ** 2
        return max(math.ceil(wanted) - self.clicks, 1)


def rates() -> list[Rates]:
    """By place, metric and embedder, over all days that are kept. One query."""
    found: dict[tuple[str, str, str], list[Rate]] = defaultdict(list)
    sums = ClickCount.objects.exclude(place=DROPPED).order_by(
        "place", "metric", "embedder", "position"
    )
    about = ("place", "metric", "embedder", "position")
    for *key, position, shown, clicked in sums.values_list(*about).annotate(
        Sum("shown"), Sum("clicked")
    ):
        found[key[0], key[1], key[2]].append(Rate(position, shown, clicked))
    return [Rates(*key, _all(rows), rows) for key, rows in found.items()]


def preferences() -> list[Preference]:
    """Of each comparison, the newest first. Two queries, or one."""
    there = list(Trial.objects.all())
    if not there:
        return []
    clicks: dict[tuple[int, str], int] = {}
    sums = ClickCount.objects.exclude(way="").order_by("trial").values_list("trial", "way")
    for trial, way, clicked in sums.annotate(Sum("clicked")):
        clicks[trial, way] = clicked
    return [
        Preference(trial, clicks.get((trial.pk, ONE), 0), clicks.get((trial.pk, OTHER), 0))
        for trial in there
    ]


def dropped() -> int:
    """How many beacons could not be counted, of the days that are kept."""
    found = ClickCount.objects.filter(place=DROPPED).aggregate(Sum("shown"))
    return found["shown__sum"] or 0


def write_csv(file: TextIO) -> None:
    """A row a sum, the oldest day first."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in ClickCount.objects.order_by(*COLUMNS[:-2]).values_list(*COLUMNS).iterator():
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])


def lines() -> Iterator[str]:
    """What a terminal shows."""
    for found in rates():
        yield f"{found.place}  {found.metric}  {found.embedder}"
        for rate in [*found.by_position, found.of_all]:
            low, high = rate.interval
            position = rate.position or "all"
            told = f"{rate.clicked:>6} of {rate.shown:>8}  {rate.share:7.2%}"
            yield f"  {position:>4}  {told}  [{low:.2%}, {high:.2%}]"
    for one in preferences():
        low, high = one.interval
        told = f"preferred: {one.preferred}" if one.preferred else f"{one.needed} more clicks tell"
        yield (
            f"{one.trial}: {one.one} clicks for one ({one.trial.one or 'as it is'}), {one.other} "
            f"for the other ({one.trial.other or 'as it is'}): {one.share:.0%} [{low:.0%}, "
            f"{high:.0%}]; {told}"
        )


def _all(rows: list[Rate]) -> Rate:
    return Rate(0, sum(row.shown for row in rows), sum(row.clicked for row in rows))
