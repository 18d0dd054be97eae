"""The map of 11,556 products: laying it out, drawing it, what its page weighs, frames a second.

The shop is drawn: 500 shirts, each some 23 times; the vectors are made up, in 300 heaps. One moves
about on the page in Chromium without a graphics card, 1280×800. `python -m benchmarks.map 3000`
takes another number.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.common import COUNT, peak_megabytes, temporary_folder

UNLIKE, HEAPS = 500, 300
EMBEDDER = "efficientnet-lite2"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# Drags for two seconds, then turns the wheel in and out for four; the milliseconds of each frame.
MOVE = """async () => {
  const canvas = document.querySelector(".map-canvas");
  const box = canvas.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const send = (type, dx, more) => canvas.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, button: 0, clientX: x + dx, clientY: y + dx / 2, bubbles: true, ...more }));
  const wheel = (deltaY) => canvas.dispatchEvent(new WheelEvent("wheel", {
    deltaY, clientX: x + 40, clientY: y, bubbles: true, cancelable: true }));
  canvas.setPointerCapture = () => {};
  const frames = (milliseconds, each) => new Promise((done) => {
    const began = performance.now(), times = [];
    let last = began;
    const frame = () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
      each(now - began, times.length);
      now - began < milliseconds ? requestAnimationFrame(frame) : done(times.slice(2));
    };
    requestAnimationFrame(frame);
  });
  const drag = async () => {
    send("pointerdown", 0);
    const times = await frames(2000, (at) => send("pointermove", 150 * Math.sin(at / 200)));
    send("pointerup", 0);
    return times;
  };
  const zoom = () => frames(4000, (at, n) => { if (n % 6 === 0) wheel(at < 2000 ? -90 : 90); });
  return { "dragged, all in sight": await drag(), "zoomed in and out": await zoom(),
           "dragged, nearer": (wheel(-300), wheel(-300), await drag()) };
}"""


def main() -> None:
    count = sys.argv[1] if len(sys.argv) > 1 else str(COUNT)
    with temporary_folder() as folder:
        own = {
            "VAR_DIR": str(folder / "var"),
            "MEDIA_ROOT": str(folder / "media"),
            "DATABASE_URL": f"sqlite:///{folder}/catalogue.sqlite3",
            "EMBEDDER": EMBEDDER,
            "BIND": "127.0.0.1:0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        for step in ("prepare", "draw", "look"):
            command = [sys.executable, "-m", "benchmarks.map", step, count]
            subprocess.run(command, env=os.environ | own, check=True)


def prepare(count: int) -> None:
    """A catalogue of `count` products, and the index of vectors that lie in heaps."""
    import numpy as np
    from django.core.management import call_command

    from recommender import publishing
    from recommender.embedders.registry import EMBEDDERS
    from recommender.index.similarity_index import Manifest, SimilarityIndex

    call_command("migrate", verbosity=0)
    ids = [f"{number:05}" for number in range(count)]
    hashes = [f"{number:064x}" for number in range(count)]
    _keep(ids, hashes)
    random, spec = np.random.default_rng(0), EMBEDDERS[EMBEDDER]
    centres = random.standard_normal((HEAPS, spec.dimension), np.float32)
    vectors = centres[np.arange(count) % UNLIKE % HEAPS]
    vectors += random.standard_normal(vectors.shape, np.float32)
    publishing.publish(SimilarityIndex.build(Manifest.of(spec, "0" * 64), ids, hashes, vectors))


def _keep(ids: list[str], hashes: list[str]) -> None:
    from django.utils import timezone

    from benchmarks.pictures import shirts
    from catalog import pictures
    from catalog.models import Product
    from catalog.thumbnails import make_pictures

    now = timezone.now()
    thumbnails = [make_pictures(data).thumbnail for data in shirts(UNLIKE)]
    for number, item_id in enumerate(ids):
        pictures.write(pictures.Kind.THUMBNAIL, item_id, thumbnails[number % UNLIKE])
    Product.objects.bulk_create(
        Product(
            item_id=item_id, shop_item_id=item_id, shop="benchmark", source="benchmark",
            title=f"T-shirt {item_id} with a motif", category=f"kind {number % UNLIKE % 12}",
            content_hash=content_hash, picture_width=500, picture_height=500,
            first_seen=now, last_seen=now,
        )
        for number, (item_id, content_hash) in enumerate(zip(ids, hashes, strict=True))
    )  # fmt: skip


def draw(count: int) -> None:
    """Prints how long the map takes: new, unchanged, and with one product less."""
    from django.conf import settings

    from recommender.mapping.making import make_map
    from recommender.places import map_pictures

    for what, most in (("new", count), ("unchanged", count), ("one less", count - 1)):
        settings.MAP_MOST_PRODUCTS = most
        began = time.perf_counter()
        make_map(EMBEDDER)
        print(f"{what}: {time.perf_counter() - began:.1f} s, peak {peak_megabytes():.0f} MB")
    sizes = [path.stat().st_size for path in map_pictures(EMBEDDER).glob("*.webp")]
    print(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB", flush=True)


def look(count: int) -> None:
    """Prints what the page loads, and its frames a second while one moves about."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed: the page is not measured.")
        return
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as site:
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
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        began = time.perf_counter()
        page.goto(f"{address}/map/")
        page.wait_for_selector(".map[data-live]")
        page.wait_for_load_state("networkidle")
        print(f"the page stands after {time.perf_counter() - began:.1f} s; {_loaded(page)}")
        moved = page.evaluate(MOVE)
        page.wait_for_load_state("networkidle")
        for what, times in moved.items():
            times.sort()
            rate, slow = 1000 * len(times) / sum(times), times[int(0.95 * len(times))]
            print(f"{what}: {rate:.0f} frames a second, 95 % of them within {slow:.0f} ms")
        print(f"after that: {_loaded(page)}")
        browser.close()


def _loaded(page: Any) -> str:
    """How much came over the wire so far, by kind."""
    script = "performance.getEntriesByType('resource').map(e => [e.name, e.encodedBodySize])"
    entries = page.evaluate(script)
    kinds = {"products": "products.json", "map pictures": ".webp", "thumbnails": "/media/"}
    told = []
    for kind, mark in kinds.items():
        sizes = [size for name, size in entries if mark in name]
        told.append(f"{kind} {sum(sizes) / 1e3:.0f} kB in {len(sizes)}")
    return ", ".join(told)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        main()
    else:
        import django

        django.setup()
        {"prepare": prepare, "draw": draw, "look": look}[sys.argv[1]](int(sys.argv[2]))
