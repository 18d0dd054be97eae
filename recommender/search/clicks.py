"""What visitors see and click of answers: sums by day, place and position, and nothing of who it
was.

A beacon is one statement of the database, which adds to what is there. One that cannot be written
is dropped; how many were goes along with the next that can be.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections, router
from django.utils import timezone

from recommender.models import ClickCount

logger = logging.getLogger(__name__)

_KEY = ("day", "place", "trial", "way", "metric", "embedder", "position")
COLUMNS = (*_KEY, "shown", "clicked")


class Place(StrEnum):
    """Where answers are seen: what looks similar on a page, its rows by metric, what is like a
    visitor's own picture, the widget in a shop's pages."""

    PAGE = "page"
    MEASURED = "measured"
    PICTURE = "picture"
    WIDGET = "widget"


# The place of beacons that were dropped: one a row, by day.
DROPPED = "dropped"


@dataclass(frozen=True)
class Seen:
    """What was seen of one answer.

    `by`: metric and embedder of each way (trials.py), and under "" those of the answer. `shown`: by
    position, whose way it is, "" for nobody's. `clicked`: a position, and whose way it is.
    """

    place: Place
    by: Mapping[str, tuple[str, str]]
    shown: Mapping[int, str] = field(default_factory=dict)
    clicked: tuple[int, str] | None = None
    trial: int = 0

    def rows(self, day: date) -> Iterator[tuple[Any, ...]]:
        """What is added, a row for each sum; in one order, so that none waits for another."""
        counts = dict.fromkeys(self.shown.items(), (1, 0))
        if self.clicked:
            counts[self.clicked] = (counts.get(self.clicked, (0, 0))[0], 1)
        for (position, way), (shown, clicked) in sorted(counts.items()):
            about = (self.place.value, self.trial, way, *self.by[way])
            yield (day, *about, position, shown, clicked)


@dataclass
class _Process:
    """What this process remembers: beacons that were dropped, and whether the log has told so; and
    when it last removed old days."""

    dropped: int = 0
    told: bool = False
    tidied: date | None = None
    lock: Lock = field(default_factory=Lock)


_here = _Process()


def count(seen: Seen) -> bool:
    """Adds to the sums of today; False where that cannot be written, and is counted as dropped."""
    today = timezone.localdate()
    with _here.lock:
        dropped, _here.dropped = _here.dropped, 0
    rows = list(seen.rows(today))
    if dropped:
        rows.append((today, DROPPED, 0, "", "", "", 0, dropped, 0))
    try:
        _add(rows)
        if _here.tidied != today:
            remove_old()
            _here.tidied = today
    except DatabaseError as error:
        drop(dropped + 1)
        logger.info("What was seen and clicked cannot be counted: %s", error)
        return False
    _here.told = False
    return True


def drop(number: int = 1) -> None:
    """Notes beacons that were not written; the log tells it once, until one is."""
    with _here.lock:
        _here.dropped += number
        told, _here.told = _here.told, True
    if not told:
        logger.warning("Clicks are not counted for now; how many were not will be told.")


def remove_old() -> int:
    """Removes the days before the last CLICKS_DAYS; how many sums went. Raises DatabaseError."""
    if not settings.CLICKS_DAYS:
        return 0
    first = timezone.localdate() - timedelta(days=settings.CLICKS_DAYS - 1)
    return ClickCount.objects.filter(day__lt=first).delete()[0]


def _add(rows: list[tuple[Any, ...]]) -> None:
    """One statement."""
    table = ClickCount._meta.db_table
    one = f"({', '.join(['%s'] * len(COLUMNS))})"
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in COLUMNS[-2:])
    statement = (
        f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES {', '.join([one] * len(rows))} "  # noqa: S608
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {sums}"
    )
    with connections[router.db_for_write(ClickCount)].cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])
