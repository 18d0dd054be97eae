"""How many of the photos that are filed wrongly on purpose `manage.py categories` lists first.

`python -m benchmarks.categories FOLDER`: photos as of benchmarks.looks. Of 5 % the category is
another one, any, each time others; the figures are of `TRIALS` times. A photo of the first tenth is
one of the first n / 10 of the list. With `--keep DIR` what is embedded stays there.
"""

import argparse
import os
import time
from collections.abc import Iterator

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from benchmarks.figures import figure  # noqa: E402
from benchmarks.looks import Photos, projections, run_on_photos  # noqa: E402
from recommender.index.similarity_index import Manifest, SimilarityIndex  # noqa: E402
from recommender.live.file_index import FileIndex  # noqa: E402
from recommender.search.categories import Categories  # noqa: E402
from recommender.search.filing import suggestions  # noqa: E402

WRONG, FIRST, TRIALS = 0.05, 0.1, 8


def index_of(photos: Photos) -> FileIndex:
    """The photos as a build of efficientnet-lite2 compares them."""
    _, projection = list(projections(photos))[1]
    ids = [f"{number:05}" for number in range(len(photos.hashes))]
    manifest = Manifest.of(photos.chosen.spec, photos.chosen.weights_sha256)
    vectors = projection(photos.features)
    return FileIndex.of(SimilarityIndex.build(manifest, ids, photos.hashes, vectors))


def trials(index: FileIndex, labels: np.ndarray) -> Iterator[tuple[float, float, float]]:
    """Each time: the share of the wrong ones among the first, that of right suggestions for them,
    and seconds."""
    n, names = len(labels), [str(number) for number in range(int(labels.max()) + 1)]
    ids = [str(item_id) for item_id in index.item_ids]
    for seed in range(TRIALS):
        random = np.random.default_rng(seed)
        wrong = random.permutation(n)[: round(WRONG * n)]
        filed = labels.copy()
        filed[wrong] = (labels[wrong] + random.integers(1, len(names), len(wrong))) % len(names)
        began = time.perf_counter()
        found, _ = suggestions(index, Categories(ids, filed, names, np.full(n, -1)))
        took = time.perf_counter() - began
        first = {int(one.item_id) for one in found[: round(FIRST * n)]}
        said = {int(one.item_id): one.suggested for one in found}
        right = [said.get(int(row)) == names[labels[row]] for row in wrong]
        yield len(first & set(wrong.tolist())) / len(wrong), float(np.mean(right)), took


def measure(photos: Photos) -> None:
    found = np.array(list(trials(index_of(photos), photos.labels)))
    print(f"{len(photos.hashes)} photos, {WRONG:.0%} of them filed wrongly on purpose")
    figure("filed wrongly and among the first tenth", found[:, 0], "share")
    figure("filed wrongly and suggested where they belong", found[:, 1], "share")
    figure("looked through", found[:, 2], "s")


def main() -> None:
    run_on_photos(
        argparse.ArgumentParser(description=__doc__), lambda photos, _options: measure(photos)
    )


if __name__ == "__main__":
    main()
