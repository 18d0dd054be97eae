"""XML as shops' programs write it: read with recovery, and what was wrong with it told.

Nothing is loaded from elsewhere and no entity of a document's own is taken. What can be mended
(characters that XML forbids, entities of HTML, a bare &, text around the document) is `mended`;
where the tags themselves are broken or end too early, all that is there is read, and then
UnreadableDocument says from which line on something may be missing.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO, TextIOWrapper
from xml.sax.saxutils import escape

from lxml import etree

from catalog.reading.encodings import UnknownEncoding, encoding_of, first_misfit, unicode_of
from catalog.sources.documents import UnreadableDocument

MAX_DEPTH = 100
MAX_PARTS = 20_000
MAX_FAULTS = 1000
CHUNK = 1 << 16
# As much as may stand before a document.
MAX_BEFORE = 20_000
MAX_PREFIXES = 50
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})""")
_PREFIX = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.-]{0,30}):[A-Za-z_]")
_DECLARED_PREFIX = re.compile(rb"xmlns:([A-Za-z0-9_.-]{1,31})\s*=")
_GOOGLE = "http://base.google.com/ns/1.0"
_DECLARATION = re.compile(r"<\?xml\s[^>]{0,1000}\?>")
_TAG = re.compile(r"<[^\W\d][^\s<>/]{0,100}")
_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry|url|sitemap)\b", re.IGNORECASE)
_ROOT = re.compile(r"<(?:rss|feed|urlset|sitemapindex|(?:\w+:)?RDF)\b", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_MEND = re.compile(
    r"(?P<opens><!\[CDATA\[)|(?P<closes>\]\]>)|(?P<entity><!ENTITY)|(?P<bare><(?![^\W\d]|[:/!?]))"
    r"|(?P<reference>&(?:#x?)?\w{1,32};)|(?P<and>&)"
    r"|(?P<forbidden>[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff])"
)
_OF_XML = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}


class Document:
    """An XML document that is read once; `mended` tells afterwards what was wrong with it."""

    def __init__(self, body: bytes, label: str = "") -> None:
        """`label` is the encoding that the answer's header tells. Raises UnreadableDocument."""
        declared = _DECLARED.search(body[:MAX_BEFORE])
        try:
            self._encoding = encoding_of(body, declared[1].decode() if declared else label)
        except UnknownEncoding as error:
            raise UnreadableDocument(str(error)) from error
        self._body = body
        self._mending = _Mending()
        misfit = first_misfit(body, self._encoding)
        if misfit is not None:
            self._mending.note(f"a byte that is no {self._encoding}", body.count(b"\n", 0, misfit))

    @property
    def mended(self) -> str:
        """As in "line 7: a bare &"; nothing where all was well."""
        return self._mending.summary()

    def elements(self, names: Iterable[str]) -> Iterator[etree._Element]:
        """The elements that are called so, in any namespace, one after another.

        Each is forgotten once the next is asked for, and so is all that stands between them:
        memory stays flat. Raises UnreadableDocument.
        """
        wanted = set(names)
        around: list[etree._Element] = []  # the elements that are open
        item: etree._Element | None = None  # the wanted element that is open
        parts = 0  # of it
        for event, element in _events(self._body, self._encoding, self._mending):
            if event == "start":
                is_next = item is not None and local_name(item) == local_name(element)
                if is_next:  # the one before was not closed: it ends here
                    yield item
                if is_next or (item is None and local_name(element) in wanted):
                    item, parts = element, 0
                around.append(element)
                parts += item is not None
                _require_bearable(len(around), parts)
                continue
            around.pop()
            if element is item:
                yield element
                item = None
            if item is None and around:
                del around[-1][:]


def root_name(body: bytes) -> str:
    """The name of an XML document's outermost element; nothing if it is no such document."""
    begin = body[: 10 * MAX_BEFORE]
    try:
        events = _events(begin, unicode_of(begin) or "latin-1", _Mending())
        return next((local_name(element) for _, element in events), "")
    except UnreadableDocument:
        return ""


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace, in small letters."""
    return str(element.tag).rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower()


def _events(
    body: bytes, encoding: str, mending: "_Mending"
) -> Iterator[tuple[str, etree._Element]]:
    """("start" or "end", element); what is only closed since the document ends too early has no
    end. Raises UnreadableDocument behind what could be read."""
    parser = etree.XMLPullParser(
        ("start", "end"), recover=True, resolve_entities=False, no_network=True,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    pieces, depth = _mended_pieces(body, encoding, mending), 0
    for piece in pieces:
        parser.feed(piece.encode())
        for event, element in parser.read_events():
            depth += 1 if event == "start" else -1
            yield event, element
            if not depth:
                return _require_no_more(piece, local_name(element), pieces, mending, parser)
        _faults(parser, MAX_FAULTS)
    before = _faults(parser)
    root = _close(parser)
    if root is not None and len(_faults(parser)) == len(before):
        yield from parser.read_events()
    _require_none(_faults(parser), root)


def _close(parser: etree.XMLPullParser) -> etree._Element | None:
    try:
        return parser.close()
    except etree.XMLSyntaxError:
        return None


def _require_no_more(
    piece: str, root: str, pieces: Iterator[str], mending: "_Mending", parser: etree.XMLPullParser
) -> None:
    """Behind the outermost element stands no further item; what else there is counts as nothing."""
    line = mending.line
    end = re.search(rf"</(?:[\w.-]+:)?{re.escape(root)}\s*>|/>\s*$", piece, re.IGNORECASE)
    behind = piece[end.end() :] if end else ""
    for rest in (behind, *pieces) if behind else pieces:
        if _ITEM.search(rest):
            raise UnreadableDocument(f"line {line + 1}: more stands behind the end of its <{root}>")
        if rest.strip() and not rest.lstrip().startswith("<!--"):
            mending.note("text behind the document", line)
    _require_none(_faults(parser, behind=True), parser)


def _faults(
    parser: etree.XMLPullParser, most: int | None = None, behind: bool = False
) -> list[etree._LogEntry]:
    """What is wrong with the tags; `behind` leaves out what stands behind the document's end."""
    found = [
        fault for fault in parser.feed_error_log
        if fault.level_name == "FATAL" and not (behind and fault.type_name == "ERR_DOCUMENT_END")
    ]  # fmt: skip
    if most and len(found) > most:
        _require_none(found, parser)
    return found


