"""What a visitor waits for: the first paint of the pages, what they weigh, what moves.

gunicorn and Chromium on one machine, 1280×800, each load with an empty cache and a new connection.
The peer is the browser's own floor: a line of text from the same server, /healthz.
"""

import gzip
import sys
from typing import Any

import requests

from benchmarks.browsing import site_in_browser
from benchmarks.common import run_steps
from benchmarks.figures import figure

COUNT, LOADS = 2_000, 9
FLOOR = "/healthz"
PAGES = {
    "similarity page": "/products/00007/",
    "similarity page, 50 tiles": "/products/00007/?k=50",
    "page of all products": "/browse/",
    "page for an own picture": "/picture/",
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
    """Each page beside a line of text."""
    with site_in_browser() as opened:
        if opened:
            address, browser = opened
            floor = _first_paints(address + FLOOR, browser)
            for name, path in PAGES.items():
                _measure(name, address + path, browser, floor)


def _measure(name: str, address: str, browser: Any, floor: list[float]) -> None:
    first, largest, moved = _loads(address, browser)
    beside = {"a line of text from the same server": floor}
    figure(f"the {name}: first contentful paint, nothing cached", first, "ms", beside)
    figure(f"the {name}: largest contentful paint", largest, "ms")
    figure(f"the {name}: layout shift", moved, "of the page")
    page = requests.get(address, timeout=10).content
    figure(f"the {name}: HTML", len(page) / 1000, "kB")
    figure(f"the {name}: HTML, compressed", len(gzip.compress(page)) / 1000, "kB")


def _first_paints(address: str, browser: Any) -> list[float]:
    return _loads(address, browser)[0]


def _loads(address: str, browser: Any) -> list[list[float]]:
    """LOADS times each: first and largest paint in milliseconds, and the layout shift."""
    loads = [_load(browser, address) for _ in range(LOADS + 1)][1:]
    return [list(values) for values in zip(*loads, strict=True)]


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
