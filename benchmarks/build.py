"""The embedding part of a build beside the bare network; and the memory of few and many pictures.

`python -m benchmarks.build` runs itself once for each size, in a process with folders of its own.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.common import peak_megabytes, temporary_folder

SIZES, ROUNDS = (1000, 10_000), 3
EMBEDDER = "efficientnet-lite2"


def main() -> None:
    for size in SIZES:
        with temporary_folder() as folder:
            own = {
                "VAR_DIR": str(folder / "var"),
                "MEDIA_ROOT": str(folder / "media"),
                "DATABASE_URL": f"sqlite:///{folder}/catalogue.sqlite3",
                "EMBEDDER": EMBEDDER,
                "DJANGO_SETTINGS_MODULE": "config.settings",
            }
            command = [sys.executable, "-m", "benchmarks.build", str(size)]
            subprocess.run(command, env=os.environ | own, check=True)


def measure(size: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.pictures import shirts

    call_command("migrate", verbosity=0)
    unlike = min(size, 1000)
    for number, data in enumerate(shirts(unlike)):
        _keep(number, data, copies=size // unlike)
    rounds = ROUNDS if size <= SIZES[0] else 1
    shares = [_share() for _ in range(rounds)]
    share, rate = statistics.median(shares), statistics.median(rate for _, rate in _rates)
    print(
        f"{size} pictures: {rate:.0f} a second, {share:.2f} of the bare network's rate, "
        f"peak {peak_megabytes():.0f} MB",
        flush=True,
    )


_rates: list[tuple[float, float]] = []


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


def _share() -> float:
    """The build's rate by the bare network's, both measured on the pictures of the plan."""
    from catalog.pictures import read_picture
    from recommender import configured
    from recommender.building import build as building

    chosen = configured.embedder_to_build()
    plan = building.plan(chosen, full=True)
    embedder = chosen.load()
    some = [read_picture(item_id) for item_id in list(plan.pictures)[:512]]
    decoded = [embedder.decode(data) for data in some]
    embedder.embed(decoded[:32])
    began = time.perf_counter()
    for start in range(0, len(decoded), 32):
        embedder.embed(decoded[start : start + 32])
    bare = len(decoded) / (time.perf_counter() - began)
    began = time.perf_counter()
    count = sum(1 for _ in building.embed(plan))
    rate = count / (time.perf_counter() - began)
    _rates.append((bare, rate))
    return rate / bare


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(int(Path(sys.argv[1]).name))
    else:
        main()
