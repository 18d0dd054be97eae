"""A build's two long steps on a Dask cluster of one machine, beside one process, in turn.

One worker a core, each with one thread; the process uses all cores. `lists` or `embedding` measures
that step alone.
"""

import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import relu_vectors, run_steps, temporary_folder
from benchmarks.figures import figure
from recommender.building.cluster import workers_at
from recommender.building.listing import ListsInBlocks
from recommender.building.workers import ThisProcess, Workers
from recommender.index.distances import squared_norms
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists
from recommender.index.similarity_index import K

COUNT, DIMENSION = 8_000, 1280
PICTURES, ROUNDS = 1024, 3


def main() -> None:
    steps = sys.argv[1:] or ["lists", "embedding"]
    prepared = [["benchmarks.build", "prepare", str(PICTURES)]] if "embedding" in steps else []
    run_steps([*prepared, ["benchmarks.cluster", "measure", *steps]])


def measure(steps: Sequence[str]) -> None:
    from distributed import LocalCluster

    cores = ThisProcess().cores
    with (
        temporary_folder() as folder,
        LocalCluster(
            n_workers=cores, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
            silence_logs=logging.CRITICAL,
            local_directory=str(folder / "dask"),
        ) as dask,
        workers_at(dask.scheduler_address, folder) as workers,
    ):  # fmt: skip
        everybody = {"one process": ThisProcess(), "cluster": workers}
        if "lists" in steps:
            _lists(folder, everybody)
        if "embedding" in steps:
            _embedding(everybody)


def _lists(folder: Path, everybody: dict[str, Workers]) -> None:
    vectors = relu_vectors(COUNT, DIMENSION)
    squared = squared_norms(vectors)
    few = vectors[:600], squared[:600]
    seconds: dict[str, list[float]] = {name: [] for name in everybody}
    made: dict[str, dict[Metric, Lists]] = {}
    for name, workers in everybody.items():  # loads the kernels, and compiles them where need be
        ListsInBlocks(folder / "few" / name, workers)(*few, K)
    for number in range(ROUNDS):
        for name, workers in everybody.items():
            make = ListsInBlocks(folder / f"{number}" / name, workers)
            began = time.perf_counter()
            made[name] = make(vectors, squared, K)
            seconds[name].append(time.perf_counter() - began)
            make.clear()
    what = f"all lists of {COUNT:,} × {DIMENSION:,} on a cluster"
    figure(what, seconds["cluster"], "s", {"one process": seconds["one process"]})
    differ = sum(_differ(*(made[name][metric] for name in everybody)) for metric in Metric)
    figure("lists that differ from those of one process", differ, "lists")


def _differ(one: Lists, other: Lists) -> int:
    bits, others = one.distances.view(np.int64), other.distances.view(np.int64)
    same = (one.rows == other.rows) & (bits == others)
    return int((~same.all(axis=1)).sum())


def _embedding(everybody: dict[str, Workers]) -> None:
    rates: dict[str, list[float]] = {name: [] for name in everybody}
    for number in range(ROUNDS + 1):  # the first one loads the network everywhere
        for name, workers in everybody.items():
            rate = _rate(workers)
            rates[name] += [rate] if number else []
    what = f"embedding {PICTURES:,} pictures on a cluster"
    figure(what, rates["cluster"], "pictures a second", {"one process": rates["one process"]})


def _rate(workers: Any) -> float:
    from recommender.building import build as building
    from recommender.live import selection

    plan = building.plan(selection.embedder_to_build(), full=True)
    plan.workers = workers
    began = time.perf_counter()
    count = sum(1 for _ in building.embed(plan))
    return count / (time.perf_counter() - began)


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        import django

        django.setup()
        measure(sys.argv[2:])
    else:
        main()
