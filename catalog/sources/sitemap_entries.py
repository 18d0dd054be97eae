"""What a sitemap names, in each form that https://www.sitemaps.org/protocol.html allows.

XML and indexes of it, with Google's extension for pictures; RSS and Atom; text, an address a line.
Each may be packed with gzip.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from catalog.reading.decoding import decoded
from catalog.sources.described import pictures, web_address
from catalog.sources.documents import UnreadableDocument, opened
from catalog.sources.xml import Document, local_name, root_name

# Of a text so many lines at least are addresses, once it is known to be a sitemap.
MAX_OTHER_LINES = 0.5
# A line of a text: one address, whole, with nothing beside it.
_ADDRESS = re.compile(r"(?!.*[,;]https?://)https?://[^\s\"<>|\\]+(?<![,;])", re.IGNORECASE)
_PARTS = ("url", "sitemap", "item", "entry")


@dataclass(frozen=True)
class Entry:
    """A page, or a further sitemap, that a sitemap names; and the pictures it has."""

    address: str
    is_sitemap: bool = False
    images: tuple[str, ...] = ()


def entries_of(body: bytes, url: str, charset: str = "") -> Iterator[Entry]:
    """What a sitemap's bytes name; `url` is where it lies, `charset` what its header tells.

    Raises UnreadableDocument, behind what could be read.
    """
    plain, cut, _ = opened(body)
    if _is_markup(plain):
        found = (_entry(element, url) for element in Document(plain, charset).elements(_PARTS))
        yield from filter(None, found)
    else:
        yield from map(Entry, _lines(plain, url))
    if cut:
        raise UnreadableDocument(cut)


def is_text_sitemap(body: bytes, url: str) -> bool:
    """Whether it is a text that holds an address a line, and nothing else: a table is none."""
    try:
        return not _is_markup(body) and len(_lines(body, url)) == len(_text_lines(body))
    except UnreadableDocument:
        return False


def _is_markup(body: bytes) -> bool:
    return decoded(body[:1000]).lstrip("\ufeff \t\r\n\0")[:1] == "<" or bool(root_name(body))


def _lines(body: bytes, url: str) -> list[str]:
    lines = _text_lines(body)
    whole = (web_address(line, url) for line in lines if _ADDRESS.fullmatch(line))
    found = list(filter(None, whole))
    if not found or len(found) < MAX_OTHER_LINES * len(lines):
        raise UnreadableDocument("it is neither XML nor a list of addresses")
    return found


def _text_lines(body: bytes) -> list[str]:
    """The lines that are not empty."""
    lines = (line.strip("\0 \t\ufeff") for line in decoded(body).splitlines())
    return [line for line in lines if line]


def _entry(element: _Element, url: str) -> Entry | None:
    kind = local_name(element)
    if kind in ("item", "entry"):
        address = _of_a_feed(element, url)
        return Entry(address) if address else None
    address, images = "", []
    for part in element.iter():
        if local_name(part) == "loc" and part.text:
            link = part.text.strip()
            # An image's own address is a `loc` too, in the namespace of images.
            if "image" in str(part.tag):
                images.append(link)
            else:
                address = address or web_address(link, url)
    return Entry(address, kind == "sitemap", pictures(images, url)) if address else None


def _of_a_feed(item: _Element, url: str) -> str:
    """The page that an item of RSS or an entry of Atom is about."""
    for part in item:
        named = local_name(part)
        link = (part.text or "").strip()
        if named == "link" and part.get("rel", "alternate") == "alternate":
            link = part.get("href") or link
        elif named != "guid" or part.get("isPermaLink", "true") == "false":
            continue
        if "://" in link and (address := web_address(link, url)):
            return address
    return ""
