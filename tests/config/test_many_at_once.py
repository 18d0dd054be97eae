"""`make serve` under visitors that ask for much, send slowly, or send too much: real gunicorn.

The bounds are generous: what it takes is measured by `python -m benchmarks.starve`.
"""

import io
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
import requests
from PIL import Image

from tests.test_serving import ROOT, SERVE

pytestmark = pytest.mark.slow
# Six pictures and an index of them, in a process of its own: the site that is asked is a real one.
COMMANDS = (["migrate", "-v0"], ["import_folder"], ["build_index", "--no-map"])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The environment of a site with six products."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "in").mkdir()
    for number in range(6):
        picture = Image.effect_noise((60 + number, 80), 20 + 10 * number).convert("RGB")
        picture.save(folder / "in" / f"tee-{number}.jpg")
    environment = os.environ | {
        "VAR_DIR": str(folder / "var"), "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": str(folder / "media"), "EMBEDDER": "efficientnet-lite2",
        "BIND": "127.0.0.1:0", "SCRAPE_ALLOW_LOOPBACK": "True",
    }  # fmt: skip
    for name, *more in COMMANDS:
        where = [str(folder / "in")] if name == "import_folder" else []
        subprocess.run(
            [sys.executable, "manage.py", name, *more, *where],
            env=environment, cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
    return environment | {"FOLDER": str(folder)}


@pytest.fixture(scope="module")
def site(place):
    with subprocess.Popen(
        [*SERVE, "--workers", "1"], env=place, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        yield re.search(r"http://([0-9.]+:\d+)", process.stdout.readline()).group(1)
        process.terminate()


@pytest.fixture
def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (50, 50), "red").save(buffer, "JPEG")
    return buffer.getvalue()


def a_form(data: bytes, disposition='form-data; name="picture"; filename="a.jpg"') -> bytes:
    head = f"--x\r\nContent-Disposition: {disposition}\r\nContent-Type: image/jpeg\r\n\r\n"
    return head.encode() + data + b"\r\n--x--\r\n"


BYTES = {"Content-Type": "application/octet-stream"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def pieces(data, size=5000):
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("path", ["/api/v1/similar/?k=2", "/picture/"])
def test_an_upload_in_chunks_is_answered_as_one_without(site, picture, path):
    whole = requests.post(f"http://{site}{path}", a_form(picture), headers=FORM, timeout=60)
    chunked = requests.post(
        f"http://{site}{path}", pieces(a_form(picture)), headers=FORM, timeout=60
    )
    assert (whole.status_code, chunked.status_code) == (200, 200)
    assert "tee-" in whole.text
    assert re.findall("tee-[0-9]", chunked.text) == re.findall("tee-[0-9]", whole.text)


@pytest.mark.parametrize("path", ["/api/v1/similar/", "/picture/"])
@pytest.mark.parametrize(
    ("data", "headers", "status", "sentence"),
    [
        (lambda: pieces(a_form(bytes(12 * 2**20)), 2**16), FORM, 413, "too large"),
        (lambda: a_form(bytes(12 * 2**20)), FORM, 413, "too large"),
        (lambda: b"\xff\xd8\xff", {"Content-Type": "image/jpeg"}, 415, "multipart form"),
        (lambda: b"\xff\xd8\xff", BYTES, 415, "alone as the body"),
        (lambda: b"{}", {"Content-Type": "application/json"}, 415, "multipart form"),
        (lambda: b"{}", {"Content-Type": "multipart/form-data"}, 400, "multipart form"),
        (lambda: a_form(b"text", 'form-data; name="picture"'), FORM, 400, "without a file name"),
        (lambda: a_form(bytes(3 * 2**20), 'form-data; name="picture"'), FORM, 400, "file name"),
    ],
    ids=["too large in chunks", "too large", "bare", "bytes", "JSON", "no boundary", "no file name", "no file name, large"],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_in_a_sentence(site, path, data, headers, status, sentence):
    answer = requests.post(f"http://{site}{path}", data(), headers=headers, timeout=60)
    assert answer.status_code == status
    assert sentence in (answer.json()["error"] if path.startswith("/api/") else answer.text)


def connected(site):
    host, _, port = site.partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def heard(client) -> str:
    told = b""
    while piece := client.recv(2**16):
        told += piece
    return told.decode(errors="replace")


def test_who_declares_too_much_is_told_before_sending_and_the_connection_ends(site):
    with connected(site) as client:
        client.sendall(
            b"POST /api/v1/similar/ HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            b"Content-Length: 300000000\r\n\r\n"
        )
        told = heard(client)
    assert told.startswith("HTTP/1.1 413")
    assert "connection: close" in told.lower()


def test_chunks_that_are_none_are_told_in_json(site):
    with connected(site) as client:
        client.sendall(
            b"POST /api/v1/similar/ HTTP/1.1\r\nHost: localhost\r\n"
            b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
        )
        told = heard(client)
    assert told.startswith("HTTP/1.1 400")
    assert '{"error": "The request could not be understood."}' in told


def test_an_old_client_uploads_by_http_1_0(site, picture):
    body = a_form(picture)
    with connected(site) as client:
        client.sendall(
            b"POST /api/v1/similar/ HTTP/1.0\r\nHost: localhost\r\nContent-Type: "
            + FORM["Content-Type"].encode()
            + f"\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        assert "200 OK" in heard(client)


def test_what_does_not_arrive_is_given_up_and_costs_others_nothing(site):
    """A piece may take 15 seconds; none of it lies in memory."""
    clients = [connected(site) for _ in range(20)]
    for client in clients:
        client.settimeout(40)
        client.sendall(
            b"POST /picture/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000100\r\n\r\n"
            + bytes(2_000_000)
        )
    assert requests.get(f"http://{site}/healthz", timeout=5).ok
    statuses = {heard(client).split()[1] for client in clients}
    assert statuses == {"408"}


def longest_wait(site, attack, path="/healthz") -> float:
    waits, over = [], threading.Event()

    def watch():
        while not over.wait(0.05):
            began = time.monotonic()
            assert requests.get(f"http://{site}{path}", timeout=60).ok
            waits.append(time.monotonic() - began)

    watcher = threading.Thread(target=watch)
    watcher.start()
    attack()
    over.set()
    watcher.join()
    return max(waits)


def at_once(count, ask):
    answers = []
    threads = [threading.Thread(target=lambda n=n: answers.append(ask(n))) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_uploads_that_are_costly_keep_nobody_waiting_and_beyond_a_few_are_refused(site):
    buffer = io.BytesIO()
    Image.new("RGB", (7000, 7000), "white").save(buffer, "PNG")
    form = a_form(buffer.getvalue())
    answers = []

    def ask(_n):
        return requests.post(f"http://{site}/api/v1/similar/", form, headers=FORM, timeout=100)

    waited = longest_wait(site, lambda: answers.extend(at_once(12, ask)))
    assert waited < 2
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 6 + [503] * 6
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 503)


def test_false_log_ins_keep_nobody_waiting(site):
    token = "a" * 32
    told = {"csrfmiddlewaretoken": token, "password": "wrong"}

    def ask(number):
        return requests.post(
            f"http://{site}/admin/login/", told | {"username": f"nobody{number}"},
            cookies={"csrftoken": token}, timeout=60,
        ).status_code  # fmt: skip

    assert longest_wait(site, lambda: at_once(6, ask)) < 1.5


def test_a_log_in_that_waits_for_the_database_keeps_nobody_waiting(site, place):
    token = "a" * 32

    def log_in():
        held = sqlite3.connect(
            f"{place['FOLDER']}/db.sqlite3", isolation_level=None, check_same_thread=False
        )
        held.execute("BEGIN IMMEDIATE")
        releasing = threading.Timer(3, held.execute, ["COMMIT"])
        releasing.start()
        began = time.monotonic()
        requests.post(
            f"http://{site}/admin/login/",
            {"csrfmiddlewaretoken": token, "username": "nobody", "password": "wrong"},
            cookies={"csrftoken": token}, timeout=60,
        )  # fmt: skip
        assert time.monotonic() - began > 2
        releasing.join()

    assert longest_wait(site, log_in) < 1.5
