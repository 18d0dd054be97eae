"""A second database for reading: a replica of the catalogue's, where the settings have one.

Whoever says so (`reading`) reads from it until something is written; all else, every command among
it, reads where it writes. A replica that does not answer is passed over for a while.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from catalog.models import CatalogueVersion

logger = logging.getLogger(__name__)

# What the settings call the database of REPLICA_DATABASE_URL.
REPLICA = "replica"
# Seconds for which a replica that did not answer is not asked again, by a process.
PAUSE = 10


@dataclass
class _Reader:
    """Where one who only reads does so; "" until the first query."""

    alias: str = ""


_reader: ContextVar[_Reader | None] = ContextVar("reader", default=None)
_asked_again_at = 0.0


def exists() -> bool:
    """Whether the settings have one."""
    return REPLICA in settings.DATABASES


@contextmanager
def reading() -> Iterator[None]:
    """Within it, what is read comes from the replica; from the first write on, it does no more."""
    before = _reader.set(_Reader())
    try:
        yield
    finally:
        _reader.reset(before)


def alias_to_read() -> str:
    """The database to read from. Who reads goes back to the primary, but never from there."""
    reader = _reader.get()
    if reader is None or not exists() or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return DEFAULT_DB_ALIAS
    if not reader.alias:
        reader.alias = REPLICA if _answers_now() else DEFAULT_DB_ALIAS
    return reader.alias


def why_silent(alias: str) -> str:
    """Why a database does not answer; "" where it does."""
    connection = connections[alias]
    try:
        connection.close_if_health_check_failed()
        connection.ensure_connection()
    except DatabaseError as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ""


def changes_behind() -> int:
    """How many changes of the catalogue the replica has not yet seen. Raises DatabaseError."""
    numbers = [
        CatalogueVersion.objects.using(alias).values_list("number", flat=True).get(id=1)
        for alias in (REPLICA, DEFAULT_DB_ALIAS)  # so that it is never ahead
    ]
    return numbers[1] - numbers[0]


def takes_writes() -> bool:
    """Whether what is called the replica is none. Raises DatabaseError."""
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return not cursor.fetchone()[0]


def _answers_now() -> bool:
    global _asked_again_at
    if time.monotonic() < _asked_again_at:
        return False
    if why := why_silent(REPLICA):
        logger.warning("The replica does not answer, the primary is read from: %s", why)
        _asked_again_at = time.monotonic() + PAUSE
    return not why


class Router:
    """Reads go where `alias_to_read` says, writes and migrations to the primary."""

    def db_for_read(self, _model: Any, **_hints: Any) -> str:
        return alias_to_read()

    def db_for_write(self, _model: Any, **_hints: Any) -> str:
        if reader := _reader.get():
            reader.alias = DEFAULT_DB_ALIAS
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_objects: Any, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, *_model: Any, **_hints: Any) -> bool | None:
        return False if db == REPLICA else None
