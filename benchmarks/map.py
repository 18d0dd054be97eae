"""The map of 11,556 products: laying it out, drawing it, what its page weighs, frames a second.

The shop is drawn: 500 shirts, each some 23 times; the vectors are made up, in 300 heaps. One moves
about on the page in Chromium without a graphics card, 1280×800. `python -m benchmarks.map 3000`
takes another number.
"""

import sys
import time
from typing import Any

from benchmarks.browsing import site_in_browser
from benchmarks.common import COUNT, EMBEDDER, peak_megabytes, run_steps
from benchmarks.figures import figure

UNLIKE, HEAPS = 500, 300
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
    run_steps(["benchmarks.map", step, count] for step in ("prepare", "draw", "look"))


def prepare(count: int) -> None:
    """A catalogue of `count` products, and the index of vectors that lie in heaps."""
    import numpy as np
    from django.core.management import call_command

    from recommender.embedders.registry import EMBEDDERS
    from recommender.index.similarity_index import Manifest, SimilarityIndex
    from recommender.live import publishing

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
    made = [make_pictures(data) for data in shirts(UNLIKE)]
    for number, item_id in enumerate(ids):
        pictures.write(pictures.Kind.THUMBNAIL, item_id, made[number % UNLIKE].thumbnail)
        pictures.write(pictures.Kind.PICTURE, item_id, made[number % UNLIKE].picture)
    Product.objects.bulk_create(
        Product(
            item_id=item_id, shop_item_id=item_id, shop="benchmark", source="benchmark",
            title=f"T-shirt {item_id} with a motif", category=f"kind {number % UNLIKE % 12}",
            content_hash=content_hash, picture_width=made[number % UNLIKE].width,
            picture_height=made[number % UNLIKE].height, price=9 + number % 40, currency="EUR",
            first_seen=now, last_seen=now,
        )
        for number, (item_id, content_hash) in enumerate(zip(ids, hashes, strict=True))
    )  # fmt: skip


def draw(count: int) -> None:
    """Prints how long the map takes: new, unchanged, and with one product less."""
    from django.conf import settings

    from recommender.live.paths import map_pictures
    from recommender.mapping.draw import make_map

    for what, most in (("new", count), ("unchanged", count), ("one less", count - 1)):
        settings.MAP_MAX_PRODUCTS = most
        began = time.perf_counter()
        make_map(EMBEDDER)
        figure(f"the map of {count:,} products, {what}", time.perf_counter() - began, "s")
    figure(f"the map of {count:,} products: peak memory", peak_megabytes(), "MB")
    sizes = [path.stat().st_size for path in map_pictures(EMBEDDER).glob("*.webp")]
    figure(f"the map's {len(sizes)} pictures", sum(sizes) / 1e6, "MB")


def look(count: int) -> None:
    """Prints what the page loads, and its frames a second while one moves about."""
    with site_in_browser() as opened:
        if opened:
            _measure(*opened)


def _measure(address: str, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    began = time.perf_counter()
    page.goto(f"{address}/map/")
    page.wait_for_selector(".map[data-live]")
    page.wait_for_load_state("networkidle")
    figure(
        "the map's page stands, Chromium without a graphics card", time.perf_counter() - began, "s"
    )
    print(_loaded(page))
    moved = page.evaluate(MOVE)
    page.wait_for_load_state("networkidle")
    for what, times in moved.items():
        rate = 1000 * len(times) / sum(times)
        figure(f"the map {what}", rate, "frames a second", {"the screen": 60.0})
    print(f"after that: {_loaded(page)}")


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
