"""Where a source may begin: an address or a path, and what is there, looked at once."""

from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from catalog.reading.encodings import unicode_of
from catalog.records import SourceError
from catalog.sources.documents import (
    UnreadableDocument,
    body_at,
    fetched,
    is_address,
    opened,
)
from catalog.sources.xml import MAX_BEFORE, root_name
from catalog.visiting.fetching import Response
from catalog.visiting.pages import CountedPages

# As much as tells what a page is made with.
MAX_CHARACTERS = 500_000


class Place:
    """What a user asked for. An address is fetched when a source asks what is there."""

    def __init__(self, asked: str, pages: CountedPages) -> None:
        self.asked = asked
        self.pages = pages
        self.path = None if is_address(asked) else Path(asked)

    @property
    def name(self) -> str:
        """The last part of the path, in small letters, without `.gz`."""
        whole = self.path.name if self.path else self.url_path
        return whole.rstrip("/").rsplit("/", 1)[-1].lower().removesuffix(".gz")

    @property
    def url_path(self) -> str:
        """The path of the address; nothing, where it is none."""
        try:
            return "" if self.path else urlsplit(self.asked).path
        except ValueError as error:
            raise SourceError(f"{self.asked!r} is no address: {error}") from error

    @property
    def is_root(self) -> bool:
        """Whether it is a shop's first page."""
        return self.path is None and self.url_path in ("", "/") and "?" not in self.asked

    @cached_property
    def answer(self) -> Response | None:
        """What the shop answers; None for a path. Raises SourceError."""
        return None if self.path else fetched(self.asked, self.pages)

    @property
    def address(self) -> str:
        """The address where the answer was found in the end."""
        return self.answer.url if self.answer else self.asked

    @cached_property
    def body(self) -> bytes:
        """The bytes there, unpacked; none for a folder. Raises SourceError."""
        try:
            return b"" if self._is_folder() else opened(self._load())[0]
        except UnreadableDocument as error:
            raise SourceError(f"{self.asked}: {error}") from error

    def _is_folder(self) -> bool:
        return self.path is not None and self.path.is_dir()

    def _load(self) -> bytes:
        return self.answer.body if self.answer else body_at(self.asked, self.pages)

    @cached_property
    def root(self) -> str:
        """The name of the outermost element, if it is an XML document."""
        return root_name(self.body) if b"<" in self.body[:MAX_BEFORE] else ""

    @cached_property
    def text(self) -> str:
        """How the page begins."""
        begin = self.body[:MAX_CHARACTERS]
        return begin.decode(unicode_of(begin) or "utf-8", errors="replace")

    def mentions(self, *signs: str) -> bool:
        """Whether one of these, in small letters, stands there."""
        return any(sign in self.text.lower() for sign in signs)

    @property
    def kind(self) -> str:
        """The type that the shop says it is, as in "text/csv"."""
        header = self.answer.headers.get("Content-Type", "") if self.answer else ""
        return header.partition(";")[0].strip().lower()
