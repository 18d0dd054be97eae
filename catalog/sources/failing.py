"""What nobody foresaw, kept to where it happened: one page's or one product's failure, no more."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from catalog.reading.page import UnreadablePage
from catalog.records import Record, SourceError, Unreadable
from catalog.sources.documents import UnreadableDocument
from catalog.visiting.fetching import FetchError

FORESEEN = (FetchError, SourceError, UnreadableDocument, UnreadablePage)
Item = TypeVar("Item")
log = logging.getLogger(__name__)


@contextmanager
def only(what: str) -> Iterator[None]:
    """Makes whatever fails within an UnreadablePage of `what`; what was foreseen stays as it is."""
    try:
        yield
    except FORESEEN:
        raise
    except Exception as error:
        raise UnreadablePage(_log_and_describe(what, error)) from error


def each(
    items: Iterable[tuple[str, Item]], read: Callable[[str, Item], Iterable[Record]]
) -> Iterator[Record]:
    """The records that `read` makes of each (place, item); what fails costs that item only."""
    for place, item in items:
        try:
            with only(place):
                records = list(read(place, item))
        except UnreadablePage as error:
            records = [Unreadable(place, str(error), hides=True)]
        yield from records


def to_its_end(records: Iterable[Record], source: str) -> Iterator[Record]:
    """The records of a source; whatever ends it before its time becomes a SourceError."""
    try:
        with only(source):
            yield from records
    except UnreadablePage as error:
        raise SourceError(str(error)) from error


def _log_and_describe(what: str, error: Exception) -> str:
    sentence = f"{what}: reading it failed in an unforeseen way ({type(error).__name__}: {error})"
    log.warning("%s", sentence, exc_info=log.isEnabledFor(logging.DEBUG))
    return sentence
