"""A quarter of an hour of everyday life: pages, API, uploads, refreshes and swaps, all at once.

Nothing may fail, and no worker may take more memory at the end than when it was warm.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

import psutil
import requests

from recommender.live import publishing
from tests.catalog.test_kills import make_shop
from tests.torture.came import Came
from tests.torture.place import COUNT, command, done, picture, site

EMBEDDER = "efficientnet-lite2"
# What is looked at from the first third on; it is compared by quarters of what is left.
WARM = 1 / 3
# So much may a worker grow. A run of fewer seconds is too short to tell: it is hardly warm.
MOST_GROWTH, SHORT = 0.05, 300
PAUSE, LOOK = 0.05, 2.0
PAGES = (
    "/", "/browse/", "/browse/?page=2", "/products/{0}/", "/products/{0}/?colour=0.4",
    "/products/{0}/?liked={1}&diversity=0.5", "/api/v1/products/{0}/similar/?metric=manhattan&k=20",
    "/api/v1/products/?q=0", "/media/thumbnails/{0}.jpg", "/picture/", "/map/", "/metrics", "/readyz",
)  # fmt: skip


@dataclass
class Memory:
    """Megabytes of each worker (PSS: its own, and its share of what several have), over time."""

    seconds: float
    began: float = field(default_factory=time.monotonic)
    seen: dict[int, list[tuple[float, float]]] = field(default_factory=dict)

    def look(self, master: int) -> None:
        """Notes what each worker has now."""
        for worker in psutil.Process(master).children():
            with suppress(psutil.Error):
                taken = worker.memory_full_info().pss / 1e6
                self.seen.setdefault(worker.pid, []).append((time.monotonic(), taken))

    def minutes(self, worker: int) -> str:
        """What it took in each minute, for whoever looks for a leak."""
        by_minute: dict[int, list[float]] = {}
        for when, taken in self.seen[worker]:
            by_minute.setdefault(int((when - self.began) // 60), []).append(taken)
        return " ".join(f"{median(values):.1f}" for values in by_minute.values())

    def change(self, worker: int) -> tuple[float, float]:
        """What it took when it was warm, and at the end: medians of a quarter each."""
        warm = self.began + WARM * self.seconds
        values = [taken for when, taken in self.seen[worker] if when > warm]
        quarter = max(1, len(values) // 4)
        return median(values[:quarter]), median(values[-quarter:])


def soak(folder: Path, random: Random, until: float) -> Came:
    """Everything at once until the time is up."""
    came = Came("an answer beside uploads, refreshes and swaps")
    seconds = until - time.monotonic()
    with make_shop() as shop, site() as (address, gunicorn):
        _load_the_network(address)
        _fill_what_is_kept(address, time.monotonic() + seconds / 6)
        memory = Memory(seconds)
        works = [
            lambda: _visit(came, address, random),
            lambda: _visit(came, address, random),
            lambda: _upload(came, address, random),
            lambda: _swap(came, random),
            lambda: _refresh(came, folder, f"{shop.url}/tees", random),
        ]
        with _at_once(came, works):
            while time.monotonic() < until:
                time.sleep(LOOK)
                memory.look(gunicorn.pid)
    _require_flat(came, memory)
    return came


def _load_the_network(address: str) -> None:
    """Each worker loads it with the first picture that it is sent."""
    send = partial(requests.post, f"{address}/api/v1/similar/", timeout=60)
    for _ in range(3):
        pictures = [("picture", ("own.jpg", picture(n), "image/jpeg")) for n in range(4)]
        with ThreadPoolExecutor(len(pictures)) as pool:
            list(pool.map(lambda one: send(files=[one]), pictures))


def _fill_what_is_kept(address: str, until: float) -> None:
    """Workers keep answers, up to 32 MB each; until these are there, a worker grows by right."""
    for k in range(20, 61):
        for number in range(COUNT):
            if time.monotonic() > until:
                return
            requests.get(f"{address}/products/{number:02}/?k={k}", timeout=20)


@contextmanager
def _at_once(came: Came, works: list[Callable[[], None]]) -> Iterator[None]:
    stop = threading.Event()

    def run(work: Callable[[], None]) -> None:
        while not stop.is_set():
            try:
                work()
            except Exception as error:  # whatever it is, it belongs into the table
                came.wrong.append(f"{type(error).__name__}: {error}")
                time.sleep(1)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _visit(came: Came, address: str, random: Random) -> None:
    ids = [f"{number:02}" for number in random.sample(range(COUNT), 2)]
    path = random.choice(PAGES).format(*ids)
    status = requests.get(address + path, timeout=20).status_code
    came.times += 1
    came.require(status == 200, f"{path}: {status}")
    time.sleep(PAUSE)


def _upload(came: Came, address: str, random: Random) -> None:
    files = {"picture": ("own.jpg", picture(random.randrange(10**6)), "image/jpeg")}
    place = random.choice(("/api/v1/similar/", "/picture/"))
    answer = requests.post(address + place, files=files, timeout=30)
    came.see("uploads")
    came.require(answer.status_code == 200, f"an upload: {answer.status_code} {answer.text[:200]}")
    time.sleep(random.uniform(0.2, 0.8))


def _swap(came: Came, random: Random) -> None:
    time.sleep(random.uniform(2, 6))
    with suppress(publishing.PublishError), publishing.exclusive(EMBEDDER):
        publishing.rollback(EMBEDDER)  # there may be no previous one yet; a build may be at it
        came.see("roll-backs")


def _refresh(came: Came, folder: Path, url: str, random: Random) -> None:
    """Some pictures change, and the shop is read anew."""
    for number in random.sample(range(COUNT), 3):
        (folder / "shop" / f"{number:02}.jpg").write_bytes(picture(random.randrange(10**6)))
    for arguments in (("import_folder", str(folder / "shop")), ("refresh", url)):
        code, said = done(command(*arguments), 300)
        # The swap above may hold the index when the build wants it: then it says so.
        is_fine = code == 0 or "Another process is changing the index" in said
        came.require(is_fine, f"{arguments[0]}: {said[-500:]}")
    came.see("refreshes")
    time.sleep(random.uniform(3, 6))


def _require_flat(came: Came, memory: Memory) -> None:
    for worker in memory.seen:
        warm, end = memory.change(worker)
        sys.stderr.write(f"MB of worker {worker} by the minute: {memory.minutes(worker)}\n")
        came.see(f"→ {end:.0f} MB of a worker", round(warm))
        is_flat = memory.seconds < SHORT or end <= warm * (1 + MOST_GROWTH)
        came.require(is_flat, f"a worker grew from {warm:.0f} to {end:.0f} MB")
    came.require(len(memory.seen) == 2, f"{len(memory.seen)} workers in turn, not the first two")
