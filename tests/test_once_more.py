"""What fails in `make test` runs once more, alone; only what fails again fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "once_more.sh"
# Each run leaves a letter behind: `tries` is the number of runs that it takes until all passes.
TEST = """
from pathlib import Path

def test_late():
    seen = Path("seen")
    seen.write_text((seen.read_text() if seen.exists() else "") + "x")
    assert len(seen.read_text()) >= {tries}

def test_sound():
    with Path("sound").open("a") as file:
        file.write("x")
"""


@pytest.fixture
def run(tmp_path):
    def run(*arguments, tries=1):
        (tmp_path / "test_it.py").write_text(TEST.format(tries=tries))
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        command = ["sh", SCRIPT, sys.executable, "-m", "pytest", "-p", "xdist", *arguments]
        plain = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
        done = subprocess.run(
            command, cwd=tmp_path, env=plain, capture_output=True, text=True, timeout=120
        )
        sound = tmp_path / "sound"
        return done.returncode, done.stdout, len(sound.read_text()) if sound.exists() else 0

    return run


def test_nothing_is_said_or_run_again_where_all_pass(run):
    status, said, sound = run("-n", "1")
    assert (status, sound) == (0, 1)
    assert "once more" not in said


def test_what_failed_is_run_again_alone_and_named(run):
    status, said, sound = run("-n", "1", "--dist", "worksteal", tries=2)
    assert (status, sound) == (0, 1)
    assert "FAILED test_it.py::test_late" in said
    assert "What has failed runs once more, alone:" in said


def test_what_fails_again_fails(run):
    assert run("-n", "1", tries=3)[0] == 1


def test_what_is_no_failed_test_is_not_run_again(run):
    status, said, _ = run("no_such_file.py")
    assert status == 4
    assert "once more" not in said
