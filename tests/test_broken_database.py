"""The catalogue's database is missing, empty, or read-only: calm pages, and nothing made up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError

from tests.conftest import picture_bytes
from tests.rights import make_read_only, make_writable, without_roots_rights

ROOT = Path(__file__).resolve().parents[1]
ASK = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
for address in sys.argv[1:]:
    response = client.get(address, HTTP_HOST="localhost")
    print(response.status_code, address)
"""
PAGES = ("/", "/browse/", "/products/1/", "/picture/")
API = "/api/v1/products/1/similar/"


@pytest.fixture
def place(tmp_path):
    """A shop's folder of three pictures, and an environment of its own, as yet without a database."""
    (tmp_path / "shop").mkdir()
    for number in range(3):
        (tmp_path / "shop" / f"{number}.jpg").write_bytes(picture_bytes((80 * number, 90, 20)))
    (tmp_path / "data").mkdir()
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "data" / "var"),
        "MEDIA_ROOT": str(tmp_path / "data" / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/data/db",
        "EMBEDDER": "efficientnet-lite2",
        "SECRET_KEY": "a key for this test alone, and long enough for what it is needed for",
    }
    yield tmp_path, environment
    make_writable(tmp_path / "data")


def run(environment, *command):
    return subprocess.run(
        without_roots_rights([sys.executable, *command]),
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("address", [*PAGES[:3], API])
def test_a_database_that_fails_is_a_calm_503(client, live, monkeypatch, caplog, address):
    def fail(*_args):
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr("django.db.backends.utils.CursorWrapper.execute", fail)
        response = client.get(address)
    assert response.status_code == 503
    assert "come back a little later" in response.content.decode()
    assert "disk I/O error" not in response.content.decode()
    assert "disk I/O error" in caplog.text
    if address == API:
        assert set(response.json()) == {"error"}


def test_a_missing_database_is_a_503_and_is_not_replaced_by_an_empty_one(place):
    folder, environment = place
    done = run(environment, "-c", ASK, "/browse/", API)
    assert done.stdout.split() == ["503", "/browse/", "503", API], done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "data" / "db").exists()


@pytest.mark.slow
def test_a_read_only_disk_still_serves_pages_and_each_command_says_one_sentence(place):
    folder, environment = place
    shop = str(folder / "shop")
    for command in (["migrate", "-v0"], ["import_folder", shop], ["build_index"]):
        done = run(environment, "manage.py", *command)
        assert done.returncode == 0, done.stderr
    make_read_only(folder / "data")
    done = run(environment, "-c", ASK, *PAGES, API, "/readyz")
    assert set(done.stdout.split()[::2]) <= {"200", "302"}, done.stdout + done.stderr
    for command in (
        ["import_folder", shop, "--force"], ["build_index", "--full"], ["rollback"],
        ["remove_shop", "shop", "--yes"], ["weights", "add", shop], ["migrate"],
    ):  # fmt: skip
        done = run(environment, "manage.py", *command)
        assert done.returncode == 1, (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, (command, done.stderr)
        assert any(word in done.stderr for word in ("CommandError", "cannot be written"))
