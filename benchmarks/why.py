"""Why two pictures look alike, from their bytes to both drawings: `python -m benchmarks.why`."""

import itertools
import tempfile
import time
from pathlib import Path

from benchmarks.figures import figure
from benchmarks.pictures import shirts
from recommender.embedders.choice import choose
from recommender.embedders.contract import Embedder
from recommender.embedders.weights.source import Places
from recommender.search.matching import in_common
from recommender.search.outlining import outlined

PAIRS = 20


def main() -> None:
    with tempfile.TemporaryDirectory() as nowhere:
        embedder = choose("efficientnet-lite2", Places(Path(nowhere)), "ncnn").load()
    pictures = shirts(PAIRS + 1)
    _pair(embedder, pictures[0], pictures[1])
    times = [_pair(embedder, *pair) for pair in itertools.pairwise(pictures)]
    what = "one of the two pictures of “Why?”, from its bytes"
    figure(f"{what} until the network has seen it", [500 * seen for seen, _ in times], "ms")
    drawn = [500 * (seen + matched) for seen, matched in times]
    figure(f"{what} until it is drawn", drawn, "ms")


def _pair(embedder: Embedder, *data: bytes) -> tuple[float, float]:
    """Seconds of two pictures: decoded and seen; matched and drawn."""
    start = time.perf_counter()
    seen = embedder.embed_with_places([embedder.decode(one) for one in data])
    between = time.perf_counter()
    found = in_common(seen)
    if found is not None:
        for side in zip(data, found.shares, found.regions, strict=True):
            outlined(*side)
    return between - start, time.perf_counter() - between


if __name__ == "__main__":
    main()
