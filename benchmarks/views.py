"""Four pictures a product instead of one: making the lists, and what an answer takes.

11,556 products as EfficientNet-Lite2 sees them, their vectors made up in 200 kinds; each further
picture is the first with something added. Lists are by all pairs of pictures, merged to products.
Answers are made in this process, of one index and of the other in turn: a product's look-alikes as
the API has them, the same under three metrics for the page, a photo of one's own, and those among
a tenth. `python -m benchmarks.views 4000` takes another number.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.common import COUNT, EMBEDDER, clustered_vectors, run_steps
from benchmarks.figures import figure

PICTURES, REPEATS, CATEGORIES = 4, 40, 10
# What is promised: so many times what one picture a product takes.
LISTS, ANSWERS = 20, 1.5


def main() -> None:
    count = sys.argv[1] if len(sys.argv) > 1 else str(COUNT)
    run_steps([["benchmarks.views", "measure", count]])


def measure(count: int) -> None:
    """Both indexes and their answers, over a catalogue in a database of its own."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(count)
    one, four = indexes(count)
    for name, ask in questions(count).items():
        times: dict[int, list[float]] = {1: [], PICTURES: []}
        for number in range(REPEATS + 2):
            for pictures, index in ((1, one), (PICTURES, four)):
                began = time.perf_counter()
                ask(index, number)
                times[pictures].append(1e3 * (time.perf_counter() - began))
        warm = {pictures: taken[2:] for pictures, taken in times.items()}
        peers = {"with one picture": warm[1]}
        figure(f"{name} among {count:,} × {PICTURES} pictures", warm[PICTURES], "ms", peers)


def indexes(count: int) -> tuple[Any, Any]:
    """That of one picture a product, and that of four; how long their lists took is told."""
    from dataclasses import replace

    from recommender.index.codes import codes_of
    from recommender.index.similarity_index import Manifest, SimilarityIndex
    from recommender.index.views import Views
    from recommender.live import selection
    from recommender.live.file_index import FileIndex

    chosen = selection.embedder_to_build(EMBEDDER)
    first = clustered_vectors(count, chosen.spec.dimension)[0]
    owners = np.repeat(np.arange(count), PICTURES - 1)
    random = np.random.default_rng(1)
    noise = random.standard_normal((len(owners), chosen.spec.dimension), np.float32)
    views = Views.of(owners, [f"{n:064x}" for n in range(count, count + len(owners))],
                     np.maximum(first[owners] + 0.8 * noise, 0))  # fmt: skip
    ids, hashes = ([f"{number:{form}}" for number in range(count)] for form in ("07", "064x"))
    given = Manifest.of(chosen.spec, chosen.weights_sha256), ids, hashes, first
    SimilarityIndex.build(given[0], ids[:300], hashes[:300], first[:300])  # compiles the kernels
    made, took = [], []
    for further in (None, replace(views, codes=codes_of(views.embeddings))):
        began = time.perf_counter()
        index = SimilarityIndex.build(*given, views=further)
        took.append(time.perf_counter() - began)
        made.append(FileIndex.of(replace(index, codes=codes_of(first))))
    figure(f"all lists, {count:,} × {PICTURES} pictures", took[1], "s", {"one picture": took[0]})
    print(f"promised: lists {LISTS} ×, answers {ANSWERS} × what one picture takes")
    return made[0], made[1]


def questions(count: int) -> dict[str, Callable[[Any, int], object]]:
    """What is asked of an index, for the n-th time."""
    from benchmarks.put import picture
    from catalog.filters import Filters
    from recommender.index.metrics import Metric
    from recommender.search.answering import answer_by
    from recommender.search.query import Query

    photos = [picture(number) for number in range(REPEATS + 2)]

    def asking(**asked: Any) -> Callable[[Any, int], object]:
        def ask(index: Any, number: int) -> object:
            liked = (f"{number * 97 % count:07}",)
            return answer_by(index, Query(liked=liked, **asked)).as_dict()

        return ask

    return {
        "look-alikes for the API": asking(k=5),
        "look-alikes for the page": asking(k=50, metrics=tuple(Metric)),
        "look-alikes among a tenth": asking(k=5, filters=Filters.of(category="kind 3")),
        "a photo of one's own": lambda index, n: answer_by(index, Query(picture=photos[n], k=5)),
    }


def fill(count: int) -> None:
    """The products; their pictures are none that anybody looks at."""
    from django.utils import timezone

    from catalog.models import Product

    now = timezone.now()
    Product.objects.bulk_create(
        Product(
            item_id=f"{n:07}", shop_item_id=f"{n:07}", title=f"Shirt {n}", shop="shop", source="-",
            content_hash=f"{n:064x}", category=f"kind {n % CATEGORIES}", first_seen=now,
            last_seen=now,
            more_pictures=[
                {"url": "", "hash": f"{count + (PICTURES - 1) * n + place:064x}"}
                for place in range(PICTURES - 1)
            ],
        )
        for n in range(count)
    )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(int(sys.argv[2]))
    else:
        main()
