"""The site under load: swaps, roll-backs, killed workers, and visitors who mean no good."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import quote, urlsplit

import numpy as np
import psutil
import requests

from recommender.index.file import load_index
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.live import publishing
from recommender.live.paths import index_path
from tests.torture.came import Came
from tests.torture.place import site

EMBEDDER = "efficientnet-lite2"
ASKERS = 3
Truth = dict[tuple[str, str], list[list[str]]]


def swaps(_folder: Path, random: Random, until: float) -> Came:
    """Publishes and roll-backs while three ask: no request fails, each answer is one index's."""
    came = Came("an answer compared with the truth, while the index is swapped and rolled back")
    one = load_index(index_path(EMBEDDER))
    other = _another(one)
    truth: Truth = {}
    for index in (one, other):
        for item_id in map(str, index.item_ids):
            for metric in Metric:
                ids = [found.item_id for found in index.neighbours(item_id, metric)]
                truth.setdefault((item_id, metric), []).append(ids)
    with site() as (address, _):
        with _Askers(lambda: _compare(came, address, truth, Random(random.random()))):
            while time.monotonic() < until - 8:
                if random.random() < 0.5:
                    publishing.publish(random.choice((one, other)))
                    came.see("publishes")
                else:
                    with suppress(publishing.PublishError):  # there may be no previous one yet
                        publishing.rollback(EMBEDDER)
                        came.see("roll-backs")
                time.sleep(random.uniform(0, 0.2))
    publishing.publish(one)
    return came


def _another(index: SimilarityIndex) -> SimilarityIndex:
    """An index of the same products with other vectors."""
    turned = np.ascontiguousarray(np.roll(index.embeddings, 7, axis=0))
    hashes = [value.decode() for value in index.content_hashes]
    manifest = replace(index.manifest, note="another")
    return SimilarityIndex.build(manifest, list(map(str, index.item_ids)), hashes, turned)


def _compare(came: Came, address: str, truth: Truth, random: Random) -> None:
    (item_id, metric), possible = random.choice(list(truth.items()))
    path = f"/api/v1/products/{item_id}/similar/?metric={metric}"
    try:
        response = requests.get(address + path, timeout=20)
    except requests.RequestException as error:
        came.wrong.append(f"{path}: {error}")
        return
    came.times += 1
    if response.status_code != 200:
        came.wrong.append(f"{path}: {response.status_code}")
        return
    found = [neighbour["item_id"] for neighbour in response.json()["neighbours"]]
    came.require(found in possible, f"{path}: {found}, not one of {possible}")


class _Askers:
    """Threads that do one thing over and over while the block runs."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask, self._stop = ask, threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(ASKERS)]

    def _run(self) -> None:
        while not self._stop.is_set():
            self._ask()

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def workers_killed(_folder: Path, random: Random, until: float) -> Came:
    """A worker killed under load loses no more than its open requests, and is replaced."""
    came = Came("a page asked for, while workers are killed")
    kills = 0

    def ask() -> None:
        try:
            status = requests.get(f"{address}/products/00/", timeout=20).status_code
            came.times += 1
            came.require(status == 200, f"a page of {status}")
        except requests.RequestException:
            came.see("lost with their worker")

    with site() as (address, gunicorn):
        with _Askers(ask):
            while time.monotonic() < until - 8:
                time.sleep(random.uniform(0.5, 1.5))
                workers = psutil.Process(gunicorn.pid).children()
                if workers:
                    random.choice(workers).kill()
                    kills += 1
        came.require(requests.get(f"{address}/healthz", timeout=20).ok, "the site is gone")
    came.see("workers killed", kills)
    lost = came.seen.get("lost with their worker", 0)
    came.require(lost <= kills * ASKERS, f"{lost} requests lost by {kills} kills")
    return came


ODD = ["\0", "\ud800", "../../etc/passwd", "%2e%2e%2f", "<script>alert(1)</script>", "'\"><svg/onload=x>",
       "{{7*7}}", "a" * 5000, "٣", "-1", "1e309", "NaN", "9" * 400, "𝕏", "\u202e", ";--", "%", "%zz",
       "\r\nSet-Cookie: a=b", " ", "", "null", "true", "[]", "0x10"]  # fmt: skip
FIELDS = ("q", "k", "metric", "page", "liked", "disliked", "category", "shop", "price_from",
          "price_to", "in_stock", "diversity", "min_score", "colour", "crop", "url", "nobody")  # fmt: skip
PATHS = ("/", "/browse/", "/products/{}/", "/picture/", "/api/v1/similar/",
         "/api/v1/products/{}/similar/", "/media/thumbnails/{}.jpg", "/static/{}", "/{}", "/admin/{}",
         "/healthz", "/readyz")  # fmt: skip


def visitors(_folder: Path, random: Random, until: float) -> Came:
    """Odd addresses, fields, methods, headers and bytes: never a 500, never a script given back."""
    came = Came("a request that means no good")
    with site() as (address, _):
        while time.monotonic() < until - 8:
            if random.random() < 0.15:
                _send_raw(came, address, random)
            else:
                _ask_oddly(came, address, random)
            came.times += 1
        came.require(requests.get(f"{address}/products/00/", timeout=20).ok, "the site is gone")
    return came


def _odd(random: Random) -> str:
    text = random.choice(ODD)
    return (
        quote(text.encode("utf-8", "surrogatepass"))
        if random.random() < 0.9
        else quote(text[::-1].encode("utf-8", "ignore"))
    )


def _ask_oddly(came: Came, address: str, random: Random) -> None:
    path = random.choice(PATHS).format(_odd(random))
    fields = [f"{random.choice(FIELDS)}={_odd(random)}" for _ in range(random.randrange(4))]
    method = random.choice(
        ("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW")
    )
    url = f"{address}{path}?{'&'.join(fields)}"
    headers = {"Accept-Language": random.choice(("en", "x" * 3000, "*;q=9")), "HX-Request": "true"}
    try:
        response = requests.request(method, url, headers=headers, timeout=20, allow_redirects=False)
    except requests.RequestException as error:
        came.wrong.append(f"{method} {path[:80]}: {error}")
        return
    came.see(f"answered with {response.status_code // 100}xx")
    came.require(response.status_code < 500, f"{method} {url[:200]}: {response.status_code}")
    is_page = "html" in response.headers.get("Content-Type", "")
    came.require(
        not is_page or "<script>alert" not in response.text, f"{url[:200]}: gives a script back"
    )
    came.require(
        "Set-Cookie: a=b" not in str(response.headers), f"{url[:200]}: a header of its own"
    )


def _send_raw(came: Came, address: str, random: Random) -> None:
    """Bytes that are no request, or half of one; what counts is that the site goes on."""
    place = urlsplit(address)
    head = random.choice([b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"POST /picture/ HTTP/1.1\r\n"
                          b"Host: localhost\r\nContent-Length: 99999999999\r\n\r\n"])  # fmt: skip
    with suppress(OSError), socket.create_connection((place.hostname, place.port), 5) as line:
        line.sendall(head + random.randbytes(random.randrange(2000)))
        line.settimeout(0.2)
        answer = line.recv(100)
        came.require(b" 500 " not in answer[:20], f"{head!r}: {answer!r}")
    came.see("sent as raw bytes")
