"""Answers that are documents (packed or not; JSON), read within bounds.

What a shop sends is read as data and never acted on, and what unpacks to more than a document
may be is refused before it is unpacked whole.
"""

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from catalog.reading.json_text import load
from catalog.records import SourceError
from catalog.visiting.fetching import FetchError, Response
from catalog.visiting.pages import PageFetcher
from catalog.visiting.unpacking import GZIP
from runs.files import why

MAX_BYTES = 100_000_000
MAX_JSON_BYTES = 20_000_000  # becomes many times that in memory
CHUNK = 1 << 20
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]{1,60})", re.IGNORECASE)


class UnreadableDocument(Exception):
    """A document is broken, too large or not what it should be; the message says which."""


def unpacked(body: bytes, most: int = MAX_BYTES) -> bytes:
    """The content of a gzip file, up to `most` bytes; anything else as it is.

    Raises UnreadableDocument.
    """
    content, fault, _ = opened(body, most)
    if fault:
        raise UnreadableDocument(fault)
    return content


class Opened(NamedTuple):
    """What is in a gzip file; why there is no more of it; and what was passed over."""

    content: bytes
    fault: str = ""
    note: str = ""


def opened(body: bytes, most: int = MAX_BYTES) -> Opened:
    """What of a gzip file can be unpacked, all its members.

    Anything else is as it is. Raises UnreadableDocument where it unpacks to more than `most` bytes,
    or to nothing.
    """
    if not body.startswith(GZIP):
        return Opened(body)
    content, fault, note = bytearray(), "", ""
    try:
        with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
            while chunk := packed.read1(CHUNK):
                content += chunk
                if len(content) > most:
                    raise UnreadableDocument(f"it unpacks to more than {most // 1_000_000} MB")
    except EOFError:
        fault = "its gzip is cut short"
    except (OSError, zlib.error) as error:
        if str(error).startswith("Not a gzipped file"):
            note = "what stands behind the end of its gzip was passed over"
        else:
            fault = "its gzip is damaged"
    if fault and not content:
        raise UnreadableDocument(fault)
    lines = content.count(b"\n") + 1
    return Opened(bytes(content), fault and f"{fault}, in line {lines} of what is in it", note)


def fetched(url: str, pages: PageFetcher) -> Response:
    """What is at an address that a source cannot do without. Raises SourceError."""
    try:
        return pages.get(url, max_bytes=MAX_BYTES)
    except FetchError as error:
        raise SourceError(str(error)) from error


@dataclass(frozen=True)
class Document:
    """The bytes of a document, and the charset that came with them."""

    body: bytes
    charset: str = ""


def document_at(at: str, pages: PageFetcher) -> Document:
    """What is at an address, or in a file. Raises SourceError."""
    if is_address(at):
        answer = fetched(at, pages)
        return Document(answer.body, charset_of(answer))
    return Document(body_at(at, pages))


def charset_of(answer: Response) -> str:
    """The charset that an answer's header tells, as it is written there."""
    charset = _CHARSET.search(answer.headers.get("Content-Type", ""))
    return charset[1] if charset else ""


def body_at(at: str, pages: PageFetcher) -> bytes:
    """The bytes at an address, or in a file. Raises SourceError."""
    if is_address(at):
        return fetched(at, pages).body
    return bytes_of(Path(at))


def bytes_of(path: Path) -> bytes:
    """The bytes in a file. Raises SourceError."""
    try:
        if not path.is_file():
            raise SourceError(f"{path} is no file.")
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read: {why(error)}") from error


def is_address(at: str) -> bool:
    """Whether it is an address of the web; else it is a path."""
    return re.match(r"https?://", at, re.IGNORECASE) is not None


def json_at(url: str, pages: PageFetcher) -> Any:
    """The value of the JSON document at an address. Raises SourceError."""
    try:
        return json_of(fetched(url, pages).body)
    except UnreadableDocument as error:
        raise SourceError(f"{url}: {error}") from error


def json_of(body: bytes) -> Any:
    """The value that a JSON document holds. Raises UnreadableDocument."""
    content = unpacked(body, MAX_JSON_BYTES)
    try:
        return load(content.decode(json.detect_encoding(content), "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"it is no JSON: {error}") from error
