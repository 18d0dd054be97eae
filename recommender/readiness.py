"""Whether the site can answer with look-alikes now, and if not, what is wrong."""

import logging
import threading
from collections.abc import Callable
from functools import lru_cache

from django.db import DatabaseError

from catalog.models import Product
from recommender import configured, publishing, store
from recommender.beside import Lane, beside

logger = logging.getLogger(__name__)

_reading = threading.Lock()


class NotReady(Exception):
    """A part does not work; the message is for a probe. The log tells paths and commands."""


def faults() -> list[str]:
    """What is wrong, a sentence a part; nothing where all is well."""
    parts: tuple[Callable[[], None], ...] = (_database, _index)
    return [sentence for part in parts if (sentence := _fault(part))]


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
    name = configured.name_served()
    try:
        store.live_index()
    except store.IndexUnavailable as error:
        raise NotReady("There is no index that can be served.") from error
    with _reading:  # so that several probes read it once
        as_written = _is_as_written(name, store.signature_of(name))
    if not as_written:
        raise NotReady("The index file is not what was published; build_index makes it anew.")


@lru_cache(maxsize=8)
def _is_as_written(name: str, signature: object) -> bool:
    """Reads the whole file, once for each state of it."""
    return signature is not None and beside(Lane.FILES, publishing.is_as_written, name)
