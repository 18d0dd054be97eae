"""Which generations are live; asked for once in a while, whoever asks."""

import time

from django.db import ProgrammingError

from recommender.engines.postgres.models import Generation
from recommender.engines.postgres.places import alias_to_read
from recommender.errors import IndexUnavailable
from recommender.index.manifest import Manifest

# Seconds for which what was asked counts: a new index is live in all processes after so long.
FRESH = 1.0
# What a request needs of each: not the large fields.
LATER = ("statistics", "projection", "mean", "words")

# By the database that was asked: a replica may not know yet what the primary knows.
_asked: dict[str, tuple[float, list[Generation]]] = {}


def published() -> list[Generation]:
    """All that are live or were so before. Raises IndexUnavailable where there are no tables."""
    now, database = time.monotonic(), alias_to_read()
    then, found = _asked.get(database, (now - FRESH - 1, []))
    if now - then > FRESH:
        known = Generation.objects.filter(state__isnull=False).defer(*LATER).order_by("pk")
        try:
            found = list(known)
        except ProgrammingError as error:
            raise IndexUnavailable(
                "The database has no tables for vectors.", "manage.py migrate"
            ) from error
        _asked[database] = (now, found)
    return found


def forget() -> None:
    """The next who asks is told what is so now."""
    _asked.clear()


def of(embedder: str, state: Generation.State = Generation.State.LIVE) -> Generation | None:
    """The one of an embedder in that state."""
    there = (one for one in published() if (one.embedder, one.state) == (embedder, state))
    return next(there, None)


def precision_of(embedder: str) -> str:
    """What the live one of an embedder was computed in; "" without one."""
    live = of(embedder)
    return "" if live is None else Manifest.from_json(live.manifest).precision


def live_names() -> list[str]:
    """The embedders with a live generation."""
    return [one.embedder for one in published() if one.state == Generation.State.LIVE]
