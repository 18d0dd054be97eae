"""One product's neighbours under all three metrics: from the index, and the tutorial's way."""

from functools import partial

import numpy as np
from sklearn.metrics import pairwise_distances

from benchmarks.common import build, relu_vectors, seconds, temporary_folder
from benchmarks.figures import figure
from recommender.index.file import load_index, write_index
from recommender.index.metrics import Metric


def main() -> None:
    vectors = relu_vectors()
    with temporary_folder() as folder:
        write_index(build(vectors), folder / "index.joblib")
        index = load_index(folder / "index.joblib")
        rows = iter(np.random.default_rng(1).integers(0, len(vectors), 10_000))

        def look_up() -> None:
            item_id = str(index.item_ids[next(rows)])
            for metric in Metric:
                index.neighbours(item_id, metric, 5)

        def tutorial(metric: Metric) -> None:
            row = int(next(rows))
            measured = pairwise_distances(vectors[row : row + 1], vectors, metric=metric)[0]
            np.argsort(measured)[1:6]

        ours = 1e3 * seconds(look_up, 500)
        theirs = sum(1e3 * seconds(partial(tutorial, metric), 7) for metric in Metric)
    figure(
        "one product's five neighbours, three metrics",
        ours,
        "ms",
        {"`pairwise_distances` + `argsort`": theirs},
    )


if __name__ == "__main__":
    main()
