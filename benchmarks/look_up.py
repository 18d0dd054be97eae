"""One product's neighbours under all three metrics: from the index, and the tutorial's way."""

from functools import partial

import numpy as np
from sklearn.metrics import pairwise_distances

from benchmarks.common import build, median_seconds, relu_vectors, temporary_folder
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

        ours = median_seconds(look_up, 500)
        theirs = [median_seconds(partial(tutorial, metric), 7) for metric in Metric]
    print(f"index: {1e3 * ours:.3f} ms for all three metrics")
    per_metric = ", ".join(
        f"{metric} {1e3 * seconds:.0f} ms" for metric, seconds in zip(Metric, theirs, strict=True)
    )
    print(f"pairwise_distances + argsort: {per_metric}; all three {sum(theirs) / ours:,.0f} × ours")


if __name__ == "__main__":
    main()
