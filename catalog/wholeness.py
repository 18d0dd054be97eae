"""Whether a file holds all of its picture: what lacks a few bytes is mended, half of one refused.

Browsers show a JPEG without its last bytes, and so do we. A decoder fills rows that never came with
grey and says nothing; here they are found. So is what a broken download filled up with zeros.
"""

import io
import re
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from runs.words import gettext_noop

JPEG, PNG, RIFF = b"\xff\xd8", b"\x89PNG", b"RIFF"
_END = b"\xff\xd9"
# Within pixels such a mark never stands.
_SEGMENT = re.compile(rb"\xff[\xc4\xda-\xdd\xe0-\xfe]")
# Where a segment of a JPEG begins, within pixels and before them.
_MARKER = re.compile(rb"\xff[\xc0-\xcf\xda-\xdf\xe0-\xfe]")
# Bits that a decoder takes for pixels, where there is still room for any.
_FILLER = bytes(n * n * 37 % 251 for n in range(600))
# What is coded together is at most so high.
BLOCK_ROWS = 32
# The grey that stands for what never came; a step more or less by rounding.
_GREY = (127, 129)
# More missing rows than this share are not cut off but refused.
MAX_MISSING = 1 / 16
# So many bytes may a WebP lack; so many zeros at a file's end are none of its picture.
FEW_BYTES, MANY_ZEROS = 8, 64
# So much is unpacked at most to sum it up.
MAX_PIXEL_BYTES = 400_000_000


