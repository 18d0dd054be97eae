"""Backup and restore as an owner runs them: processes of their own, no settings of the tests."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import picture_bytes

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]


class Place:
    """A site of its own in a folder: only where things lie is set."""

    shop: Path
    backups: Path

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.var, self.media = folder, folder / "var", folder / "media"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DJANGO")
        } | {"VAR_DIR": str(self.var), "MEDIA_ROOT": str(self.media), "DATABASE_URL": ""}

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments, code=0):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, err
        assert "Traceback" not in err
        return out + err

    def rows(self):
        with sqlite3.connect(f"file:{self.var}/catalog.sqlite3?mode=ro", uri=True) as database:
            return database.execute(
                "SELECT item_id, content_hash FROM lookalike_catalog_product"
            ).fetchall()

    def pictures(self):
        return {path.name: path.read_bytes() for path in (self.media / "pictures").iterdir()}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A site of twelve products, with an index and a backup of both."""
    folder = tmp_path_factory.mktemp("site")
    shop = folder / "shop"
    shop.mkdir()
    for number in range(12):
        picture = picture_bytes((20 * number, 200 - 15 * number, number * number))
        (shop / f"{number}.jpg").write_bytes(picture)
    place = Place(folder / "here")
    place.shop, place.backups = shop, folder / "backups"
    place.run("migrate", "--verbosity", "0")
    place.run("import_folder", shop)
    place.run("build_index", "--no-map")
    place.run("backup", place.backups)
    return place


def test_a_backup_comes_back_in_a_fresh_folder(place, tmp_path):
    fresh = Place(tmp_path / "fresh")
    told = fresh.run("restore", place.backups, "--noinput")
    assert "Restored: 12 products" in told
    assert (fresh.rows(), fresh.pictures()) == (place.rows(), place.pictures())
    assert "1  " in fresh.run("similar", "0")
    assert fresh.run("build_index", "--no-map").endswith("Nothing has changed.\n")
    assert (fresh.var / "secret_key").read_text() != (place.var / "secret_key").read_text()


def test_a_database_that_is_damaged_is_put_aside_and_replaced(place, tmp_path):
    other = Place(tmp_path / "other")
    other.run("restore", place.backups, "--noinput")
    (other.var / "catalog.sqlite3").write_bytes(b"rubbish" * 5000)
    other.run("backup", tmp_path / "more", code=1)
    other.run("restore", place.backups, "--noinput")
    assert other.rows() == place.rows()
    kept = other.var / "before-restore/damaged-catalog.sqlite3"
    assert kept.read_bytes().startswith(b"rubbish")


def test_without_an_answer_nothing_is_overwritten(place):
    before = place.rows()
    assert "Nothing was restored; add --noinput" in place.run("restore", place.backups, code=1)
    assert place.rows() == before


def test_killed_at_any_time_it_is_run_again(place, tmp_path):
    other = Place(tmp_path / "killed")
    for tenths in range(8, 22, 2):
        process = other.start("restore", place.backups, "--noinput")
        time.sleep(tenths / 10)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
    other.run("restore", place.backups, "--noinput")
    assert (other.rows(), other.pictures()) == (place.rows(), place.pictures())
    assert not list(other.folder.rglob(".restoring"))


def test_the_site_goes_on_while_a_backup_comes_back(place, tmp_path):
    """A connection that was open all the time sees the catalogue of the backup."""
    other = Place(tmp_path / "open")
    other.run("migrate", "--verbosity", "0")
    database = sqlite3.connect(other.var / "catalog.sqlite3")
    count = "SELECT count(*) FROM lookalike_catalog_product"
    assert database.execute(count).fetchone() == (0,)
    other.run("restore", place.backups, "--noinput")
    assert database.execute(count).fetchone() == (12,)
    database.close()


def test_a_backup_waits_for_no_writer(place):
    holder = sqlite3.connect(place.var / "catalog.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert "Backed up" in place.run("backup", place.backups)
    finally:
        holder.rollback()
        holder.close()
