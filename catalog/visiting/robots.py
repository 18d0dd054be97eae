"""What a shop's robots.txt asks of visitors (RFC 9309)."""

import codecs
import re
from collections.abc import Iterator
from urllib.parse import quote_from_bytes

from protego import Protego

# RFC 9309 asks for at least 500 kibibytes; what stands behind is not read.
MAX_BYTES = 512_000
# A rule may be cut here: what is shorter forbids more, never less.
LONGEST_LINE = 2_000
# The four-byte marks first: UTF-32's little-endian one begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
STAY_OUT = "User-agent: *\nDisallow: /"


def parse_robots(body: bytes) -> Protego:
    """The rules of a robots.txt as bytes; what cannot be understood forbids nothing.

    But it must not open what it was to close: see `decoded`.
    """
    lines = (line.strip() for line in decoded(body[:MAX_BYTES]).splitlines())
    return Protego.parse("\n".join(line[:LONGEST_LINE] for line in lines if _is_bearable(line)))


def parse_nothing() -> Protego:
    """The rules of a shop that has none."""
    return Protego.parse("")


def parse_stay_out() -> Protego:
    """The rules of a shop whose robots.txt cannot be had for now."""
    return Protego.parse(STAY_OUT)


def decoded(body: bytes) -> str:
    """Bytes as text: by their byte order mark, else line by line as UTF-8.

    A line that is no UTF-8 counts in each way that it can be meant. Marks within (of files that
    were put together) and zero bytes (of UTF-16 without a mark) go, and what is left can be read.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            text = body[len(mark) :].decode(encoding, errors="replace")
            break
    else:
        text = "\n".join(reading for line in _LINE_ENDS.split(body) for reading in _readings(line))
    return text.replace("\ufeff", "").replace("\0", "")


def _readings(line: bytes) -> Iterator[str]:
    """The line as text; one that is no UTF-8 with its bytes escaped, and as windows-1252 too."""
    try:
        yield line.decode()
    except UnicodeDecodeError:
        yield quote_from_bytes(line, safe=bytes(range(128)))
        yield line.decode("cp1252", errors="replace")


def _is_bearable(line: str) -> bool:
    """Not an exception that is too long to be one: cut, it would allow more."""
    return len(line) <= LONGEST_LINE or not line.lower().startswith("allow")
