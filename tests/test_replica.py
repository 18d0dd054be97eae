"""A real PostgreSQL with a streaming replica, and the site that reads from it, by gunicorn."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
import requests

from tests.conftest import picture_bytes
from tests.replicas import Server, primary_and_replica
from tests.test_serving import ROOT, SERVE

pytestmark = pytest.mark.slow
NAME, PASSWORD = "owner", "long enough for an owner"
PICTURE = picture_bytes((200, 90, 20))
# Pages and API, as visitors and programs ask for them; {} is a product.
READ = (
    "/", "/browse/", "/browse/?order=like&to={}", "/products/{}/", "/products/{}/?category=hats", "/duplicates/",
    "/status/", "/robots.txt", "/media/thumbnails/{}.jpg", "/picture/", "/api/v1/products/{}/similar/",
    "/api/v1/products/{}/similar/?category=hats&metric=manhattan", "/api/v1/status/",
)  # fmt: skip


@dataclass
class Place:
    primary: Server
    replica: Server
    environment: dict[str, str]
    address: str
    product: str

    def get(self, address: str) -> requests.Response:
        return requests.get(self.address + address.format(self.product), timeout=60)

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=60,
        )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("site")
    for number in range(8):
        kind = folder / "shop" / ("hats" if number % 2 else "shirts")
        kind.mkdir(parents=True, exist_ok=True)
        (kind / f"{number}.jpg").write_bytes(picture_bytes((30 * number, 200 - 20 * number, 40)))
    with primary_and_replica() as (primary, replica):
        environment = os.environ | {
            "DATABASE_URL": primary.address, "REPLICA_DATABASE_URL": replica.address,
            "INDEX_ENGINE": "postgres", "INDEX_DATABASE_URL": "", "EMBEDDER": "efficientnet-lite2",
            "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"), "BIND": "127.0.0.1:0",
            "GUNICORN_CMD_ARGS": "--graceful-timeout 1",
            "DJANGO_SUPERUSER_USERNAME": NAME, "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "DJANGO_SUPERUSER_EMAIL": "owner@shop.example", "CACHE_URL": "", "API_KEYS_REQUIRED": "",
        }  # fmt: skip
        made = Place(primary, replica, environment, "", "")
        for command in (
            ["migrate", "-v0"], ["createsuperuser", "--noinput"],
            ["import_folder", str(folder / "shop")], ["build_index"],
        ):  # fmt: skip
            done = made.manage(*command)
            assert done.returncode == 0, done.stdout + done.stderr
        made.product = _told(primary, "SELECT min(item_id) FROM lookalike_catalog_product")
        wait_for(lambda: "0 changes behind" in made.manage("doctor").stdout)
        with subprocess.Popen(
            SERVE, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as site:
            try:
                made.address = re.search(r"http://[0-9.:]+", site.stdout.readline()).group()
                yield made
            finally:
                site.terminate()


def _told(server: Server, sql: str) -> str:
    """The first value that a server answers, as text; "" where it answers none."""
    with psycopg.connect(server.address, autocommit=True) as connection:
        asked = connection.execute(sql)
        return str(asked.fetchone()[0]) if asked.description else ""


def wait_for(holds) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.2)


def signed_in(place: Place) -> requests.Session:
    session = requests.Session()
    login = f"{place.address}/admin/login/"
    session.get(login, timeout=60)
    told = {
        "username": NAME, "password": PASSWORD, "next": "/admin/",
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }  # fmt: skip
    assert session.post(login, told, timeout=60, allow_redirects=False).status_code == 302
    return session


def test_visitors_read_from_the_replica_and_who_is_signed_in_from_the_primary(place):
    owner, page = signed_in(place), f"{place.address}/products/{place.product}/"
    _told(place.replica, "SELECT pg_wal_replay_pause()")
    try:
        _told(place.primary, "UPDATE lookalike_catalog_product SET title = 'A new title'")
        assert "A new title" in owner.get(page, timeout=60).text
        assert "A new title" not in place.get("/products/{}/").text
    finally:
        _told(place.replica, "SELECT pg_wal_replay_resume()")
    wait_for(lambda: "A new title" in place.get("/products/{}/").text)


def test_what_is_read_goes_on_without_the_primary_and_what_writes_says_come_again(place):
    owner = signed_in(place)
    token = owner.cookies["csrftoken"]
    place.primary.stop()
    try:
        for address in READ:
            response = place.get(address)
            assert response.status_code == 200, (address, response.text[:2000])
        similar = f"{place.address}/api/v1/similar/?category=hats"
        told = requests.post(similar, files={"picture": ("own.jpg", PICTURE)}, timeout=60)
        assert len(told.json()["neighbours"]) == 4, told.text
        ready = place.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["databases"] == {"primary": "does not answer", "replica": "answers"}
        log_in = owner.post(
            f"{place.address}/admin/login/", timeout=60,
            data={"username": NAME, "password": PASSWORD, "csrfmiddlewaretoken": token},
        )  # fmt: skip
        for refused in (log_in, owner.get(f"{place.address}/admin/", timeout=60)):
            assert refused.status_code == 503, refused.text[:2000]
            assert refused.headers["Retry-After"] == "30"
            assert "Please come back a little later" in refused.text
    finally:
        place.primary.start()
    assert owner.get(f"{place.address}/admin/", timeout=60).status_code == 200


def test_without_the_replica_all_is_read_from_the_primary(place):
    place.replica.stop()
    try:
        for address in READ:
            assert place.get(address).status_code == 200, address
        ready = place.get("/readyz")
        assert ready.json() == {
            "status": "ok", "databases": {"primary": "answers", "replica": "does not answer"}
        }  # fmt: skip
        told = place.manage("doctor").stdout
        assert "The replica does not answer, so all is read from the primary: " in told
    finally:
        place.replica.start()
    wait_for(lambda: place.get("/readyz").json()["databases"]["replica"] == "answers")
