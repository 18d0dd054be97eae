"""SQLite has one writer at a time; who waits for it does not hold up all others of a worker.

SQLite itself waits in the middle of a call, up to the settings' `timeout`, and under gunicorn
nobody else of the worker is served meanwhile. There it is told not to wait, and asked again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from recommender.live.worker_threads import loop_runs

PAUSE_SECONDS = 0.05
LOCKED = "database is locked"
# Seconds to wait for the writer, where that is less than the settings' `timeout`.
_patience: ContextVar[float | None] = ContextVar("patience", default=None)


def wait_calmly(connection: BaseDatabaseWrapper, **_more: object) -> None:
    """Called with each new connection."""
    if connection.vendor != "sqlite" or not loop_runs():
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
    connection.execute_wrappers.append(_asked_again)


def _asked_again(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """A statement's result; of one that met a lock, when the lock is gone.

    Within a transaction nothing is asked again: it began as one that writes, so that it has the
    lock already.
    """
    connection = context["connection"]
    patience = _patience.get()
    until = time.monotonic() + (_usual(connection) if patience is None else patience)
    while True:
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            if LOCKED not in str(error) or time.monotonic() > until or connection.in_atomic_block:
                raise
            time.sleep(PAUSE_SECONDS)


@contextmanager
def impatient(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    """Within it, a statement that meets SQLite's lock fails after so long: what it would write is
    not worth a longer wait."""
    if connection.vendor != "sqlite":
        yield
        return
    before = _patience.set(seconds)
    _set_timeout(connection, seconds)
    try:
        yield
    finally:
        _patience.reset(before)
        _set_timeout(connection, _usual(connection))


def _usual(connection: BaseDatabaseWrapper) -> float:
    return float(connection.settings_dict["OPTIONS"].get("timeout", 5))


def _set_timeout(connection: BaseDatabaseWrapper, seconds: float) -> None:
    """How long SQLite itself waits; where a loop runs, it never does."""
    if not loop_runs():
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
