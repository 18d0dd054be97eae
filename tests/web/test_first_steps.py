"""Whoever starts the site reads in the terminal what to run first."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from web.first_steps import first_steps

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def test_whoever_starts_the_site_is_told_first_things_first(live):
    assert first_steps() == ""


@pytest.mark.slow
def test_the_terminal_says_it_when_the_server_starts(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db", "BIND": "127.0.0.1:0",
    }  # fmt: skip
    assert "manage.py migrate" in said_at_the_start(environment)
    migrate = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(migrate, env=environment, cwd=ROOT, check=True, capture_output=True)
    said = said_at_the_start(environment)
    assert "The catalogue is empty. Run, in this order:" in said
    assert said.index("manage.py scrape") < said.index("manage.py build_index")


def said_at_the_start(environment) -> str:
    serve = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with subprocess.Popen(
        serve, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    ) as site:  # fmt: skip
        lines = [site.stdout.readline() for _ in range(3)]
        site.send_signal(signal.SIGTERM)
        lines += site.stdout.readlines()  # to its end
    return "".join(lines)
