"""Answers that are documents (JSON, XML, packed or not), read within bounds.

What a shop sends is read as data and never acted on: no entity is expanded, nothing is loaded from
elsewhere, and what unpacks to more than a document may be is refused before it is unpacked whole.
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from catalog.records import SourceError
from catalog.visiting.fetching import FetchError, Response
from catalog.visiting.pages import Pages

MOST_BYTES = 100_000_000
MOST_JSON_BYTES = 20_000_000  # becomes many times that in memory
MOST_DEPTH = 100
MOST_PARTS = 20_000
GZIP = b"\x1f\x8b"


class UnreadableDocument(Exception):
    """A document is broken, too large or not what it should be; the message says which."""


def unpacked(body: bytes, most: int = MOST_BYTES) -> bytes:
    """The content of a gzip file, up to `most` bytes; anything else as it is.

    Raises UnreadableDocument.
    """
    if not body.startswith(GZIP):
        return body
    unpacking = zlib.decompressobj(wbits=31)
    try:
        content = unpacking.decompress(body, most)
    except zlib.error as error:
        raise UnreadableDocument(f"its gzip is broken: {error}") from error
    if unpacking.unconsumed_tail:
        raise UnreadableDocument(f"it unpacks to more than {most // 1_000_000} MB")
    if not unpacking.eof:
        raise UnreadableDocument("its gzip is cut short")
    return content


def fetched(url: str, pages: Pages) -> Response:
    """What is at an address that a source cannot do without. Raises SourceError."""
    try:
        return pages.get(url, most_bytes=MOST_BYTES)
    except FetchError as error:
        raise SourceError(str(error)) from error


def body_at(at: str, pages: Pages) -> bytes:
    """The bytes at an address, or in a file. Raises SourceError."""
    if is_address(at):
        return fetched(at, pages).body
    path = Path(at)
    try:
        if not path.is_file():
            raise SourceError(f"{path} is no file.")
        if path.stat().st_size > MOST_BYTES:
            raise SourceError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from error


def is_address(at: str) -> bool:
    """Whether it is an address of the web; else it is a path."""
    return re.match(r"https?://", at, re.IGNORECASE) is not None


def json_at(url: str, pages: Pages) -> Any:
    """The value of the JSON document at an address. Raises SourceError."""
    try:
        return json_of(fetched(url, pages).body)
    except UnreadableDocument as error:
        raise SourceError(f"{url}: {error}") from error


def json_of(body: bytes) -> Any:
    """The value that a JSON document holds. Raises UnreadableDocument."""
    try:
        return json.loads(unpacked(body, MOST_JSON_BYTES))
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"it is no JSON: {error}") from error


def elements(body: bytes, names: Iterable[str]) -> Iterator[Element]:
    """The elements of an XML document that are called so, in any namespace, one after another.

    Each is forgotten once the next is asked for, and so is all that stands between them: memory
    stays flat. Raises UnreadableDocument, also for a document that declares entities.
    """
    wanted = set(names)
    around: list[Element] = []  # the elements that are open
    parts = 0  # of the wanted element that is open
    try:
        # Closed, since what parses lies in a circle, and would keep the bytes with it.
        with BytesIO(unpacked(body)) as stream:
            for event, element in iterparse(stream, ("start", "end")):
                if event == "start":
                    around.append(element)
                    parts += 1 if parts or local_name(element) in wanted else 0
                    _require_bearable(len(around), parts)
                    continue
                around.pop()
                if local_name(element) in wanted:
                    yield element
                    parts = 0
                if not parts and around:
                    del around[-1][:]
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableDocument(f"it is no XML that can be read: {error}") from error


def _require_bearable(depth: int, parts: int) -> None:
    if depth > MOST_DEPTH:
        raise UnreadableDocument(f"it is nested more than {MOST_DEPTH} deep")
    if parts > MOST_PARTS:
        raise UnreadableDocument(f"an item of it has more than {MOST_PARTS} parts")


def root_name(body: bytes) -> str:
    """The name of an XML document's outermost element; nothing if it is no such document."""
    try:
        with BytesIO(body) as stream:
            for _, element in iterparse(stream, ("start",)):
                return local_name(element)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        pass
    return ""


def local_name(element: Element) -> str:
    """An element's name without its namespace, in small letters."""
    return str(element.tag).rsplit("}", 1)[-1].lower()
