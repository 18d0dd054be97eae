"""Whatever stands in a joblib file: content or one sentence, soon, and in little memory."""

import io
import json
import lzma
import pickle
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import joblib
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
# In a process of its own, with two gigabytes and some seconds: it could crash, hang or eat memory.
READ = """
import json, resource, sys
from pathlib import Path
from recommender.index.file import IndexFileError, load_index
from recommender.index.tutorial_file import TutorialFileError, read_tutorial_file
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
def highest():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
came_of = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    before, said = highest(), []
    for read, error in ((load_index, IndexFileError), (read_tutorial_file, TutorialFileError)):
        try:
            read(path)
            said.append("read")
        except error as reason:
            said.append(str(reason))
    came_of[path.name] = (said, highest() - before)
print(json.dumps(came_of))
"""
TUTORIAL = ({"a": 0, "b": 1}, {0: "a", 1: "b"}, np.eye(2, dtype=np.float32))


def dumped(content, **options) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(content, buffer, **options)
    return buffer.getvalue()


def doubled(depth: int) -> bytes:
    """A tuple of itself twice, `depth` times over, as the key of a dictionary."""
    pairs = b"".join(b"h\0h\0\x86q\0" for _ in range(depth))
    return b"\x80\x04})q\0" + pairs + b"K\1s."


def array(shape: bytes) -> bytes:
    """An array wrapper of joblib's whose shape is what the opcodes make."""
    wrapper = b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}("
    dtype = b"\x8c\5dtypecnumpy\ndtype\n\x8c\2f4\x85R"
    return wrapper + b"\x8c\5shape" + shape + b"\x8c\5order\x8c\1C" + dtype + b"ub."


def hungry_xz() -> bytes:
    """An xz file that says its reader needs a dictionary of four gigabytes."""
    data = bytearray(lzma.compress(dumped(TUTORIAL)))
    at = data.index(b"\x21\x01", 12) + 2
    data[at] = 40
    size = (data[12] + 1) * 4
    data[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(data[12 : 12 + size - 4]))
    return bytes(data)


BIG = b"\x8a\xff" + b"\xff" * 254 + b"\x7f"
HOSTILE = {
    "a frame of gigabytes": b"\x80\x04\x95" + struct.pack("<Q", 3 << 30) + b"N.",
    "a text of gigabytes": b"\x80\x04\x8d" + struct.pack("<Q", 3 << 30) + b"x.",
    "bytes of gigabytes": b"\x80\x04B" + struct.pack("<I", 3 << 30) + b"x.",
    "a number of gigabytes": b"\x80\x04\x8b" + struct.pack("<i", 2**31 - 1) + b"\1.",
    "a byte array of gigabytes": b"\x80\x05\x96" + struct.pack("<Q", 3 << 30) + b".",
    "a place in the memo past all": b"\x80\x04Nr\xff\xff\xff\xff.",
    "a key that doubles": doubled(60),
    "a key as deep as the stack": b"\x80\x04})" + b"\x85" * 500_000 + b"K\1s.",
    "a value as deep as the stack": b"\x80\x04}K\1)" + b"\x85" * 500_000 + b"s.",
    "lists as deep as the stack": b"\x80\x04" + b"]" * 500_000 + b"a" * 499_999 + b".",
    "more marks than a file needs": b"\x80\x04" + b"(" * 500_000 + b".",
    "a shape of big numbers": array(b"(" + BIG * 2000 + b"t"),
    "a shape of many dimensions": array(b"(" + b"K\1" * 5000 + b"t"),
    "a shape of nothing times all": array(b"\x8a\5\xff\xff\xff\xff\x7fK\0\x86"),
    "a shape of nested tuples": array(b")" + b"\x85" * 100_000),
    "a shape below nothing": array(b"J\xff\xff\xff\xffK\1\x86"),
    "an instance": b"(ios\nsystem\n.",
    "a persistent id": b"Pname\n.",
    "an extension": b"\x80\x02\x82\1.",
    "a name that clears the screen": b"\x80\x04\x8c\6\x1b[2J\n\x07\x8c\1x\x93.",
    "a call": pickle.dumps(print),
    "lz4": b"\x04\x22\x4d\x18" + bytes(40),
    "zstd": b"\x28\xb5\x2f\xfd" + bytes(40),
    "zlib cut short": dumped(TUTORIAL, compress=("zlib", 3))[:60],
    "gzip of rubbish": b"\x1f\x8b\x08" + b"\xa5" * 60,
    "xz of rubbish": b"\xfd7zXZ\0" + b"\xa5" * 60,
    "lzma of a dictionary of gigabytes": b"\x5d\0\0\0\xc0" + b"\xff" * 8 + bytes(40),
    "xz of a dictionary of gigabytes": hungry_xz()[:-40],
    "bzip2 of rubbish": b"BZh9" + b"\xa5" * 60,
    "zeros without end": dumped(bytes(300_000_000), compress=("zlib", 9)),
    "dictionaries without end": dumped([{} for _ in range(300_000)], compress=("zlib", 9)),
    "rows that are objects": dumped(({"a": [[]]}, {0: "a"}, np.zeros((1, 2), np.float32))),
    "rows that are not numbered": dumped(({"a": 7}, {7: "a"}, np.zeros((1, 2), np.float32))),
    "nothing": b"",
    "a manifest as deep as the stack": dumped(
        {"format": "lookalike-index", "version": 1, "manifest": "[" * 200_000}
    ),
}


@pytest.fixture(scope="module")
def came_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in HOSTILE.items():
        (folder / name).write_bytes(data)
    (folder / "sound").write_bytes(dumped(TUTORIAL, compress=("zlib", 3)))
    ran = subprocess.run(
        [sys.executable, "-c", READ, str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_sentence(came_of, name):
    said, megabytes = came_of[name]
    for sentence in said:
        assert "cannot be used" in sentence
        assert sentence.isprintable()
        assert len(sentence) < 600
    assert megabytes < 400


def test_a_sound_file_is_read_beside_them(came_of):
    assert came_of["sound"][0][1] == "read"
