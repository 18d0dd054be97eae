"""Takes a picture's pixels out of their file, away from what stands beside them.

Metadata are written by everyone and checked by no one: a tag of the wrong type, a profile that
unpacks to gigabytes or a wrong checksum beside sound pixels must not cost the picture. So they
never reach the decoder: only the orientation and the colour profile are read, apart, and each is
left out when it is broken. A file whose structure is not understood stays as it is.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

# Larger ones describe presses and scanners, not screens.
MAX_PROFILE_BYTES = 4_000_000
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Bare:
    """`data` decodes to the same pixels without metadata; those that matter stand beside it."""

    data: bytes
    exif: bytes = b""
    profile: bytes = b""

    def orientation(self) -> int:
        """EXIF's orientation, 1 to 8; 1 (upright) where there is none or it is broken."""
        exif = Image.Exif()
        try:
            exif.load(self.exif)
            value = exif.get(ORIENTATION)
        except Exception:  # anything at all may stand there
            return 1
        return value if isinstance(value, int) and 1 <= value <= 8 else 1


def bare(data: bytes) -> Bare:
    """A JPEG, PNG, WebP, TIFF or AVIF without its metadata; any other file as it is."""
    strip = next((s for (at, mark), s in _STRIPPERS.items() if data.startswith(mark, at)), Bare)
    try:
        return strip(data)
    except (struct.error, IndexError, ValueError, ArithmeticError):  # what is said cannot be
        return Bare(data)


# PNG -------------------------------------------------------------------------------------------

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_PIXELS = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
# How long tRNS is, by the colour type in IHDR; of a palette it may have any length but none.
_PNG_TRANSPARENCY = {0: 2, 2: 6}


def _png(data: bytes) -> Bare:
    parts, exif, profile, colour = [_PNG_START], b"", b"", data[25]
    for kind, body, chunk in _png_chunks(data):
        if kind in _PNG_PIXELS or (kind == b"tRNS" and _is_transparency(chunk, colour)):
            parts.append(chunk)
        elif kind == b"eXIf":
            exif = body
        elif kind == b"iCCP":
            profile = _unpacked_profile(body)
        if kind == b"IEND":
            break
    return Bare(b"".join(parts), exif, profile)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, body, and the chunk as a whole; a cut one is the last."""
    at = len(_PNG_START)
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + 8 + length], data[at : at + 12 + length]
        at += 12 + length


def _is_transparency(chunk: bytes, colour: int) -> bool:
    length = len(chunk) - 12
    sound = zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
    return sound and length > 0 and _PNG_TRANSPARENCY.get(colour, length) == length


def _unpacked_profile(body: bytes) -> bytes:
    """The profile of an iCCP chunk: a name, 0, the method 0, and zlib's bytes."""
    _, _, packed = body.partition(b"\0")
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return b""
    return profile if unpacker.eof else b""


# JPEG ------------------------------------------------------------------------------------------

_SCAN, _APP0, _APP1, _APP2, _ADOBE, _APP15, _COMMENT = 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE


def _jpeg(data: bytes) -> Bare:
    """Of the application's segments JFIF and Adobe stay: they say how colours are coded."""
    parts, exif, profiles, at = [data[:2]], b"", {}, 2
    while data[at] == 0xFF and data[at + 1] != _SCAN:
        marker = data[at + 1]
        if marker == 0xFF:  # a byte that fills
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : end]
        if marker == _APP1 and body.startswith(b"Exif\0\0"):
            exif = exif or body
        elif marker == _APP2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
            profiles[body[12]] = body[14:]
        parts += [data[at:end]] if _is_about_pixels(marker, body) else []
        at = end
    profile = b"".join(part for _, part in sorted(profiles.items()))
    return Bare(b"".join([*parts, data[at:]]), exif, profile)


