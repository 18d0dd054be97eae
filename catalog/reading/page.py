"""A page of a shop, decoded and parsed once; all readers work on this one tree."""

import re
import time
import warnings
from bisect import bisect_left
from functools import cached_property, lru_cache
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.element import Comment, NavigableString, Tag
from w3lib.html import get_base_url

from catalog.reading.decoding import decoded

# A shop may answer with XML where a page was expected; that no product is found there is enough.
warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)
MAX_CHARACTERS = 12_000_000
MAX_TAGS = 250_000
MAX_DEPTH = 2_000
MAX_ATTRIBUTES = 2_000
MAX_SECONDS = 5.0
LONGEST_ADDRESS = 4_000
# Text in these is none that a visitor reads.
_UNREAD = {"script", "style", "noscript", "template", "svg", "head"}
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class UnreadablePage(Exception):
    """A page is too large, too deep or too slow to read; the message says which."""


class Page:
    """The tree of a page, with every tag and every shown text numbered in the page's order.

    `ends[n]` is the number of the last tag within tag n, `parents[n]` that of its parent (-1 at
    the root). `texts` are (number of the tag around it, text) of what a visitor reads, spaces made
    single; `first_text[n]` is the place in it where tag n begins. Tags with one number in `shapes`
    have the same names of tags above them.
    """

    def __init__(self, html: str, url: str) -> None:
        if len(html) > MAX_CHARACTERS:
            raise UnreadablePage(f"{url}: more than {MAX_CHARACTERS // 1_000_000} MB of text")
        self._deadline = time.monotonic() + MAX_SECONDS
        self.url = url
        self.base = _base(html, url)
        self.soup = BeautifulSoup(html, "lxml")
        self.tags: list[Tag] = []
        self.ends: list[int] = []
        self.parents: list[int] = []
        self.texts: list[tuple[int, str]] = []
        self.first_text: list[int] = []
        self.shapes: list[int] = []
        self.names: dict[int, str] = {}  # of tags, as readers ask for them
        self.links: dict[int, str] = {}
        self._shapes: dict[tuple[int, str], int] = {}
        self._number()

    @classmethod
    def of(cls, body: bytes, url: str, content_type: str = "") -> "Page":
        """The page in the bytes of an answer. Raises UnreadablePage."""
        return cls(decoded(body, content_type), url)

    def check_deadline(self) -> None:
        """Raises UnreadablePage when reading this page has taken too long; loops call it."""
        if time.monotonic() > self._deadline:
            raise UnreadablePage(f"{self.url}: reading it took over {MAX_SECONDS:.0f} seconds")

    def _number(self) -> None:
        around: list[int] = []  # the numbers of the tags that are open
        unread: list[int] = []  # those among them whose text is not shown
        for node in self.soup.descendants:
            while around and self.tags[around[-1]] is not node.parent:
                closed = around.pop()
                self.ends[closed] = len(self.tags) - 1
                if unread and unread[-1] == closed:
                    unread.pop()
            if isinstance(node, Tag):
                self._enter(node, around[-1] if around else -1)
                around.append(len(self.tags) - 1)
                if len(around) > MAX_DEPTH:
                    raise UnreadablePage(f"{self.url}: tags nested over {MAX_DEPTH} deep")
                if _unread(node):
                    unread.append(len(self.tags) - 1)
            elif around and not unread and isinstance(node, NavigableString):
                self._hear(node, around[-1])
        for open_still in around:
            self.ends[open_still] = len(self.tags) - 1

    def _enter(self, tag: Tag, parent: int) -> None:
        if len(self.tags) >= MAX_TAGS or len(tag.attrs) > MAX_ATTRIBUTES:
            raise UnreadablePage(f"{self.url}: more tags or attributes than any page needs")
        if len(self.tags) % 1000 == 0:
            self.check_deadline()
        self.tags.append(tag)
        self.ends.append(len(self.ends))
        self.parents.append(parent)
        self.first_text.append(len(self.texts))
        shape = (self.shapes[parent] if parent >= 0 else -1, tag.name)
        self.shapes.append(self._shapes.setdefault(shape, len(self._shapes)))

    def _hear(self, node: NavigableString, parent: int) -> None:
        if not isinstance(node, Comment) and (words := " ".join(node.split())):
            self.texts.append((parent, words))

    @cached_property
    def numbers(self) -> dict[int, int]:
        """From `id(tag)` to its number."""
        return {id(tag): number for number, tag in enumerate(self.tags)}

    @cached_property
    def by_name(self) -> dict[str, list[int]]:
        """The numbers of the tags of each name, in order."""
        found: dict[str, list[int]] = {}
        for number, tag in enumerate(self.tags):
            found.setdefault(tag.name, []).append(number)
        return found

    def named(self, *names: str) -> list[int]:
        """The numbers of the tags with one of these names, in the page's order."""
        return sorted(number for name in names for number in self.by_name.get(name, []))

    def inside(self, number: int, name: str) -> list[int]:
        """The tags of this name within a tag, itself left out."""
        numbers = self.by_name.get(name, [])
        return numbers[
            bisect_left(numbers, number + 1) : bisect_left(numbers, self.ends[number] + 1)
        ]

    def ancestors(self, number: int) -> list[int]:
        """The tags around a tag, the nearest first."""
        found = []
        while (number := self.parents[number]) >= 0:
            found.append(number)
        return found

    @cached_property
    def _aside(self) -> bytearray:
        aside = bytearray(len(self.tags))
        for number in self.named("header", "footer", "nav"):
            aside[number + 1 : self.ends[number] + 1] = b"\1" * (self.ends[number] - number)
        return aside

    def is_aside(self, number: int) -> bool:
        """Whether a tag is in the page's head, foot or menu."""
        return bool(self._aside[number])

    def text(self, number: int, most: int = 2000) -> str:
        """What a visitor reads within a tag, up to about `most` characters."""
        parts, length = [], 0
        for place in range(self.first_text[number], self._texts_end(number)):
            parts.append(self.texts[place][1])
            length += len(parts[-1])
            if length > most:
                break
        return " ".join(parts)

    def _texts_end(self, number: int) -> int:
        following = self.ends[number] + 1
        end = self.first_text[following] if following < len(self.tags) else len(self.texts)
        # Text after the last tag within, up to where the tag itself closes or beyond.
        while end > self.first_text[number] and self.texts[end - 1][0] < number:
            end -= 1
        return end

    def texts_within(self, number: int) -> list[tuple[int, str]]:
        """The shown texts within a tag, as in `texts`."""
        return self.texts[self.first_text[number] : self._texts_end(number)]

    def link(self, address: str) -> str:
        """An address on this page as a whole one; nothing if it is none that can be visited."""
        return absolute(self.base, address) if address.strip() else ""

    @cached_property
    def language(self) -> str:
        """What the page says of its language, as `de-CH`; in small letters."""
        html = self.soup.find("html")
        return str(html.get("lang", "")).lower()[:20] if isinstance(html, Tag) else ""


def words_of(attribute: object) -> list[str]:
    """The words of an attribute such as `rel` or `class`, in small letters."""
    words = attribute if isinstance(attribute, list) else str(attribute or "").split()
    return [str(word).lower() for word in words]


@lru_cache(maxsize=4096)
def absolute(page: str, address: str) -> str:
    """A link on a page as a whole address; nothing if it cannot be one, as `http://[`."""
    if len(address) > LONGEST_ADDRESS:
        return ""
    address = re.sub(r"[\t\r\n]", "", address).strip()
    try:
        whole = urljoin(page, address)
        parts = urlsplit(whole)
        return whole if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def _base(html: str, url: str) -> str:
    try:
        base = get_base_url(html, url, max_scan=100_000)
    except ValueError:
        return url
    return base if absolute(base, "") else url


def _unread(tag: Tag) -> bool:
    return (
        tag.name in _UNREAD
        or "hidden" in tag.attrs
        or (tag.name not in ("html", "body") and bool(_NOT_SHOWN.search(str(tag.get("style", "")))))
    )
