"""What a shop's robots.txt asks of visitors (RFC 9309)."""

import codecs

from protego import Protego

# RFC 9309 asks for at least 500 kibibytes; what stands behind is not read.
MOST_BYTES = 512_000
# Each wildcard multiplies what matching may cost; no real rule has so many.
MOST_WILDCARDS = 10
LONGEST_LINE = 2_000
# The four-byte marks first: UTF-32's little-endian one begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
STAY_OUT = "User-agent: *\nDisallow: /"


def parse_robots(body: bytes) -> Protego:
    """The rules of a robots.txt as bytes; a line that cannot be understood forbids nothing."""
    lines = (line.strip() for line in decoded(body[:MOST_BYTES]).splitlines())
    return Protego.parse("\n".join(line for line in lines if _is_bearable(line)))


def parse_nothing() -> Protego:
    """The rules of a shop that has none."""
    return Protego.parse("")


def parse_stay_out() -> Protego:
    """The rules of a shop whose robots.txt cannot be had for now."""
    return Protego.parse(STAY_OUT)


def decoded(body: bytes) -> str:
    """Bytes as text: by their byte order mark, else UTF-16 by its zeros, else UTF-8."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    if body[1:2] == b"\0" and body[:1] != b"\0":
        return body.decode("utf-16-le", errors="replace")
    if body[:1] == b"\0" and body[1:2] != b"\0":
        return body.decode("utf-16-be", errors="replace")
    return body.decode("utf-8", errors="replace").replace("\0", "")


def _is_bearable(line: str) -> bool:
    return len(line) <= LONGEST_LINE and line.count("*") <= MOST_WILDCARDS
