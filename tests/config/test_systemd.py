"""The units of examples/systemd, as systemd reads them."""

import re
import shutil
import subprocess

import pytest

from tests.test_serving import ROOT

UNITS = ROOT / "examples" / "systemd"
HOME = "/srv/lookalike"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_them(tmp_path):
    """Copies, in which the programs lie where there are some."""
    for unit in UNITS.iterdir():
        text = unit.read_text()
        for program in ("python", "gunicorn"):
            text = text.replace(f"{HOME}/.venv/bin/{program}", "/bin/true")
        (tmp_path / unit.name).write_text(text.replace("User=lookalike", "User=root"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *tmp_path.iterdir()],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_each_program_that_they_start_is_there():
    started = re.findall(
        rf"^ExecStart(?:Pre)?={HOME}/(\S+) (?:--config )?(\S+)", "".join(
            unit.read_text() for unit in UNITS.iterdir()
        ), re.MULTILINE,
    )  # fmt: skip
    assert len(started) == 4
    for _program, file in started:
        assert (ROOT / file).is_file(), file


def test_they_write_where_the_program_does_and_nowhere_else():
    for unit in UNITS.glob("*.service"):
        text = unit.read_text()
        assert "ProtectSystem=strict" in text
        assert f"ReadWritePaths={HOME}/var {HOME}/media" in text
