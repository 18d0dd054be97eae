"""`make serve`: gunicorn with our configuration."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.terminal import hearing_ctrl_c

ROOT = Path(__file__).resolve().parents[1]
SERVE = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]


@pytest.fixture
def environment(tmp_path):
    return os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db"}


def test_a_taken_port_is_said_in_one_line(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            SERVE, env=environment | {"BIND": address}, cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"{address} cannot be used (Address already in use). "
        "Try another: BIND=127.0.0.1:8001 make serve"
    )


def test_the_address_is_said_and_ctrl_c_ends_it_without_a_word(environment):
    with subprocess.Popen(
        SERVE, env=environment | {"BIND": "127.0.0.1:0"}, cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        **hearing_ctrl_c(),
    ) as site:  # fmt: skip
        said = site.stdout.readline()
        time.sleep(1)  # until the workers stand
        os.killpg(site.pid, signal.SIGINT)  # as a terminal sends it: to all of them
        _out, error = site.communicate(timeout=30)
    assert said.startswith("Serving http://127.0.0.1:")
    assert said.endswith(" – Ctrl-C ends it.\n")
    assert "Traceback" not in error


@pytest.mark.slow
def test_the_address_may_stand_in_the_file_of_settings(environment, tmp_path):
    """A copy of the program, so that this one's own .env is left alone."""
    for part in ("config", "runs"):
        shutil.copytree(ROOT / part, tmp_path / "site" / part)
    (tmp_path / "site" / ".env").write_text("BIND=127.0.0.1:7777\n")
    program = "import runpy; print(runpy.run_path('config/gunicorn.py')['bind'])"
    shown = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path / "site", capture_output=True, text=True,
            env={name: value for name, value in environment.items() if name != "BIND"} | told,
        ).stdout.strip()
        for told in ({}, {"BIND": "127.0.0.1:8888"})
    ]  # fmt: skip
    assert shown == ["127.0.0.1:7777", "127.0.0.1:8888"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process of its parent's end")
def test_a_killed_demo_takes_its_site_with_it(environment):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = probe.getsockname()
    demo = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    environment |= {"BIND": f"127.0.0.1:{address[1]}", "LOOKALIKE_DEMO": "yes"}
    with subprocess.Popen(
        [sys.executable, "-c", demo, *SERVE], env=environment, cwd=ROOT
    ) as parent:
        assert eventually(lambda: answers(address))
        parent.kill()
    assert eventually(lambda: not answers(address))


def answers(address) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


def eventually(happens, seconds=20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_the_access_log_names_the_visitor_and_not_the_server_in_front(environment, tmp_path):
    log = tmp_path / "access.log"
    environment |= {
        "BIND": "127.0.0.1:0", "TRUSTED_PROXIES": "1",
        "GUNICORN_CMD_ARGS": f"--access-logfile {log}",
    }  # fmt: skip
    with subprocess.Popen(
        SERVE, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as site:
        address = site.stdout.readline().split()[1]
        told = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9:4711"}
        assert requests.get(f"{address}/healthz", headers=told, timeout=20).ok
        site.terminate()
    assert log.read_text().startswith("203.0.113.9 - - [")
