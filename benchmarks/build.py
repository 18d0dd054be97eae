"""The embedding part of a build beside the bare network; and the memory of few and many pictures.

For each size a catalogue is made in one process, and measured in another.
"""

import sys
import time

from benchmarks.common import peak_megabytes, run_steps
from benchmarks.figures import figure

SIZES, ROUNDS, BATCH = (1000, 10_000), 3, 32


def main() -> None:
    for size in SIZES:
        run_steps(["benchmarks.build", step, str(size)] for step in ("prepare", "measure"))


def prepare(size: int) -> None:
    """A catalogue of `size` products, no two pictures alike in their bytes."""
    from django.core.management import call_command

    from benchmarks.pictures import shirts

    call_command("migrate", verbosity=0)
    unlike = min(size, 1000)
    for number, data in enumerate(shirts(unlike)):
        _keep(number, data, copies=size // unlike)


def measure(size: int) -> None:
    """The build's rate, by the bare network's of the same minute, and the peak memory."""
    rates = [_rates() for _ in range(ROUNDS if size == SIZES[0] else 1)]
    bare, build = zip(*rates, strict=True)
    what = f"a build of {size:,} pictures"
    beside = {"the bare network": bare}
    figure(f"the embedding part of {what}", build, "pictures a second", beside)
    figure(f"the peak memory of {what}", peak_megabytes(), "MB")


def _keep(number: int, data: bytes, copies: int) -> None:
    """Products of one picture, told apart by a few bytes after its end, which decoders ignore."""
    from django.utils import timezone

    from catalog import pictures
    from catalog.models import Product
    from runs.files import sha256_of

    for copy in range(copies):
        item_id, own = f"{number:05}-{copy:02}", data + copy.to_bytes(2, "big")
        pictures.write(pictures.Kind.PICTURE, item_id, own)
        now = timezone.now()
        Product.objects.create(
            item_id=item_id, shop_item_id=item_id, shop="benchmark", source="benchmark",
            content_hash=sha256_of(own), picture_width=500, picture_height=500,
            first_seen=now, last_seen=now,
        )  # fmt: skip


def _rates() -> tuple[float, float]:
    """Pictures a second: the bare network on decoded ones, and a build with all its steps."""
    from catalog.pictures import read_picture
    from recommender.building import build as building
    from recommender.live import selection

    chosen = selection.embedder_to_build()
    plan = building.plan(chosen, full=True)
    embedder = chosen.load()
    decoded = [embedder.decode(read_picture(item_id)) for item_id in list(plan.pictures)[:256]]
    embedder.embed(decoded[:BATCH])
    began = time.perf_counter()
    for start in range(0, len(decoded), BATCH):
        embedder.embed(decoded[start : start + BATCH])
    bare = len(decoded) / (time.perf_counter() - began)
    began = time.perf_counter()
    count = sum(1 for _ in building.embed(plan))
    return bare, count / (time.perf_counter() - began)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        import django

        django.setup()
        {"prepare": prepare, "measure": measure}[sys.argv[1]](int(sys.argv[2]))
