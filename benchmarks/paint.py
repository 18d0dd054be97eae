"""What a visitor waits for: the first paint of the pages, what they weigh, what moves.

gunicorn and Chromium on one machine, 1280×800, each load with an empty cache and a new connection.
The peer is the browser's own floor: a line of text from the same server, /healthz.
"""

import gzip
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from benchmarks.common import temporary_folder
from benchmarks.map import ARGUMENTS, EMBEDDER

COUNT, LOADS = 2_000, 9
ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "peer, a line of text": "/healthz",
    "similarity page": "/products/00007/",
    "similarity page, 50 tiles": "/products/00007/?k=50",
    "browse": "/browse/",
    "own picture": "/picture/",
}
PAINTED = """() => new Promise((done) => {
  let moved = 0, largest = 0;
  const watch = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach(each))
    .observe({type, buffered: true});
  watch("layout-shift", (entry) => { moved += entry.value; });
  watch("largest-contentful-paint", (entry) => { largest = entry.startTime; });
  setTimeout(() => {
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    done([first ? first.startTime : NaN, largest, moved]);
  }, 300);
})"""


def main() -> None:
    with temporary_folder() as folder:
        own = {
            "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"),
            "DATABASE_URL": f"sqlite:///{folder}/catalogue.sqlite3", "EMBEDDER": EMBEDDER,
            "BIND": "127.0.0.1:0", "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        for step in ("prepare", "look"):
            command = [sys.executable, "-m", "benchmarks.paint", step]
            subprocess.run(command, env=os.environ | own, check=True)


def prepare() -> None:
    """A catalogue of drawn shirts, in both sizes, with prices; and an index."""
    from benchmarks.map import UNLIKE
    from benchmarks.map import prepare as prepare_map
    from benchmarks.pictures import shirts
    from catalog import pictures
    from catalog.models import Product
    from catalog.thumbnails import make_pictures

    prepare_map(COUNT)
    made = [make_pictures(data) for data in shirts(UNLIKE)]
    for number, product in enumerate(Product.objects.order_by("item_id")):
        picture = made[number % UNLIKE]
        pictures.write(pictures.Kind.PICTURE, product.item_id, picture.picture)
        product.price, product.currency = 9 + number % 40, "EUR"
        product.picture_width, product.picture_height = picture.width, picture.height
        product.save()


def look() -> None:
    """Prints for each page the medians of its loads."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed: the pages are not measured.")
        return
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as site:
        try:
            assert site.stdout is not None
            address = next(word for word in site.stdout.readline().split() if "http" in word)
            _measure(chromium, address)
        finally:
            site.terminate()


def _measure(chromium: str, address: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name, path in PAGES.items():
            loads = [_load(browser, address + path) for _ in range(LOADS + 1)][1:]
            first, largest, moved = (
                statistics.median(values) for values in zip(*loads, strict=True)
            )
            page = requests.get(address + path, timeout=10).content
            print(
                f"{name}: first contentful paint {first:.0f} ms, largest {largest:.0f} ms, "
                f"layout shift {moved:.3f}; {len(page) / 1000:.1f} kB of HTML, "
                f"{len(gzip.compress(page)) / 1000:.1f} kB compressed",
                flush=True,
            )
        browser.close()


def _load(browser: Any, address: str) -> list[float]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(address)
    painted: list[float] = page.evaluate(PAINTED)
    context.close()
    return painted


if __name__ == "__main__":
    if len(sys.argv) < 2:
        main()
    else:
        import django

        django.setup()
        {"prepare": prepare, "look": look}[sys.argv[1]]()