def _require_none(faults: list[etree._LogEntry], root: object) -> None:
    if faults:
        first = faults[0]
        message = " ".join(first.message.split())[:100]
        raise UnreadableDocument(f"line {first.line}: its XML is broken there ({message})")
    if root is None:
        raise UnreadableDocument("it is no XML that can be read")


def _require_bearable(depth: int, parts: int) -> None:
    if depth > MAX_DEPTH:
        raise UnreadableDocument(f"it is nested more than {MAX_DEPTH} deep")
    if parts > MAX_PARTS:
        raise UnreadableDocument(f"an item of it has more than {MAX_PARTS} parts")


# Mending ---------------------------------------------------------------------------------------


def _mended_pieces(body: bytes, encoding: str, mending: "_Mending") -> Iterator[str]:
    """The document as text, piece by piece, each cut where nothing is cut in two."""
    held, is_first = "", True
    with TextIOWrapper(BytesIO(body), encoding, errors="replace", newline="") as text:
        while read := text.read(CHUNK):
            piece = held + read
            cut = max(piece.rfind(end) for end in "> \n") + 1 or len(piece)
            held, piece = piece[cut:], piece[:cut]
            if is_first:
                piece, is_first = _from_its_root(piece, body, mending), False
            yield mending.mend(piece)
    if held:
        yield mending.mend(_from_its_root(held, body, mending) if is_first else held)


def _from_its_root(begin: str, body: bytes, mending: "_Mending") -> str:
    """A document without what stands before it, its line breaks apart; with all its prefixes
    declared."""
    begin = begin.lstrip("\ufeff")
    declaration = _DECLARATION.search(begin, 0, MAX_BEFORE)
    root = declaration or _ROOT.search(begin, 0, MAX_BEFORE)
    before = begin[: root.start()] if root else ""
    if root and not _PAGE.search(before) and (declaration or "<!DOCTYPE" not in before):
        if before.strip() and not before.lstrip().startswith("<!--"):
            mending.note("text before the document", 0)
        start = root.end() if declaration else root.start()
        begin = "\n" * begin.count("\n", 0, start) + begin[start:]
    return _TAG.sub(lambda tag: tag[0] + _declarations(body), begin, count=1)


def _declarations(body: bytes) -> str:
    """Of the prefixes that a document uses and does not declare; Google's is known."""
    used = {match[1] for match in _PREFIX.finditer(body)}
    declared = {match[1] for match in _DECLARED_PREFIX.finditer(body)}
    missing = sorted(prefix.decode() for prefix in used - declared - {b"xml", b"xmlns"})
    return "".join(
        f' xmlns:{prefix}="{_GOOGLE if prefix == "g" else f"urn:undeclared:{prefix}"}"'
        for prefix in missing[:MAX_PREFIXES]
    )


class _Mending:
    """What is wrong within a document and can be set right without loss; lines are counted."""

    def __init__(self) -> None:
        self.line = 0
        self._in_cdata = False
        self._first: dict[str, int] = {}
        self._met = Counter[str]()

    def note(self, what: str, line: int) -> None:
        self._first.setdefault(what, line + 1)
        self._met[what] += 1

    def summary(self) -> str:
        """As in "line 7: a bare & (and 2 more); line 9: text behind the document"."""
        return "; ".join(
            f"line {line}: {what}" + (f" (and {self._met[what] - 1} more)" * (self._met[what] > 1))
            for what, line in self._first.items()
        )

    def mend(self, piece: str) -> str:
        """The piece as XML allows it. Raises UnreadableDocument where it declares entities."""
        mended = _MEND.sub(self._mended, piece)
        self.line += piece.count("\n")
        return mended

    def _mended(self, match: re.Match[str]) -> str:
        found, kind = match[0], match.lastgroup
        if kind == "forbidden":
            return self._noted(match, "a character that XML forbids", "")
        if kind in ("opens", "closes"):
            was, self._in_cdata = self._in_cdata, kind == "opens"
            return found if was or self._in_cdata else escape(found)
        elif self._in_cdata or found in _OF_XML:
            return found
        elif kind == "entity":
            raise UnreadableDocument("it is no XML that can be read: it declares entities")
        elif kind == "reference":
            return self._referred(match)
        elif kind in ("and", "bare"):
            return self._noted(match, f"a bare {found}", escape(found))
        return found

    def _referred(self, match: re.Match[str]) -> str:
        """A reference to a character, by its number or its name in HTML."""
        meant = html.unescape(match[0])
        if meant == match[0]:
            return self._noted(match, "an entity that is not known", escape(meant))
        if match[0].startswith("&#"):
            plain = _MEND.sub("", meant) if len(meant) == 1 and meant not in "<&" else meant
            return (
                escape(plain) if plain else self._noted(match, "a character that XML forbids", "")
            )
        return self._noted(match, "an entity of HTML", escape(meant))

    def _noted(self, match: re.Match[str], what: str, instead: str) -> str:
        known = what in self._first  # counting lines takes long
        self.note(what, 0 if known else self.line + match.string.count("\n", 0, match.start()))
        return instead
