"""One visitor against all others: what /healthz and a kept page take while somebody asks too much.

gunicorn with its two workers, 11,556 products, clients on the same machine and the same cores. Each
attack goes on for as long as it takes, at most SECONDS; another process asks all the while, ten
times a second each, for /healthz and for a product's page that is kept. The peer is the same
without an attack. `python -m benchmarks.starve /a/checkout` measures that checkout's site instead.
"""

import http.client
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import numpy as np
from PIL import Image

from benchmarks.common import temporary_folder
from benchmarks.figures import figure
from benchmarks.serve import ROOT, site
from benchmarks.upload import fill, photo

SECONDS, PAUSE = 15.0, 0.1
UPLOADS, LOG_INS, KEYS, BODIES, COLD = 12, 8, 400, 60, 40
SIDE = 7000  # 49 megapixels
KEPT = "/products/0000001/"
ASKED = {"/healthz": "/healthz", "a kept page": KEPT}
BOUNDARY = "starve"
Address = tuple[str, int]
Answer = tuple[int, float]


def main() -> None:
    checkout = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    with temporary_folder() as folder:
        fill(folder, photo())
        os.environ |= {"SCRAPE_ALLOW_LOOPBACK": "True", "PICTURE_URL_RATE": "0"}
        with site(checkout) as address:
            _ask(address, KEPT)
            peers = _measured(address, "nobody else", _nothing, {})
            attacks: dict[str, Callable[[Address], list[Answer]]] = {
                f"{UPLOADS} uploads of a PNG of 49 megapixels": _uploads,
                f"{UPLOADS} addresses of pictures": _fetches,
                f"{LOG_INS} false log-ins": _log_ins,
                f"{KEYS} invalid keys": _keys,
                f"{BODIES} uploads that hold 100 bytes back": _held_back,
                f"{COLD} searches with filters": _searches,
            }
            for name, attack in attacks.items():
                _measured(address, name, attack, peers)


def _measured(
    address: Address, name: str, attack: Callable[[Address], list[Answer]], peers: dict[str, float]
) -> dict[str, float]:
    """Others' times during an attack: p99 in milliseconds, of /healthz and of a kept page."""
    watchers = [
        subprocess.Popen(
            [sys.executable, "-c", WATCH, *map(str, address), path],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for path in ASKED.values()
    ]  # fmt: skip
    time.sleep(1)
    began = time.perf_counter()
    answers = attack(address)
    took = time.perf_counter() - began
    slow = {}
    for what, watcher in zip(ASKED, watchers, strict=True):
        seconds = np.array([float(line) for line in watcher.communicate("end")[0].split()])
        slow[what] = 1e3 * float(np.percentile(seconds, 99))
        beside = {"nobody else": peers[what]} if peers else None
        figure(f"p99 of {what} during: {name}", slow[what], "ms", beside)
    statuses = sorted({status for status, _seconds in answers})
    counts = ", ".join(f"{sum(s == status for s, _t in answers)} × {status}" for status in statuses)
    print(f"{took:.1f} s; {counts or 'nothing asked'}", flush=True)
    return slow


# Asks on a new connection each time, until its standard input ends.
WATCH = """
import http.client, select, sys, time
host, port, path = sys.argv[1:]
while not select.select([sys.stdin], [], [], 0.1)[0]:
    began = time.perf_counter()
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.request("GET", path)
    assert connection.getresponse().read()
    connection.close()
    print(time.perf_counter() - began)
"""


def _ask(
    address: Address,
    path: str,
    method: str = "GET",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> Answer:
    began = time.perf_counter()
    connection = http.client.HTTPConnection(*address, timeout=60)
    status = 0
    with suppress(OSError, http.client.HTTPException):
        connection.request(method, path, body or None, headers or {})
        response = connection.getresponse()
        response.read()
        status = response.status
    connection.close()
    return status, time.perf_counter() - began


def _at_once(count: int, ask: Callable[[int], Answer], most: int = 60) -> list[Answer]:
    with ThreadPoolExecutor(most) as clients:
        return list(clients.map(ask, range(count)))


def _form(data: bytes) -> tuple[bytes, dict[str, str]]:
    head = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=picture; filename=a.png\r\n"
        "Content-Type: image/png\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def _nothing(_address: Address) -> list[Answer]:
    time.sleep(5)
    return []


def _uploads(address: Address) -> list[Answer]:
    buffer = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), "white").save(buffer, "PNG")
    body, headers = _form(buffer.getvalue())
    return _at_once(UPLOADS, lambda _n: _ask(address, "/picture/", "POST", body, headers))


def _fetches(address: Address) -> list[Answer]:
    """Of a server that keeps silent for as long as it is asked."""
    import socket

    with socket.create_server(("127.0.0.1", 0), backlog=UPLOADS) as silent:
        url = quote(f"http://127.0.0.1:{silent.getsockname()[1]}/a.jpg", safe="")
        return _at_once(UPLOADS, lambda _n: _ask(address, f"/picture/?url={url}"))


def _log_ins(address: Address) -> list[Answer]:
    token = "a" * 32
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={token}",
    }

    def ask(number: int) -> Answer:
        body = f"csrfmiddlewaretoken={token}&username=nobody{number}&password=wrong"
        return _ask(address, "/admin/login/", "POST", body.encode(), headers)

    return _at_once(LOG_INS, ask)


def _keys(address: Address) -> list[Answer]:
    path = "/api/v1/products/0000002/similar/"
    return _at_once(KEYS, lambda n: _ask(address, path, headers={"X-API-Key": f"wrong {n}"}), 8)


def _held_back(address: Address) -> list[Answer]:
    """5 MB each, all but the end; measured for as long as the site bears it, at most SECONDS."""
    import socket

    body, headers = _form(bytes(5 * 2**20))
    head = f"POST /picture/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    open_ones = [socket.create_connection(address, timeout=60) for _ in range(BODIES)]
    with ThreadPoolExecutor(BODIES) as clients:
        list(clients.map(lambda client: client.sendall(head.encode() + body[:-100]), open_ones))
    until, answers = time.monotonic() + 1.5 * SECONDS, []
    for client in open_ones:
        client.settimeout(max(0.01, until - time.monotonic()))
        with suppress(OSError):
            answers.append((int(client.recv(100).split()[1]), 0.0))
        client.close()
    return answers or [(0, 0.0)]


def _searches(address: Address) -> list[Answer]:
    path = "/products/{:07}/?price_from={}"
    return _at_once(COLD, lambda n: _ask(address, path.format(n, n)))


if __name__ == "__main__":
    main()
