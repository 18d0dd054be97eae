"""Pictures made to hurt whoever reads them: name -> bytes. All are made here, none is real."""

import io
import struct
import zlib

from PIL import Image

from tests.conftest import picture_bytes

MANY = 64_000_000


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def packed(length: int) -> bytes:
    return zlib.compress(bytes(length), 9)


# PNG -------------------------------------------------------------------------------------------

PNG_START = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes = b"", crc: int | None = None, length: int | None = None):
    crc = zlib.crc32(kind + body) if crc is None else crc
    length = len(body) if length is None else length
    return struct.pack(">I", length) + kind + body + struct.pack(">I", crc)


def header(width=8, height=8, depth=8, colour=2, method=0, interlaced=0):
    return chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, method, 0, interlaced)
    )


def rows(width=8, height=8, channels=3) -> bytes:
    return zlib.compress(b"".join(b"\0" + b"\x80" * width * channels for _ in range(height)))


def png(*chunks: bytes, pixels: bytes | None = None, head: bytes | None = None) -> bytes:
    pixels = chunk(b"IDAT", rows() if pixels is None else pixels)
    return PNG_START + (head or header()) + b"".join(chunks) + pixels + chunk(b"IEND")


PNGS = {
    "png of 900 megapixels": png(head=header(30_000, 30_000)),
    "png of the largest size": png(head=header(2**31 - 1, 2**31 - 1)),
    "png without width": png(head=header(0, 8)),
    "png of an unknown depth": png(head=header(depth=3)),
    "png of an unknown colour": png(head=header(colour=5)),
    "png of an unknown method": png(head=header(method=9)),
    "png whose rows unpack without end": png(pixels=packed(MANY)),
    "png whose rows are no zlib": png(pixels=b"rubbish"),
    "png without rows": PNG_START + header() + chunk(b"IEND"),
    "png without header": PNG_START + chunk(b"IDAT", rows()) + chunk(b"IEND"),
    "png with a wrong checksum of its rows": PNG_START
    + header()
    + chunk(b"IDAT", rows(), crc=1)
    + chunk(b"IEND"),
    "png with a chunk of 4 GB": PNG_START + header() + chunk(b"IDAT", b"x", length=2**32 - 1),
    "png of interlaced rows that end": png(head=header(4000, 4000, interlaced=1)),
    "png with a palette that lacks": png(head=header(colour=3), pixels=rows(channels=1)),
    "png with an index past its palette": png(
        chunk(b"PLTE", b"abc"), head=header(colour=3), pixels=rows(channels=1)
    ),
    "png with more transparency than palette": png(
        chunk(b"PLTE", b"abc"),
        chunk(b"tRNS", bytes(900)),
        head=header(colour=3),
        pixels=rows(channels=1),
    ),
    "png of countless frames": png(chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))),
    "png of nothing but headers": PNG_START + header() * 5000,
}

# JPEG ------------------------------------------------------------------------------------------

JPEG = picture_bytes("red", size=(64, 64))
PROGRESSIVE = saved(Image.radial_gradient("L").resize((64, 64)), "JPEG", progressive=True)
SOF, SOS, DHT = (JPEG.index(mark) for mark in (b"\xff\xc0", b"\xff\xda", b"\xff\xc4"))
LAST_SCAN = PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xda") : -2]


def sized_jpeg(width: int, height: int) -> bytes:
    return JPEG[: SOF + 5] + struct.pack(">HH", height, width) + JPEG[SOF + 9 :]


JPEGS = {
    "jpeg of 4 gigapixels": sized_jpeg(65535, 65535),
    "jpeg without height": sized_jpeg(64, 0),
    "jpeg of nothing": b"\xff\xd8\xff\xd9",
    "jpeg of one byte more": b"\xff\xd8\xff",
    "jpeg of filling bytes": b"\xff\xd8" + b"\xff" * 100_000,
    "jpeg cut in its header": JPEG[:SOF],
    "jpeg cut in its scan": JPEG[: SOS + 20],
    "jpeg without tables": JPEG[:DHT] + JPEG[SOS:],
    "jpeg without frame": JPEG[:SOF] + JPEG[DHT:],
    "jpeg with a segment of no length": JPEG[:2] + b"\xff\xe5\x00\x00" + JPEG[2:],
    "jpeg with a segment past its end": JPEG[:2] + b"\xff\xe5\xff\xff" + JPEG[2:200],
    "jpeg of a thousand scans": PROGRESSIVE[:-2] + LAST_SCAN * 1000 + b"\xff\xd9",
    "jpeg with a hole in its profile": JPEG[:2]
    + b"\xff\xe2\x00\x14ICC_PROFILE\0\xff\xffabcd"
    + JPEG[2:],
    "jpeg of five channels": JPEG[: SOF + 9] + b"\x05" + JPEG[SOF + 10 :],
}

# TIFF ------------------------------------------------------------------------------------------


def tiff(*, at: int = 8, following: int = 0, data: bytes = bytes(64), **changed: int) -> bytes:
    tags = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 273: 300, 277: 1, 278: 8, 279: 64}
    tags |= {int(name[1:]): value for name, value in changed.items()}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in sorted(tags))
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)
    return (struct.pack("<2sHI", b"II", 42, at) + directory).ljust(300, b"\0") + data


