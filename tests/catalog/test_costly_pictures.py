"""A picture keeps to the memory and the time that it may take, whatever it is made of."""

import io
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from catalog.decode_limits import MAX_BYTES, MAX_SCANS
from catalog.thumbnails import BadPicture, make_pictures
from tests.catalog.hostile_pictures import LAST_SCAN, PROGRESSIVE, header, png

ROOT = Path(__file__).resolve().parents[2]
# In a process of its own: the mark of one that ran before, or of its parent, says nothing.
MEASURE = """
import sys, time
from pathlib import Path
from catalog.thumbnails import BadPicture, make_pictures
from tests.conftest import picture_bytes
def highest():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
make_pictures(picture_bytes("red", size=(600, 600)))
data = Path(sys.argv[1]).read_bytes()
before, began = highest(), time.process_time()
try:
    make_pictures(data)
except BadPicture as error:
    print(error, file=sys.stderr)
print(highest() - before - len(data), time.process_time() - began)
"""
LARGEST = (7000, 7000)
SIDES = {"WEBP": (4900, 4900), "AVIF": (4600, 4600), "JPEG2000": (4400, 4400), "JPEG": (6600, 6600)}
KINDS = [
    ("PNG", "RGBA", {}), ("PNG", "LA", {}), ("PNG", "P", {"transparency": 0}), ("PNG", "1", {}),
    ("PNG", "I;16", {}), ("WEBP", "RGBA", {"method": 0}), ("AVIF", "RGBA", {"speed": 10}),
    ("JPEG2000", "RGB", {}), ("TIFF", "F", {"compression": "tiff_lzw"}), ("GIF", "P", {}),
    ("JPEG", "CMYK", {"progressive": True}),
]  # fmt: skip


def measured(data: bytes, folder: Path) -> tuple[int, float, str]:
    """Bytes of memory beside the file's own, seconds of the processor, and what was refused."""
    (folder / "picture").write_bytes(data)
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder / "picture")],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    memory, seconds = ran.stdout.split()
    return int(memory), float(seconds), ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "mode", "options"), KINDS)
def test_the_largest_picture_of_each_kind_keeps_to_the_memory(kind, mode, options, tmp_path):
    buffer = io.BytesIO()
    seen: Any = {"RGBA": (90, 90, 90, 128), "LA": (90, 128), "P": 1}.get(mode, 0)
    Image.new(mode, SIDES.get(kind, LARGEST), seen).save(buffer, kind, **options)
    memory, seconds, refused = measured(buffer.getvalue(), tmp_path)
    assert refused == ""
    assert memory <= MAX_BYTES
    assert seconds < 15


@pytest.mark.slow
def test_a_small_file_that_unpacks_to_50_megapixels_keeps_to_the_memory(tmp_path):
    buffer = io.BytesIO()
    Image.new("LA", LARGEST, (90, 128)).save(buffer, "PNG")
    assert len(buffer.getvalue()) < 250_000
    memory, _, refused = measured(buffer.getvalue(), tmp_path)
    assert (refused, memory <= MAX_BYTES) == ("", True)


def scans(count: int, side: int) -> bytes:
    """A progressive JPEG of `side`×`side` pixels whose last scan comes again and again."""
    buffer = io.BytesIO()
    Image.new("L", (side, side), 90).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * count + b"\xff\xd9"


@pytest.mark.parametrize(("count", "side"), [(3000, 64), (3000, 2000), (MAX_SCANS - 10, 4000)])
def test_a_jpeg_of_countless_scans_is_refused_before_it_is_decoded(count, side):
    with pytest.raises(BadPicture, match="scans"):
        make_pictures(scans(count, side))


@pytest.mark.slow
@pytest.mark.parametrize(("count", "side"), [(100, 1500), (5, 6000)])
def test_a_jpeg_of_as_many_scans_as_may_be_is_made_soon(count, side, tmp_path):
    memory, seconds, refused = measured(scans(count, side), tmp_path)
    assert (refused, memory <= MAX_BYTES, seconds < 10) == ("", True, True)


def test_an_ordinary_progressive_jpeg_is_made():
    assert make_pictures(PROGRESSIVE[:-2] + LAST_SCAN * 5 + b"\xff\xd9")


def icon(inside: bytes) -> bytes:
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(inside), 22) + inside


def test_an_icon_is_as_large_as_the_picture_inside_it():
    with pytest.raises(BadPicture, match="too many"):
        make_pictures(icon(png(head=header(8000, 8000))))


def test_what_is_decoded_in_python_may_be_small_only():
    """25 megapixels of DDS took a minute."""
    buffer = io.BytesIO()
    Image.new("RGB", (3000, 3000)).save(buffer, "DDS")
    with pytest.raises(BadPicture, match="slow"):
        make_pictures(buffer.getvalue())


def test_a_large_jpeg_2000_is_decoded_small():
    buffer = io.BytesIO()
    Image.new("RGB", (2400, 1200), "navy").save(buffer, "JPEG2000")
    made = make_pictures(buffer.getvalue())
    assert (made.width, made.height) == (500, 250)
