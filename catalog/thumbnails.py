"""Untrusted bytes -> verified JPEGs: a picture of at most 500 pixels, and a 250×250 thumbnail.

The rule: the first frame, turned as its EXIF says, in sRGB, on white where it is transparent; the
whole picture, never cropped. The picture is never enlarged and has no frame; the thumbnail is
scaled to fit 250×250 and centred on white. Nothing of the original file but its pixels is kept.
A picture takes at most 400 MB of memory beside its file, and what would take more is refused.
"""

import io
import re
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.decode_limits import (
    TooCostly,
    limited_pixels,
    refuse_costly,
    refuse_large_inside,
    shrink_while_decoding,
)
from catalog.normalise import as_seen
from catalog.strip_metadata import Bare, bare
from catalog.wholeness import CutShort, mended, with_right_sum, without_missing_rows
from runs.words import gettext_noop

Box = tuple[float, float, float, float]

SIDE = 250
SMALLEST_PART = 16
LONGER_SIDE = 500
QUALITY = 90
# All that Pillow reads itself, of one picture or several. Not those that run an interpreter (EPS,
# WMF), that Pillow only recognises (MPEG, BUFR …), or that have no mark of their own (IPTC, IMT …).
FORMATS = (
    "JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF", "JPEG2000", "ICO", "ICNS", "CUR",
    "DIB", "DDS", "PSD", "PPM", "QOI", "TGA", "SGI", "SUN", "PCX", "DCX", "XBM", "XPM", "MSP",
)  # fmt: skip
# What the names of such files end in.
ENDINGS = frozenset(
    """
    .apng .avif .avifs .bmp .bw .cur .dcx .dds .dib .gif .icb .icns .ico .j2c .j2k .jfif .jp2 .jpc
    .jpe .jpeg .jpf .jpg .jpx .mpo .msp .pbm .pcx .pfm .pgm .png .pnm .ppm .psd .qoi .ras .rgb .rgba
    .sgi .tga .tif .tiff .vda .vst .webp .xbm .xpm
    """.split()  # noqa: SIM905 – thirty short lines otherwise
)
# What counts visits or holds a place is not larger; up to the second size, if it is of one colour.
PLACEHOLDER, SMALL = 2, 24
# So far from each other are the levels of one colour in a JPEG.
ONE_COLOUR = 4

_NOT_READ = {
    b"ftypheic": gettext_noop("a HEIC picture, which cannot be read; save it as JPEG"),
    b"ftypheix": gettext_noop("a HEIC picture, which cannot be read; save it as JPEG"),
    b"ftypmif1": gettext_noop("a HEIF picture, which cannot be read; save it as JPEG"),
    b"<svg": gettext_noop("an SVG drawing, which cannot be read; save it as PNG"),
    b"<html": gettext_noop("a web page, not a picture"),
    b"<!doctype html": gettext_noop("a web page, not a picture"),
    b"%pdf-": gettext_noop("a PDF document, not a picture"),
    b"%!ps": gettext_noop("a PostScript document, not a picture"),
    b"\x89png\r\n": gettext_noop("a broken PNG, or a kind of PNG that cannot be read"),
    b"\xff\xd8\xff": gettext_noop("a broken JPEG, or a kind of JPEG that cannot be read"),
    b"ii*\0": gettext_noop("a broken TIFF, or a kind of TIFF that cannot be read"),
    b"mm\0*": gettext_noop("a broken TIFF, or a kind of TIFF that cannot be read"),
}
# How Pillow's decoders call a file that ends before its picture does.
_BREAKS_OFF = re.compile("truncated|not enough image data", re.IGNORECASE)


class BadPicture(ValueError):
    """The bytes cannot become a picture of ours; the message says why."""


@dataclass(frozen=True)
class Pictures:
    """What is kept of a picture, as JPEG files; width and height are those of `picture`."""

    picture: bytes
    thumbnail: bytes
    width: int
    height: int


def make_pictures(data: bytes) -> Pictures:
    """The bytes of any picture -> those we keep; the same in, the same out. Raises BadPicture."""
    seen = _decoded(data)
    seen.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)
    picture = _as_jpeg(seen)
    if seen.size == (SIDE, SIDE):
        return Pictures(picture, picture, SIDE, SIDE)
    padded = ImageOps.pad(seen, (SIDE, SIDE), Image.Resampling.LANCZOS, color="white")
    return Pictures(picture, _as_jpeg(padded), *seen.size)


def thumbnail(data: bytes) -> bytes:
    """The bytes of a picture of ours -> its thumbnail. Raises BadPicture."""
    return make_pictures(data).thumbnail


