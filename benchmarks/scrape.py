"""A shop on loopback scraped without pause, and the tutorial's way: requests, Pillow, a file.

`python -m benchmarks.scrape 11556` takes the whole of it; 2,000 products are the default.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import psutil
import requests
from PIL import Image

from benchmarks.common import temporary_folder
from benchmarks.figures import figure

COUNT, PER_PAGE, SIDE, LOOKS = 2000, 100, 250, 64
# The share of the products after which the program has all that it needs.
WARM = 0.25


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with temporary_folder() as folder, shop(count) as url:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{folder}/catalog.sqlite3",
            "MEDIA_ROOT": f"{folder}/media",
            "VAR_DIR": f"{folder}/var",
        }
        first, spent, grown = scraped(url, count)
        again, _, _ = scraped(url, count)
        theirs = tutorial(url, min(count, 1000), folder)
    what = f"{count:,} products of a shop on loopback, without pause"
    unit = "products a second"
    figure(what, first, unit, {"`requests` + Pillow + a file, no checks, no catalogue": theirs})
    figure(f"{what}: the processor's time for each", 1e3 * spent, "ms")
    figure(f"{what}: memory grown after the first quarter", grown, "MB")
    figure(f"{what}: again, nothing changed", again, unit)


def scraped(url: str, count: int) -> tuple[float, float, float]:
    """Products a second, processor seconds each, and megabytes grown after the first quarter."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from catalog.registry import scrape
    from catalog.visiting.fetching import Fetcher

    call_command("migrate", verbosity=0)
    fetcher = Fetcher("Benchmark/1.0", pause=0, allow_loopback=True)
    process, warm = psutil.Process(), 0
    began, spent = time.perf_counter(), time.process_time()
    for done, outcome in enumerate(scrape(f"{url}/c?page=1", fetcher), 1):
        assert outcome.status in ("new", "same"), outcome
        if done == int(WARM * count):
            warm = process.memory_info().rss
    seconds = time.perf_counter() - began
    assert done == count, f"{done} products"
    spent = time.process_time() - spent
    return count / seconds, spent / count, (process.memory_info().rss - warm) / 1e6


def tutorial(url: str, count: int, folder: Path) -> float:
    """Pictures a second: fetch, scale, save."""
    began = time.perf_counter()
    with requests.Session() as session:
        for number in range(count):
            answer = session.get(f"{url}/i/{number}.jpg", timeout=10)
            picture = Image.open(io.BytesIO(answer.content)).convert("RGB")
            picture.thumbnail((SIDE, SIDE))
            picture.save(folder / f"{number}.jpg")
    return count / (time.perf_counter() - began)


# The shop, in a process of its own -----------------------------------------------------------


@contextmanager
def shop(count: int) -> Iterator[str]:
    """Serves `count` products on loopback while the block lasts; gives its address."""
    code = f"from benchmarks.scrape import serve; serve({count})"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def serve(count: int) -> None:
    looks = [_jpeg(seed) for seed in range(LOOKS)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # headers and body leave together

        def do_GET(self) -> None:
            kind, _, rest = self.path[1:].partition(
                "/" if self.path.startswith("/i/") else "?page="
            )
            if kind == "c":
                self._answer(200, _page(int(rest), count))
            elif kind == "i":
                number = int(rest.removesuffix(".jpg"))
                # Bytes behind the picture's end make each another file, and no other picture.
                self._answer(200, looks[number % LOOKS] + str(number).encode(), f'"{number}"')
            else:
                self._answer(404, b"")

        def _answer(self, status: int, body: bytes, etag: str = "") -> None:
            if etag and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if etag:
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def _jpeg(seed: int) -> bytes:
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (25, 25, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    return buffer.getvalue()


def _page(number: int, count: int) -> bytes:
    shown = range((number - 1) * PER_PAGE, min(number * PER_PAGE, count))
    elements = [
        {
            "@type": "Product",
            "sku": f"{item:07}",
            "name": f"Shirt {item}",
            "url": f"/p/{item}",
            "image": f"/i/{item}.jpg",
            "offers": {"@type": "Offer", "price": "19.90", "priceCurrency": "EUR"},
        }
        for item in shown
    ]
    following = f'<a rel="next" href="/c?page={number + 1}">on</a>' if shown.stop < count else ""
    data = json.dumps({"@context": "https://schema.org", "@graph": elements})
    return f'<script type="application/ld+json">{data}</script>{following}'.encode()


if __name__ == "__main__":
    main()
