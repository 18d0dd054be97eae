"""The names in a zip archive, as whoever packed it wrote them.

A flag says that a name is in UTF-8; Info-ZIP puts such a name beside the other; the Finder of a
Mac, and many scripts, write UTF-8 and say nothing. What is left was written by Windows or DOS, in
the encoding of its country: it is told by the letters, or not at all.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from zipfile import ZipInfo

from catalog.reading.encodings import OF_ZIP_NAMES, UnknownEncoding, fits, likeliest

UNICODE_NAME = 0x7075
_IN_UTF_8 = 0x800
# So many letters beyond ASCII are in UTF-8 by no accident.
ENOUGH = 2


class ZipNames:
    """The names of an archive's members; `guessed` is the encoding that those without any sign of
    it are read in, "" where there are none or it cannot be told."""

    def __init__(self, members: Iterable[ZipInfo]) -> None:
        unsigned = [_raw(member) for member in members if _signed(member) is None]
        self._all_fit = all(fits(raw, "utf-8") for raw in unsigned)
        unsure = [raw for raw in unsigned if not self._is_utf_8(raw)]
        try:
            self.guessed = likeliest(b"\n".join(unsure), OF_ZIP_NAMES) if unsure else ""
        except UnknownEncoding:
            self.guessed = ""

    def of(self, member: ZipInfo) -> str | None:
        """A member's name; None where it cannot be told."""
        if (name := _signed(member)) is not None:
            return name
        raw = _raw(member)
        if self._is_utf_8(raw):
            return raw.decode()
        return raw.decode(self.guessed) if self.guessed else None

    def _is_utf_8(self, raw: bytes) -> bool:
        if not fits(raw, "utf-8"):
            return False
        return self._all_fit or sum(ord(letter) > 127 for letter in raw.decode()) >= ENOUGH


def _raw(member: ZipInfo) -> bytes:
    """The bytes of a name that zipfile has read as code page 437."""
    return member.orig_filename.encode("cp437", "replace")


def _signed(member: ZipInfo) -> str | None:
    """The name where something tells its encoding, or where it needs none."""
    if member.flag_bits & _IN_UTF_8 or member.orig_filename.isascii():
        return member.filename
    for kind, content in _extras(member.extra):
        if kind == UNICODE_NAME and len(content) > 5:
            checked = int.from_bytes(content[1:5], "little")
            if checked == zlib.crc32(_raw(member)) and fits(content[5:], "utf-8"):
                return content[5:].decode()
    return None


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """(its number, what it holds) of each field beside a name."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        yield kind, extra[4 : 4 + length]
        extra = extra[4 + length :]
