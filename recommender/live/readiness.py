"""Whether the site can answer with look-alikes now, and if not, what is wrong."""

import logging
import threading
from collections.abc import Callable
from functools import lru_cache

from django.db import DatabaseError, connections

from catalog.models import Product
from recommender.live import current, publishing, selection
from recommender.live.worker_threads import Lane, beside
from recommender.search.answering import live_index
from recommender.search.errors import NotReady as NothingToCompare

logger = logging.getLogger(__name__)

_reading = threading.Lock()


class NotReady(Exception):
    """A part does not work; the message is for a probe. The log tells paths and commands."""


def faults() -> list[str]:
    """What is wrong, a sentence a part; nothing where all is well."""
    parts: tuple[Callable[[], None], ...] = (_database, _index)
    return [sentence for part in parts if (sentence := _fault(part))]


def to_do() -> str:
    """For whoever starts the site: why it has nothing to show yet, and what to run; or nothing.

    It may be asked before the workers are forked, which must not share its connection.
    """
    try:
        live_index()
    except NothingToCompare as error:
        runs = "".join(f"\n    python {command}" for command in error.commands)
        return f"{error.reason} Run{', in this order' if len(error.commands) > 1 else ''}:{runs}"
    except DatabaseError:
        return "The database is not set up. Run:\n    python manage.py migrate"
    finally:
        connections.close_all()
    return ""


def _fault(part: Callable[[], None]) -> str:
    try:
        part()
    except NotReady as error:
        logger.warning("Not ready: %s", error.__cause__ or error)
        return str(error)
    return ""


def _database() -> None:
    try:
        Product.objects.exists()
    except DatabaseError as error:
        raise NotReady("The database does not answer, or is not set up.") from error


def _index() -> None:
    name = selection.name_served()
    try:
        current.live_index()
    except current.IndexUnavailable as error:
        raise NotReady("There is no index that can be served.") from error
    with _reading:  # so that several probes read it once
        as_written = _is_as_written(name, current.signature_of(name))
    if not as_written:
        raise NotReady("The index file is not what was published; build_index makes it anew.")


@lru_cache(maxsize=8)
def _is_as_written(name: str, signature: object) -> bool:
    """Reads the whole file, once for each state of it."""
    return signature is not None and beside(Lane.FILES, publishing.is_as_written, name)
