"""Whether the site can answer with look-alikes now, and if not, what is wrong."""

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError

from catalog.models import Product
from recommender.errors import IndexUnavailable
from recommender.live import selection
from recommender.live.engine import engine
from runs import half_restored

logger = logging.getLogger(__name__)

_reading = threading.Lock()
# What was wrong with each part when it was last asked for.
known: dict[str, str] = {}


class NotReady(Exception):
    """A part does not work; the message is for a probe. The log tells paths and commands."""


def faults() -> list[str]:
    """What is wrong, a sentence a part; nothing where all is well."""
    parts: dict[str, Callable[[], None]] = {
        "restore": _restore, "database": _database, "index": _index,
    }  # fmt: skip
    return [sentence for name, part in parts.items() if (sentence := _fault(name, part))]


def note(part: str, wrong: str) -> None:
    """Logs what is wrong with a part, or that nothing is any more, when that has changed."""
    before, known[part] = known.get(part, ""), wrong
    if wrong and wrong != before:
        logger.warning("Not ready: %s", wrong)
    elif before and not wrong:
        logger.warning("Ready again: %s", part)


def _fault(name: str, part: Callable[[], None]) -> str:
    try:
        part()
    except NotReady as error:
        note(name, str(error.__cause__ or error))
        return str(error)
    note(name, "")
    return ""


def _restore() -> None:
    if half_restored.is_so():
        raise NotReady("A restore has not come to its end.") from Exception(
            half_restored.sentence()
        )


def _database() -> None:
    try:
        Product.objects.exists()
    except DatabaseError as error:
        raise NotReady("The database does not answer, or is not set up.") from error


def _index() -> None:
    try:
        name = selection.name_served()
        engine().live()
        with _reading:  # so that several probes read it once
            as_written = engine().is_as_written(name)
    except IndexUnavailable as error:
        raise NotReady("There is no index that can be served.") from error
    except DatabaseError as error:
        raise NotReady("The database of the index does not answer.") from error
    if not as_written:
        raise NotReady("The index file is not what was published; build_index makes it anew.")