TIFFS = {
    "tiff whose directory comes round": tiff(following=8),
    "tiff whose directory is past its end": tiff(at=2**31),
    "tiff of 4 gigapixels": tiff(t256=65535, t257=65535),
    "tiff of 4 billion columns": tiff(t256=2**32 - 1),
    "tiff of 60,000 samples": tiff(t277=60_000),
    "tiff of an unknown compression": tiff(t259=999),
    "tiff with pixels past its end": tiff(t273=2**31),
    "tiff of enormous tiles": tiff(t259=5, t322=2**31 - 16, t323=2**31 - 16, t324=300, t325=64),
    "tiff of rubbish in lzw": tiff(t259=5, data=b"\xff" * 64),
    "tiff of endless rows in deflate": tiff(t259=8, t279=len(packed(MANY)), data=packed(MANY)),
    "tiff of a large directory": struct.pack("<2sHIH", b"II", 42, 8, 65535),
    "large tiff of countless entries": struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, 2**60),
    "large tiff whose directory is beyond all": struct.pack("<2sHHHQ", b"II", 43, 8, 0, 2**63 + 9),
}

# The others ------------------------------------------------------------------------------------

GIF, BMP, WEBP = (picture_bytes("red", kind=kind) for kind in ("GIF", "BMP", "WEBP"))
HUGE_PNG = png(head=header(30_000, 30_000))
ICON = struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(HUGE_PNG), 22) + HUGE_PNG
ICNS = b"ic07" + struct.pack(">I", 8 + len(HUGE_PNG)) + HUGE_PNG
LAUGHS = b"<!DOCTYPE svg [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><svg>&b;</svg>"

OTHERS = {
    "gif of 4 gigapixels": GIF[:6] + b"\xff\xff\xff\xff" + GIF[10:],
    "gif without a frame": GIF[:13] + b"\x3b",
    "gif of a comment without end": GIF[:13] + b"\x21\xfe" + b"\xffx" * 9999,
    "gif of an odd code size": GIF.replace(b"\x00\x08", b"\x00\x0d"),
    "bmp of 4 billion columns": BMP[:18] + struct.pack("<ii", -(2**31), 2**31 - 1) + BMP[26:],
    "bmp of no bits": BMP[:28] + b"\0\0" + BMP[30:],
    "bmp with pixels past its end": BMP[:10] + struct.pack("<I", 2**31) + BMP[14:],
    "bmp run length past its end": BMP[:28] + b"\x08\0\1\0\0\0" + BMP[34:54] + b"\xff\1" * 9999,
    "webp of 268 megapixels": b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x3f\0\xff\x3f\0",
    "webp cut in half": WEBP[: len(WEBP) // 2],
    "webp of rubbish": WEBP[:20] + b"\xa5" * 200,
    "webp of 4 GB": WEBP[:4] + b"\xff\xff\xff\xff" + WEBP[8:16] + b"\xff\xff\xff\xff" + WEBP[20:],
    "icon with a bomb inside": ICON,
    "apple icon with a bomb inside": b"icns" + struct.pack(">I", 8 + len(ICNS)) + ICNS,
    "avif cut in half": (avif := picture_bytes("red", kind="AVIF"))[: len(avif) // 2],
    "jpeg 2000 cut in half": (jp2 := picture_bytes("red", kind="JPEG2000"))[: len(jp2) // 2],
    "psd of 900 megapixels": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 30000, 30000, 8, 3),
    "psd of rubbish": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 9, 9, 8, 3) + b"\xff" * 99,
    "dds of 4 gigapixels": b"DDS |\0\0\0" + b"\xff" * 120,
    "qoi of 4 gigapixels": b"qoif" + struct.pack(">IIBB", 65535, 65535, 4, 0),
    "ppm of 4 gigapixels": b"P6 65535 65535 255\n",
    "ppm of words": b"P3 8 8 255\n" + b"one two three " * 99,
    "ppm of no numbers": b"P6 8 -8 0\n" + bytes(99),
    "pcx past its end": b"\x0a\5\1\x08\0\0\0\0\xff\xff\xff\xff" + bytes(116) + b"\xff\xff" * 99,
    "sgi of rubbish": b"\x01\xda\1\1\0\3\xff\xff\xff\xff\0\3" + b"\xff" * 600,
    "xpm of rubbish": b'/* XPM */ static char *x[] = { "9 9 99999 9",',
    "a drawing that laughs": LAUGHS,
    "a program in postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n{} loop\n",
    "a windows metafile": b"\xd7\xcd\xc6\x9a\0\0" + bytes(34),
    "a document": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
    "a page": b"<html><body>404</body></html>",
    "an archive": b"PK\3\4" + bytes(60),
    "a bomb in gzip": b"\x1f\x8b\x08\0\0\0\0\0" + packed(MANY),
    "nothing": b"",
}

HOSTILE = PNGS | JPEGS | TIFFS | OTHERS