def _is_about_pixels(marker: int, body: bytes) -> bool:
    """Also whether JFIF's and Adobe's segments are as long as they must be to say it."""
    if marker in (_APP0, _ADOBE):
        return len(body) >= (14 if marker == _APP0 else 12)
    return not (_APP0 <= marker <= _APP15 or marker == _COMMENT)


# WebP ------------------------------------------------------------------------------------------

_WEBP_PIXELS = (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")
_WEBP_METADATA_FLAGS = 0x20 | 0x08 | 0x04


def _webp(data: bytes) -> Bare:
    if data[8:12] != b"WEBP":
        return Bare(data)
    parts, beside, at = [b"WEBP"], {}, 12
    while at + 8 <= len(data):
        kind, length = struct.unpack("<4sI", data[at : at + 8])
        end = at + 8 + length + length % 2
        if kind == b"VP8X":
            flags = data[at + 8] & ~_WEBP_METADATA_FLAGS
            parts += [data[at : at + 8], bytes([flags]), data[at + 9 : end]]
        elif kind in _WEBP_PIXELS:
            parts.append(data[at:end])
        else:
            beside[kind] = data[at + 8 : at + 8 + length]
        at = end
    body = b"".join(parts)
    riff = b"RIFF" + struct.pack("<I", len(body)) + body
    return Bare(riff, beside.get(b"EXIF", b""), beside.get(b"ICCP", b""))


# TIFF ------------------------------------------------------------------------------------------

# Those that say how the pixels lie (TIFF 6.0), and the orientation.
_TIFF_PIXELS = {
    *range(254, 260), 262, 266, 273, 274, 277, 278, 279, 284, 292, 293, 317, 320, *range(322, 326),
    332, 338, 339, 340, 341, 347, *range(512, 516), *range(519, 522), *range(529, 533),
}  # fmt: skip
_TIFF_PROFILE = 34675


def _tiff(data: bytes) -> Bare:
    """The first image's directory is rewritten in its place, and becomes the only one."""
    order = "<" if data.startswith(b"II") else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    number, count, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
    [at] = struct.unpack_from(order + number, data, 8 if big else 4)
    [entries] = struct.unpack_from(order + count, data, at)
    first = at + struct.calcsize(count)
    end = first + entries * entry
    if end > len(data):
        return Bare(data)
    kept, profile = [], b""
    for start in range(first, end, entry):
        [tag, _, length] = struct.unpack_from(f"{order}HH{number}", data, start)
        if tag in _TIFF_PIXELS:
            kept.append(data[start : start + entry])
        elif tag == _TIFF_PROFILE and length <= MAX_PROFILE_BYTES:
            [place] = struct.unpack_from(order + number, data, start + entry - len(_zero(number)))
            profile = data[place : place + length]
    directory = struct.pack(order + count, len(kept)) + b"".join(kept) + _zero(number)
    room = end + len(_zero(number)) - at
    return Bare(data[:at] + directory.ljust(room, b"\0") + data[at + room :], b"", profile)


def _zero(number: str) -> bytes:
    return bytes(struct.calcsize("=" + number))


# AVIF ------------------------------------------------------------------------------------------

# An entry in the table of what the file holds: its name, version, flags, number and protection.
_EXIF_ENTRY = re.compile(rb"(infe[\2\3]...(?:..){2,3})Exif", re.DOTALL)


def _avif(data: bytes) -> Bare:
    """EXIF gets a name that nobody knows; AVIF has the orientation in a place of its own."""
    return Bare(_EXIF_ENTRY.sub(rb"\1none", data))


_STRIPPERS = {
    (0, _PNG_START): _png,
    (0, b"\xff\xd8\xff"): _jpeg,
    (0, b"RIFF"): _webp,
    (0, b"II*\0"): _tiff,
    (0, b"MM\0*"): _tiff,
    (0, b"II+\0"): _tiff,
    (0, b"MM\0+"): _tiff,
    (4, b"ftyp"): _avif,
}