def make_picture(data: bytes, box: Box | None = None) -> bytes:
    """The bytes of any picture, or of a part of it -> those that networks look at.

    `box` is left, top, right, bottom as shares of width and height. Raises BadPicture, also for a
    part of fewer than 16 pixels a side.
    """
    if box is None:
        return make_pictures(data).picture
    seen = _decoded(data)
    width, height = seen.size
    part = seen.crop(
        (
            round(box[0] * width),
            round(box[1] * height),
            round(box[2] * width),
            round(box[3] * height),
        )
    )
    if min(part.size) < SMALLEST_PART:
        raise BadPicture(f"{part.width}×{part.height} pixels of it are too few to compare")
    part.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)
    return _as_jpeg(part)


def refuse_one_colour(made: Pictures) -> None:
    """Raises BadPicture where a picture that many products of a list share shows nothing."""
    with Image.open(io.BytesIO(made.picture), formats=("JPEG",)) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    if np.ptp(pixels, axis=(0, 1)).max() <= ONE_COLOUR:
        raise BadPicture("many products of the list have it, it is of one colour: it holds a place")


def _decoded(data: bytes) -> Image.Image:
    try:
        stripped = bare(data)
        stripped = replace(stripped, data=mended(stripped.data))
        refuse_large_inside(stripped.data)
        return _read(stripped)
    except BadPicture:
        raise
    except (TooCostly, CutShort) as error:
        raise BadPicture(str(error)) from None
    except UnidentifiedImageError:
        raise BadPicture(_what_it_is(data)) from None
    except Image.DecompressionBombError:
        raise BadPicture(gettext_noop("too many pixels")) from None
    except Exception as error:  # Pillow's decoders fail in many ways on hostile bytes
        if _BREAKS_OFF.search(str(error)):
            raise BadPicture(str(CutShort())) from None
        raise BadPicture(f"broken picture ({type(error).__name__}: {error})") from error


def _read(stripped: Bare) -> Image.Image:
    """What the file shows; one whose sum alone is wrong as it would be with the right one."""
    try:
        return _opened(stripped)
    except OSError:
        if (right := with_right_sum(stripped.data)) is None:
            raise
        return _opened(replace(stripped, data=right))


def _opened(stripped: Bare) -> Image.Image:
    with limited_pixels, Image.open(io.BytesIO(stripped.data), formats=FORMATS) as picture:
        _refuse_placeholder(picture)
        refuse_costly(picture, stripped.data)
        return _render(picture, stripped)


def _render(picture: Image.Image, stripped: Bare) -> Image.Image:
    shrink_while_decoding(picture, stripped.data, 2 * LONGER_SIDE)
    picture.load()
    _refuse_blank(picture)
    profile = stripped.profile or picture.info.get("icc_profile") or b""
    turn = _orientation(picture, stripped)
    whole = without_missing_rows(picture, stripped.data)
    return as_seen(whole, turn, profile, enough=3 * LONGER_SIDE)


def _orientation(picture: Image.Image, stripped: Bare) -> int:
    if stripped.exif:
        return stripped.orientation()
    if picture.format == "TIFF":  # turned already
        return 1
    exif = picture.info.get("exif")
    return Bare(b"", exif if isinstance(exif, bytes) else b"").orientation()


def _refuse_placeholder(picture: Image.Image) -> None:
    width, height = picture.size
    if max(width, height) <= PLACEHOLDER:
        raise BadPicture(f"{width}×{height} pixels hold the place of a picture, and are none")


def _refuse_blank(picture: Image.Image) -> None:
    """Raises BadPicture where nothing can be seen: all transparent, or small and of one colour."""
    if _is_transparent(picture):
        raise BadPicture(gettext_noop("it is fully transparent: a placeholder, not a picture"))
    if max(picture.size) <= SMALL and len(picture.convert("RGBA").getcolors(1) or ()) == 1:
        raise BadPicture(
            gettext_noop("it is small and all one colour: a placeholder, not a picture")
        )


def _is_transparent(picture: Image.Image) -> bool:
    if picture.mode in ("RGBA", "LA", "PA"):
        return picture.getchannel("A").getextrema()[1] == 0
    alphas = picture.info.get("transparency") if picture.mode == "P" else None
    if isinstance(alphas, int):
        return picture.getextrema() == (alphas, alphas)
    if isinstance(alphas, bytes):
        used = np.unique(np.asarray(picture)).tolist()
        return all(index < len(alphas) and not alphas[index] for index in used)
    return False


def _what_it_is(data: bytes) -> str:
    start = data[:1024].lower()
    found = (text for mark, text in _NOT_READ.items() if mark in start)
    return next(found, gettext_noop("not a picture of a known kind"))


def _as_jpeg(picture: Image.Image, quality: int = QUALITY) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
