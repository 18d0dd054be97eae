"""Whether a file holds all of its picture: what lacks a few bytes is mended, half of one refused.

Browsers show a JPEG without its last bytes, and so do we. A decoder fills rows that never came with
grey and says nothing; here they are found. So is what a broken download filled up with zeros.
"""

import io
import re
import zlib

import numpy as np
from PIL import Image

from runs.words import gettext_noop

JPEG, PNG, RIFF = b"\xff\xd8", b"\x89PNG", b"RIFF"
_END = b"\xff\xd9"
# Within pixels such a mark never stands.
_SEGMENT = re.compile(rb"\xff[\xc4\xda-\xdd\xe0-\xfe]")
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


class CutShort(ValueError):
    """The file holds only a part of its picture."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("a picture that breaks off: a part of it is missing"))


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
    grey = _grey_rows(picture)
    if not grey or not _are_missing(picture, grey, data):
        return picture
    if grey > MAX_MISSING * picture.height:
        raise CutShort
    return picture.crop((0, 0, picture.width, picture.height - grey))


def _grey_rows(picture: Image.Image) -> int:
    """How many rows at the bottom are of that grey all along."""
    pixels = np.asarray(picture)
    pixels = pixels.reshape(picture.height, -1)
    is_grey = (pixels.min(axis=1) >= _GREY[0]) & (pixels.max(axis=1) <= _GREY[1])
    coloured = np.flatnonzero(~is_grey)
    return picture.height - 1 - int(coloured[-1]) if coloured.size else picture.height


def _are_missing(picture: Image.Image, rows: int, data: bytes) -> bool:
    """Whether further bits would change these rows: then the file has none of them."""
    before = data[: data.rfind(_END)].rstrip(b"\xff")
    with Image.open(io.BytesIO(before + _FILLER + _END), formats=("JPEG",)) as other:
        other.draft(picture.mode, picture.size)
        other.load()
        if other.size != picture.size or other.mode != picture.mode:
            return False
        first = max(0, picture.height - rows - BLOCK_ROWS)  # they may end within a row of blocks
        return bool((np.asarray(other)[first:] != np.asarray(picture)[first:]).any())


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
