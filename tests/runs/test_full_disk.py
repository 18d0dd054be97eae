"""A disk that is full or cannot be written: one sentence, exit code 1, and what was there stays."""

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import picture_bytes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path):
    """A catalogue of six pictures, and the environment it lives in."""
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db",
        "EMBEDDER": "efficientnet-lite2",
    }
    (tmp_path / "shop").mkdir()
    for number in range(6):
        picture = picture_bytes((40 * number, 90, 200 - 30 * number), size=(60, 60))
        (tmp_path / "shop" / f"{number}.jpg").write_bytes(picture)
    for command in (["migrate", "--verbosity", "0"], ["import_folder", str(tmp_path / "shop")]):
        assert manage(environment, *command).returncode == 0
    return tmp_path, environment


def manage(environment, *arguments, max_bytes=None):
    """A command; no file that it writes may grow beyond `most_bytes`, as on a full disk."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))

    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, cwd=ROOT, text=True,
        capture_output=True, timeout=120, preexec_fn=limit if max_bytes is not None else None,
    )  # fmt: skip


def is_one_sentence(done) -> bool:
    return done.returncode == 1 and "CommandError" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("max_bytes", [100, 20_000])
def test_a_build_on_a_full_disk_publishes_nothing_and_says_why(place, max_bytes):
    folder, environment = place
    assert is_one_sentence(manage(environment, "build_index", max_bytes=max_bytes))
    assert not list((folder / "var").glob("index/*.joblib"))
    assert not list((folder / "var").rglob("*.part"))
    assert manage(environment, "build_index").returncode == 0
    assert sqlite3.connect(folder / "db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.slow
def test_an_import_into_a_full_database_is_one_sentence(place):
    folder, environment = place
    done = manage(environment, "import_folder", str(folder / "shop"), max_bytes=0)
    assert is_one_sentence(done), done.stderr
    assert sqlite3.connect(folder / "db").execute("PRAGMA integrity_check").fetchone() == ("ok",)
