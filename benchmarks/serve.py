"""The site under load: JSON and pages a second, and what a swap of the index costs them.

gunicorn with its two workers, 11,556 products × 4096, clients on the same machine and the same
cores. The peer is the smallest answer that the same server can give: /healthz.
"""

import asyncio
import itertools
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.common import COUNT, relu_vectors, temporary_folder
from benchmarks.figures import figure

CONNECTIONS, SECONDS = 8, 8.0
ROOT = Path(__file__).resolve().parents[1]
IDS = [f"{number:07}" for number in range(COUNT)]

# What makes the path of the next request.
NextPath = Callable[[], str]


def main() -> None:
    with temporary_folder() as folder:
        fill(folder)
        with site() as address:
            peer = _measured(address, "/healthz", lambda: "/healthz")
            for name, path in _works().items():
                _measured(address, name, path, peer)
            swapper = subprocess.Popen([sys.executable, "-c", SWAPS], cwd=ROOT)
            any_product = _each_once(_json)
            _measured(address, "JSON, while the index is swapped five times", any_product, peer)
            swapper.wait()


def _works() -> dict[str, NextPath]:
    few = random.Random(0).sample(IDS, 200)
    return {
        "JSON, 200 products asked for again and again": lambda: _json(random.choice(few)),
        "JSON, any product for the first time": _each_once(_json),
        "page, 200 products asked for again and again": lambda: _page(random.choice(few)),
        "page, any product for the first time": _each_once(_page),
    }


def _each_once(address: Callable[[str], str]) -> NextPath:
    """Every product once, in random order: no answer is one that was kept."""
    ids = itertools.cycle(random.Random(1).sample(IDS, COUNT))
    return lambda: address(next(ids))


def _measured(
    address: tuple[str, int], name: str, path: NextPath, peer: float | None = None
) -> float:
    """Prints and returns how many requests a second are answered."""
    asyncio.run(_load(address, path, 2.0))
    times = asyncio.run(_load(address, path, SECONDS))
    milliseconds = 1e3 * np.array([value for value in times if value >= 0])
    rate = len(milliseconds) / SECONDS
    figure(name, rate, "a second", None if peer is None else {"/healthz of the same server": peer})
    figure(f"{name}: p99", float(np.percentile(milliseconds, 99)), "ms")
    figure(f"{name}: failed", float(len(times) - len(milliseconds)), "requests")
    return rate


def _json(item_id: str) -> str:
    return f"/api/v1/products/{item_id}/similar/"


def _page(item_id: str) -> str:
    return f"/products/{item_id}/"


async def _load(address: tuple[str, int], path: Callable[[], str], seconds: float) -> list[float]:
    """What each request took, -1 for one that failed; on connections that are kept."""
    until = time.perf_counter() + seconds
    results: list[float] = []
    await asyncio.gather(*(_client(address, path, until, results) for _ in range(CONNECTIONS)))
    return results


async def _client(
    address: tuple[str, int], path: Callable[[], str], until: float, results: list[float]
) -> None:
    reader, writer = await asyncio.open_connection(*address)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(f"GET {path()} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            sound = head.startswith(b"HTTP/1.1 200")
            results.append(time.perf_counter() - began if sound else -1)
            if b"connection: close" in head.lower():
                writer.close()
                reader, writer = await asyncio.open_connection(*address)
        except (asyncio.IncompleteReadError, OSError, ValueError):
            results.append(-1)
            reader, writer = await asyncio.open_connection(*address)
    writer.close()


def fill(folder: Path) -> None:
    """A catalogue and an index of made-up products."""
    os.environ |= {
        "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": f"sqlite:///{folder}/db", "EMBEDDER": "vgg16-untrained",
        "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.common import build
    from catalog.models import Product
    from recommender.live.publishing import publish

    call_command("migrate", verbosity=0)
    now = timezone.now()
    Product.objects.bulk_create(
        Product(
            item_id=f"{n:07}", shop_item_id=f"{n:07}", title=f"Shirt {n}", price=n % 90,
            currency="EUR", category=f"kind {n % 9}", shop="shop", source="made up",
            content_hash=f"{n:064x}", first_seen=now, last_seen=now,
        )
        for n in range(COUNT)
    )  # fmt: skip
    index = build(relu_vectors())
    # As of every real build: which products show the same picture. Here none does.
    publish(replace(index, duplicate_group=np.arange(COUNT, dtype=np.int32)))


# In a process of its own: the same index, put in place again and again.
SWAPS = """
import shutil, time
import django; django.setup()
from recommender.live.paths import index_path
path = index_path("vgg16-untrained")
for _ in range(5):
    shutil.copy(path, path.with_name("again")); path.with_name("again").replace(path)
    time.sleep(1.2)
"""


@contextmanager
def site(checkout: Path = ROOT) -> Iterator[tuple[str, int]]:
    """A running site of that checkout; its settings are in the environment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = probe.getsockname()
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    gunicorn = subprocess.Popen(
        command, cwd=checkout, env=os.environ | {"BIND": f"127.0.0.1:{address[1]}"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            with suppress(OSError), socket.create_connection(address, 1):
                break
            time.sleep(0.1)
        yield address
    finally:
        gunicorn.terminate()
        gunicorn.wait()


if __name__ == "__main__":
    main()