class CutShort(ValueError):
    """The file holds only a part of its picture."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("a picture that is incomplete: part of it is missing"))


def mended(data: bytes) -> bytes:
    """The file with its end, where only that is missing. Raises CutShort where much is."""
    if data.startswith(JPEG):
        body = data.rstrip(b"\0")
        if body.endswith(_END):
            return data
        # A few zeros may be pixels; many were never written.
        pixels = body if len(data) - len(body) > MANY_ZEROS else data
        return _without_cut_segment(pixels) + _END
    if data.startswith(RIFF):
        return _whole_webp(data)
    if data.startswith(PNG) and not _is_sound_png(data):
        raise CutShort
    return data


def _without_cut_segment(body: bytes) -> bytes:
    """A JPEG that breaks off within a table or a header of a further scan, up to there."""
    last = max(
        (found.start() for found in _SEGMENT.finditer(body, max(0, len(body) - 65_540))), default=0
    )
    length = int.from_bytes(body[last + 2 : last + 4], "big")
    return body[:last] if last and last + 2 + length > len(body) else body


def without_missing_rows(picture: Image.Image, data: bytes) -> Image.Image:
    """A decoded picture without rows that its file, a JPEG, never had. Raises CutShort for many."""
    if not data.startswith(JPEG):
        return picture
    if "progressive" in picture.info and _lacks_scans(picture, data):
        raise CutShort
    grey = _grey_rows(picture)
    if not grey or not _are_missing(picture, grey, data):
        return picture
    if grey > MAX_MISSING * picture.height:
        raise CutShort
    return picture.crop((0, 0, picture.width, picture.height - grey))


def _lacks_scans(picture: Image.Image, data: bytes) -> bool:
    """Whether a progressive JPEG has not come so far that all of it is shown, be it coarsely.

    Its first scans hold a blur; the last refine what is there. One that broke off counts for none.
    """
    every, last = _uncoded(data)
    if every or not last:
        return every
    changed = _first_changed_row(picture, data)
    return changed is not None and picture.height - changed > MAX_MISSING * picture.height


def _uncoded(data: bytes) -> tuple[bool, bool]:
    """Whether a part of the picture is coded in no scan; and in none but the last."""
    missing: set[tuple[int, int]] = set()
    before: set[tuple[int, int]] = set()
    at = 2
    while found := _MARKER.search(data, at):
        start, length = found.end(), int.from_bytes(data[found.end() : found.end() + 2], "big")
        segment = data[start + 2 : start + length]
        if found[0] == b"\xff\xc2" and len(segment) > 5:
            missing = {(component, n) for component in segment[6::3] for n in range(64)}
        elif found[0] == b"\xff\xda" and len(segment) > 3:
            before = set(missing)
            first, last = segment[-3:-1]
            coded = segment[1 : 1 + 2 * segment[0] : 2]
            missing -= {(component, n) for component in coded for n in range(first, last + 1)}
        at = start + length
    return bool(missing), bool(before)


def _grey_rows(picture: Image.Image) -> int:
    """How many rows at the bottom are of that grey all along."""
    pixels = np.asarray(picture)
    pixels = pixels.reshape(picture.height, -1)
    is_grey = (pixels.min(axis=1) >= _GREY[0]) & (pixels.max(axis=1) <= _GREY[1])
    coloured = np.flatnonzero(~is_grey)
    return picture.height - 1 - int(coloured[-1]) if coloured.size else picture.height


def _are_missing(picture: Image.Image, rows: int, data: bytes) -> bool:
    """Whether further bits would change these rows: then the file has none of them."""
    first = max(0, picture.height - rows - BLOCK_ROWS)  # they may end within a row of blocks
    return _first_changed_row(picture, data, first) is not None


def _first_changed_row(picture: Image.Image, data: bytes, first: int = 0) -> int | None:
    """The first row, from one on, that further bits in the file would change."""
    before = data[: data.rfind(_END)].rstrip(b"\xff")
    with Image.open(io.BytesIO(before + _FILLER + _END), formats=("JPEG",)) as other:
        other.draft(picture.mode, picture.size)
        other.load()
        if other.size != picture.size or other.mode != picture.mode:
            return None
        changed = np.asarray(other)[first:] != np.asarray(picture)[first:]
    rows = np.flatnonzero(changed.reshape(len(changed), -1).any(axis=1))
    return first + int(rows[0]) if rows.size else None


def _whole_webp(data: bytes) -> bytes:
    """A WebP, as long as its last chunk says."""
    zeros = len(data) - len(data.rstrip(b"\0"))
    if zeros > MANY_ZEROS:
        raise CutShort
    at = 12
    while at + 8 <= len(data):
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        at += at % 2
    missing = at - len(data)
    if missing <= 0:
        return data
    if missing > FEW_BYTES:
        raise CutShort
    return RIFF + (at - 8).to_bytes(4, "little") + data[8:] + bytes(missing)


def _is_sound_png(data: bytes) -> bool:
    """Whether the pixels are as they were written, whatever the checksums of the chunks say."""
    at, packed, damaged = 8, [], False
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT" and at + 12 + length <= len(data):
            packed.append((at + 8, at + 8 + length))
            checksum = data[at + 8 + length : at + 12 + length]
            damaged |= zlib.crc32(data[at + 4 : at + 8 + length]) != int.from_bytes(checksum, "big")
        at += 12 + length
    return not damaged or _unpacks(data, packed)


def with_right_sum(data: bytes) -> bytes | None:
    """A PNG whose pixels are all there under a wrong sum, with the right one; None for others.

    Browsers do not look at that sum; each chunk has its own beside it.
    """
    parts = list(_chunks(data)) if data.startswith(PNG) else []
    packed = b"".join(body for name, body in parts if name == b"IDAT")
    unpacker, total, size, tail = zlib.decompressobj(-zlib.MAX_WBITS), 1, 0, packed[2:]
    try:
        while tail and not unpacker.eof and size < MAX_PIXEL_BYTES:
            some = unpacker.decompress(tail, 1_000_000)
            total, size, tail = (
                zlib.adler32(some, total),
                size + len(some),
                unpacker.unconsumed_tail,
            )
    except zlib.error:
        return None
    right = total.to_bytes(4, "big")
    if not unpacker.eof or unpacker.unused_data[:4] == right:
        return None
    pixels = packed[: len(packed) - len(unpacker.unused_data)] + right
    others = [part for part in parts if part[0] != b"IDAT"]
    at = next(n for n, (name, _) in enumerate(parts) if name == b"IDAT")
    others.insert(at, (b"IDAT", pixels))
    return data[:8] + b"".join(_chunk(name, body) for name, body in others)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def _unpacks(data: bytes, parts: list[tuple[int, int]]) -> bool:
    unpacker = zlib.decompressobj()
    try:
        for first, last in parts:
            tail = data[first:last]
            while tail and not unpacker.eof:
                unpacker.decompress(tail, 1_000_000)
                tail = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof
