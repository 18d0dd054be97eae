"""Files and pictures with bytes changed at random, read in a process of its own with limits."""

import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from recommender.live.paths import index_path
from tests.torture.came import Came
from tests.torture.place import ROOT

# Both programs: argv are a seed, the seconds, a file. They may use two gigabytes.
COMMON = """
import io, json, os, resource, sys, time
from pathlib import Path
from random import Random
random, seconds, path = Random(int(sys.argv[1])), float(sys.argv[2]), Path(sys.argv[3])
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
until, counts, wrong, slowest = time.monotonic() + seconds, {}, [], 0.0
def mutated(data):
    data = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8))):
        if not data:
            break
        at = random.choice((random.randrange(len(data)), random.randrange(min(3000, len(data)))))
        match random.randrange(5):
            case 0: data[at] ^= 1 << random.randrange(8)
            case 1: data[at] = random.randrange(256)
            case 2: data[at:at] = random.randbytes(random.randrange(1, 9))
            case 3: del data[at : at + random.randrange(1, 9)]
            case 4: del data[at + 1 :]
    return bytes(data)
def count(sign): counts[sign] = counts.get(sign, 0) + 1
"""
REPORT = """
highest = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
print(json.dumps([counts, wrong[:20], slowest, highest]))
"""
INDEX_FILES = """
from recommender.index.file import IndexFileError, load_index
from recommender.index.metrics import Metric
from recommender.index.tutorial_file import TutorialFileError, read_tutorial_file
sound, changed = path.read_bytes(), path.with_name("efficientnet-lite2.mutated")
while time.monotonic() < until:
    changed.write_bytes(mutated(sound))
    began = time.monotonic()
    try:
        index = load_index(changed)
        for metric in Metric:
            for item_id in list(index.item_ids[:3]):
                index.neighbours(str(item_id), metric)
        count("harmless")
    except IndexFileError:
        count("refused")
    except Exception as error:
        wrong.append(f"{type(error).__name__}: {error}")
    try:
        read_tutorial_file(changed)
    except TutorialFileError:
        pass
    except Exception as error:
        wrong.append(f"as a tutorial's: {type(error).__name__}: {error}")
    slowest = max(slowest, time.monotonic() - began)
changed.unlink()
"""
PICTURES = """
import warnings
from catalog.thumbnails import BadPicture, make_pictures
from tests.catalog.hostile_pictures import HOSTILE
from tests.conftest import picture_bytes
from PIL import features
kinds = ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP"] + (["AVIF"] if features.check("avif") else [])
corpus = [*HOSTILE.values(), *(picture_bytes("red", (80, 60), kind) for kind in kinds)]
while time.monotonic() < until:
    data, began = mutated(random.choice(corpus)), time.monotonic()
    try:
        make_pictures(data)
        count("made")
    except BadPicture:
        count("refused")
    except Exception as error:
        wrong.append(f"{type(error).__name__}: {error}")
    slowest = max(slowest, time.monotonic() - began)
"""
MAX_MEGABYTES, MAX_SECONDS = 1200, 20


def index_files(_folder: Path, random: Random, until: float) -> Came:
    """An index file with some bytes changed: refused in a sentence, or every answer can be given."""
    came = Came("an index file with bytes flipped, put in, left out, or cut off")
    return _run(came, INDEX_FILES, random, until, index_path("efficientnet-lite2"))


def pictures(folder: Path, random: Random, until: float) -> Came:
    """Hostile pictures with some bytes changed: made or refused."""
    came = Came("a hostile picture with bytes changed")
    return _run(came, PICTURES, random, until, folder / "shop" / "00.jpg")


def _run(came: Came, program: str, random: Random, until: float, file: Path) -> Came:
    seconds = max(1.0, until - time.monotonic() - 3)
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMMON + program + REPORT,
         str(random.getrandbits(32)), str(seconds), str(file)],
        cwd=ROOT, capture_output=True, text=True, timeout=seconds + 120,
    )  # fmt: skip
    if ran.returncode:
        came.wrong.append(f"the reader ended with {ran.returncode}: {ran.stderr[-500:]}")
        return came
    counts, wrong, slowest, megabytes = json.loads(ran.stdout)
    came.seen, came.wrong, came.times = counts, wrong, sum(counts.values()) + len(wrong)
    came.require(slowest < MAX_SECONDS, f"one took {slowest:.1f} s")
    came.require(megabytes < MAX_MEGABYTES, f"they took {megabytes} MB")
    return came
