"""What a visitor waits for: the first paint of the pages, what they weigh, what moves.

gunicorn and Chromium on one machine, 1280×800, each load with an empty cache and a new connection.
The peer is the browser's own floor: a line of text from the same server, /healthz.
"""

import gzip
import statistics
import sys
from typing import Any

import requests

from benchmarks.browsing import site_in_browser
from benchmarks.common import run_steps

COUNT, LOADS = 2_000, 9
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
    run_steps([["benchmarks.map", "prepare", str(COUNT)], ["benchmarks.paint", "look"]])


def look() -> None:
    """Prints for each page the medians of its loads."""
    with site_in_browser() as opened:
        if opened:
            for name, path in PAGES.items():
                _measure(name, opened[0] + path, opened[1])


def _measure(name: str, address: str, browser: Any) -> None:
    loads = [_load(browser, address) for _ in range(LOADS + 1)][1:]
    first, largest, moved = (statistics.median(values) for values in zip(*loads, strict=True))
    page = requests.get(address, timeout=10).content
    print(
        f"{name}: first contentful paint {first:.0f} ms, largest {largest:.0f} ms, "
        f"layout shift {moved:.3f}; {len(page) / 1000:.1f} kB of HTML, "
        f"{len(gzip.compress(page)) / 1000:.1f} kB compressed",
        flush=True,
    )


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
        look()
