"""Whatever the bytes: a picture of ours or BadPicture, soon, and in little memory."""

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from catalog import thumbnails
from catalog.thumbnails import BadPicture, make_pictures
from tests.catalog.hostile_pictures import HOSTILE

ROOT = Path(__file__).resolve().parents[2]
SOUND = {
    "png whose rows unpack without end",  # only as much as there are pixels is unpacked
    "png of countless frames",
    "tiff whose directory comes round",
    "jpeg with a hole in its profile",
}


def test_the_corpus_is_large():
    assert len(HOSTILE) >= 40


@pytest.fixture(autouse=True)
def of_one_colour(monkeypatch):
    """Small pictures of one colour hold a place, as a rule; here they show what is asked."""
    monkeypatch.setattr(thumbnails, "SMALL", thumbnails.PLACEHOLDER)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_made_or_refused_but_never_crashes(name):
    began = time.monotonic()
    refusal, made = "", None
    try:
        made = make_pictures(HOSTILE[name])
    except BadPicture as error:
        refusal = str(error)
    assert time.monotonic() - began < 5
    assert made or (refusal and name not in SOUND)
    if made:
        with Image.open(io.BytesIO(made.picture)) as picture:
            assert max(picture.size) <= 500


@pytest.mark.parametrize("name", [name for name in HOSTILE if "pixels" in name or "bomb" in name])
def test_what_claims_to_be_enormous_is_refused(name):
    with pytest.raises(BadPicture):
        make_pictures(HOSTILE[name])


MEASURE = """
import json
from pathlib import Path
import config.settings  # as with each of our commands; they say which warnings are heard
from catalog.thumbnails import BadPicture, make_pictures
from tests.catalog.hostile_pictures import HOSTILE
def highest():  # of this process alone: its parent's mark is inherited otherwise
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
grown, before = {}, highest()
for name, data in HOSTILE.items():
    try:
        make_pictures(data)
    except BadPicture:
        pass
    grown[name], before = highest() - before, highest()
print(json.dumps(grown))
"""


@pytest.mark.slow
def test_no_hostile_picture_takes_much_memory(tmp_path):
    """In a process of its own, where no test before has raised the mark."""
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"VAR_DIR": str(tmp_path)},
    )  # fmt: skip
    grown = json.loads(measured.stdout)
    assert grown.keys() == HOSTILE.keys()
    assert "Warning" not in measured.stderr  # a user could do nothing about it
    assert {name: megabytes for name, megabytes in grown.items() if megabytes > 100} == {}
