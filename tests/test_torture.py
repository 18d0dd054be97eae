"""`make torture` itself: that it notices what is wrong, and two of its torments for some seconds."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture import soak
from tests.torture.came import Came

ROOT = Path(__file__).resolve().parents[1]
FOR_SOME_SECONDS = """
import os, sys, time
from pathlib import Path
from random import Random
from tests.torture.place import environment, fill
folder = Path(sys.argv[1])
os.environ |= environment(folder)
import django
django.setup()
from tests.torture import inputs
fill(folder)
for torment in (inputs.index_files, inputs.pictures):
    came = torment(folder, Random(7), time.monotonic() + 6)
    print(came.row())
    assert came.times > 20 and not came.wrong, came.wrong
"""


def test_what_is_wrong_stands_in_the_table():
    came = Came("a thing done", times=3)
    came.see("went well", 2)
    assert came.row() == "| a thing done | 3 | 2 went well; nothing wrong |"
    came.require(False, "it fell over")
    assert came.row() == "| a thing done | 3 | 2 went well; **1 wrong** |"
    assert came.wrong == ["it fell over"]


@pytest.mark.slow
def test_changed_files_and_pictures_are_refused_or_harmless(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FOR_SOME_SECONDS, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("nothing wrong") == 2


@pytest.mark.parametrize(
    ("end", "faults"), [(104.0, []), (106.0, ["a worker grew from 100 to 106 MB"])]
)
def test_a_soak_notices_a_worker_that_grows(end, faults):
    memory = soak.Memory(seconds=600.0, began=0.0)
    for worker in (1, 2):
        taken = [70.0] * 20 + [100.0] * 20 + [end if worker == 2 else 100.0] * 20
        memory.seen[worker] = [(10.0 * look, one) for look, one in enumerate(taken)]
    came = Came("a soak")
    soak._require_flat(came, memory)
    assert came.wrong == faults
    del memory.seen[2]
    soak._require_flat(came, memory)
    assert came.wrong[-1] == "1 workers in turn, not the first two"


@pytest.mark.slow
def test_some_seconds_of_everyday_life_fail_nowhere():
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture", "soak", "--minutes", "0.5", "--seed", "5"],
        cwd=ROOT, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.count("nothing wrong") == 1
    assert "uploads" in done.stdout
