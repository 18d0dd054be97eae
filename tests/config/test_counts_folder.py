"""The folder that gunicorn's workers count in."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from config import counts_folder

ROOT = Path(__file__).resolve().parents[2]
A_SITE = """
import os, sys, time
from config import counts_folder
print(counts_folder.make(), flush=True)
if os.fork() == 0:
    sys.exit()  # a worker that ends takes nothing away, and leaves the lock
os.wait()
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path):
    """Starts what has a folder below `tmp_path`; gives the process and the folder."""
    begun = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", A_SITE], cwd=ROOT, env=os.environ | {"TMPDIR": str(tmp_path)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        begun.append(process)
        return process, Path(process.stdout.readline().strip())

    yield start
    for process in begun:
        process.communicate()


def test_it_goes_with_the_site(start, tmp_path):
    site, folder = start()
    assert folder.is_dir()
    site.communicate()
    assert not list(tmp_path.iterdir())


def test_that_of_a_site_that_was_killed_goes_when_the_next_one_starts(start, tmp_path):
    site, folder = start()
    site.send_signal(signal.SIGKILL)
    site.wait()
    assert folder.is_dir()
    _next, other = start()
    assert list(tmp_path.iterdir()) == [other]


def test_that_of_a_site_that_runs_stays(start):
    _site, folder = start()
    _another, other = start()
    assert folder.is_dir()
    assert folder != other


@pytest.mark.parametrize("what", ["a link", "without a lock", "a file"])
def test_what_is_no_folder_of_counts_stays(tmp_path, monkeypatch, what):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    place = tmp_path / f"{counts_folder.PREFIX}x"
    if what == "a link":
        (tmp_path / "kept" / counts_folder.LOCK).touch()
        place.symlink_to(tmp_path / "kept")
    elif what == "a file":
        place.touch()
    else:
        place.mkdir()
    counts_folder.clear()
    assert place.exists()
    assert (tmp_path / "kept" / "file").exists()
