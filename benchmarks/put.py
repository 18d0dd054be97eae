"""From `PUT` to being found: a product with a new picture, in a running site of 11,556.

gunicorn, the worker and the shop that has the picture run on the same cores. Told is when the API
says that the product is found by its looks, and answers what looks like it. With `--count` the shop
is another, of so many products, as large_shop.py makes it; `--shop` keeps it in a folder.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks import large_shop, upload
from benchmarks.common import temporary_folder
from benchmarks.figures import figure
from benchmarks.serve import ROOT, site

REPEATS, SIDE = 60, 800
# Seconds, at most, as promised.
PROMISED = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=upload.PRODUCTS)
    parser.add_argument("--shop", type=Path, help="a folder for a large shop, to be used again")
    options = parser.parse_args()
    with temporary_folder() as folder:
        for number in range(REPEATS + 1):
            (folder / f"{number}.jpg").write_bytes(picture(number))
        if options.count == upload.PRODUCTS:
            upload.fill(folder, picture(REPEATS + 1))
        else:
            shop = options.shop or folder
            large_shop.open_shop(shop, f"sqlite:///{shop}/db", options.count)
            _forget_earlier_ones()
        os.environ["SCRAPE_ALLOW_LOOPBACK"] = "True"
        key = _key()
        with _shop(folder) as shop, site() as (host, port), _worker():
            ask = partial(_put, f"http://{host}:{port}", key, shop)
            ask(REPEATS)
            took = np.array([ask(number) for number in range(REPEATS)])
    name = f"a product, from PUT to being found among {options.count:,}"
    promised = {"what is promised": 1e3 * PROMISED}
    figure(f"{name}: median", 1e3 * took, "ms", promised)
    figure(f"{name}: p95", 1e3 * float(np.quantile(took, 0.95)), "ms", promised)


def _forget_earlier_ones() -> None:
    """What an earlier run has put into the same shop."""
    from catalog.models import Change, Product
    from recommender.live.paths import newcomers_path
    from web.api.models import ApiKey

    ApiKey.objects.all().delete()
    Change.objects.all().delete()
    Product.objects.filter(item_id__startswith="new-").delete()
    newcomers_path(large_shop.NAME).unlink(missing_ok=True)


def picture(number: int) -> bytes:
    """Coloured noise, of which each is another one."""
    random = np.random.default_rng(number)
    noise = Image.fromarray(random.integers(0, 256, (9, 9, 3), np.uint8))
    buffer = io.BytesIO()
    noise.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _key() -> str:
    from web.api.models import ApiKey

    return ApiKey.make("benchmark", writes=True)


def _put(address: str, key: str, shop: str, number: int) -> float:
    """Seconds until the product of that number is found."""
    product = {"title": f"New {number}", "image_urls": [f"{shop}/{number}.jpg"]}
    began = time.perf_counter()
    told = _asked(f"{address}/api/v1/products/new-{number}/", key, product)
    while not told["searchable"]:
        time.sleep(0.01)
        told = _asked(f"{address}{told['change']}", key)
    found = _asked(f"{address}/api/v1/products/new-{number}/similar/", key)
    took = time.perf_counter() - began
    if not found["indexed"] or len(found["neighbours"]) != 5:
        raise SystemExit(f"new-{number} was not found: {found}")
    return took


def _asked(address: str, key: str, product: dict[str, Any] | None = None) -> dict[str, Any]:
    body = None if product is None else json.dumps(product).encode()
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    method = "GET" if body is None else "PUT"
    request = urllib.request.Request(address, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


@contextmanager
def _shop(folder: Path) -> Iterator[str]:
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_given: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


@contextmanager
def _worker() -> Iterator[None]:
    command = [sys.executable, "manage.py", "work"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        try:
            if worker.stdout and "Waiting" not in worker.stdout.readline():
                raise SystemExit("The worker has not started.")
            yield
        finally:
            worker.kill()


if __name__ == "__main__":
    main()
