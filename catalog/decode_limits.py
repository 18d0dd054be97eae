"""What a picture says it is, and what decoding it would cost; asked before any of it is decoded.

Costs are measured (tests/catalog/test_costly_pictures.py keeps to them): the memory that Pillow
and its libraries take beside the file's own bytes, for each pixel.
"""

import re
import struct
import threading

from PIL import Image, ImageFile

# A camera's 50 megapixels; what claims more is no product picture.
MAX_PIXELS = 50_000_000
# The memory that a picture may take on its way through us, in bytes.
MAX_BYTES = 400_000_000
# Bytes a pixel: most are held once, as Pillow holds them (RGB takes four).
BYTES_A_PIXEL = {"WEBP": 16, "AVIF": 18, "JPEG2000": 20, "ICO": 20, "ICNS": 20, "CUR": 20}
HELD_ONCE = 7
HELD_UNTIL_THE_LAST_SCAN = 9
# A JPEG built up in many steps is made to keep a decoder busy: each step visits every pixel.
MAX_SCANS = 200
MAX_SCANNED_PIXELS = 900_000_000
# Some formats are decoded by Pillow in Python, at a millionth of a second a pixel or more.
MAX_PIXELS_IN_PYTHON = 2_000_000

# What holds pictures that may claim another size than it does; Pillow decodes icons as it opens
# them. Then PNG's header, JPEG 2000's, and that of its code stream, wherever in such a file.
_HOLDERS = (b"\0\0\1\0", b"\0\0\2\0", b"icns", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP")
_CLAIMS = re.compile(rb"(?:IHDR|ihdr|\xff\x4f\xff\x51....)(.{8})", re.DOTALL)


class PixelLimit:
    """While any thread reads, Pillow keeps to our limit; then to the program's own again.

    It is for what Pillow opens by itself inside of a file; it refuses what is twice as large.
    """

    def __init__(self) -> None:
        self._lock, self._readers = threading.Lock(), 0
        self._before: int | None = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._readers:
                self._before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MAX_PIXELS
            self._readers += 1

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._readers -= 1
            if not self._readers:
                Image.MAX_IMAGE_PIXELS = self._before


limited_pixels = PixelLimit()


class TooCostly(ValueError):
    """Decoding the picture would take too much; the message says what."""


def refuse_costly(picture: Image.Image, data: bytes) -> None:
    """Raises TooCostly where a picture, opened from `data` but not decoded, takes too much."""
    pixels = picture.width * picture.height
    most = min(MAX_PIXELS, MAX_BYTES // _bytes_a_pixel(picture))
    if pixels > most:
        raise TooCostly(f"{_millions(pixels)} are too many; the limit is {most // 1_000_000}")
    if data.startswith(b"\xff\xd8"):
        _refuse_scans(data.count(b"\xff\xda"), pixels)
    if pixels > MAX_PIXELS_IN_PYTHON and _is_decoded_in_python(picture):
        raise TooCostly(f"{_millions(pixels)} of a kind that is slow to decode are too many")


def refuse_large_inside(data: bytes) -> None:
    """Raises TooCostly where a file, not opened yet, holds a picture that takes too much."""
    if not data.startswith(_HOLDERS):
        return
    sizes = (struct.unpack(">II", match[1]) for match in _CLAIMS.finditer(data))
    pixels = max((width * height for width, height in sizes), default=0)
    if pixels > MAX_BYTES // max(BYTES_A_PIXEL.values()):
        raise TooCostly(f"{_millions(pixels)} inside it are too many")


def shrink_while_decoding(picture: Image.Image, data: bytes, longer_side: int) -> None:
    """Has formats that can be decoded at a half, a quarter … do so, down to `longer_side`."""
    picture.draft("RGB", (longer_side, longer_side))
    if picture.format == "JPEG2000" and (header := data.find(b"\xff\x52")) >= 0:
        levels = data[header + 9] if len(data) > header + 9 else 0
        halvings = (max(picture.size) // longer_side).bit_length() - 1
        picture.reduce = max(0, min(halvings, levels))  # type: ignore[method-assign,assignment]


def _bytes_a_pixel(picture: Image.Image) -> int:
    held = HELD_UNTIL_THE_LAST_SCAN if picture.info.get("progressive") else HELD_ONCE
    return BYTES_A_PIXEL.get(picture.format or "", held)


def _refuse_scans(scans: int, pixels: int) -> None:
    if scans > MAX_SCANS or scans * pixels > MAX_SCANNED_PIXELS:
        raise TooCostly(f"a JPEG of {_millions(pixels)} in {scans} scans")


def _is_decoded_in_python(picture: Image.Image) -> bool:
    tiles = picture.tile if isinstance(picture, ImageFile.ImageFile) else []
    return any(tile[0] in Image.DECODERS for tile in tiles)


def _millions(pixels: int) -> str:
    return f"{pixels / 1e6:.0f} million pixels"
