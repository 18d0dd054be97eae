"""Opening an index of 11,556 × 4096, and what two workers that use it hold in memory."""

import subprocess
import sys
import time
from pathlib import Path

import psutil

from benchmarks.common import build, relu_vectors, seconds, temporary_folder
from benchmarks.figures import figure
from recommender.index.file import load_index, write_index

TOUCH = """
import sys; from pathlib import Path
from recommender.index.file import load_index
index = load_index(Path(sys.argv[1]))
total = float(index.embeddings.sum(dtype="f8")) + float(index.squared.sum())
for lists in index.lists.values():
    total += float(lists.rows.sum()) + float(lists.distances.sum())
print("ready", flush=True); sys.stdin.read()
"""
OPEN = """
import sys, time; from pathlib import Path
from recommender.index.file import load_index
began = time.perf_counter(); load_index(Path(sys.argv[1])); print(time.perf_counter() - began)
"""


def main() -> None:
    with temporary_folder() as folder:
        path = folder / "index.joblib"
        began = time.perf_counter()
        write_index(build(relu_vectors()), path)
        size = path.stat().st_size / 2**20
        print(f"file of {size:.0f} MB, made in {time.perf_counter() - began:.0f} s")
        fresh = [1e3 * in_fresh_process(path) for _ in range(5)]
        figure(f"opening the index of {size:.0f} MB in a new process", fresh, "ms")
        again = 1e3 * seconds(lambda: load_index(path), 50)
        figure(f"opening the index of {size:.0f} MB again", again, "ms")
        mapped, whole = _proportional_megabytes(path, workers=2)
        file = {"the file": size}
        figure("two processes that have read all of it: PSS of the mapping", mapped, "MB", file)
        figure("the same with Python and numpy", whole, "MB", file)


def in_fresh_process(path: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _proportional_megabytes(path: Path, workers: int) -> tuple[float, float]:
    """The sums of the workers' proportional set sizes: of the mapped index, and of all they hold.

    Each has read the whole index.
    """
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TOUCH, str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(workers)
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        memory = [psutil.Process(process.pid).memory_maps() for process in processes]
        whole = sum(part.pss for maps in memory for part in maps)
        mapped = sum(part.pss for maps in memory for part in maps if part.path == str(path))
        return mapped / 2**20, whole / 2**20
    finally:
        for process in processes:
            process.communicate()


if __name__ == "__main__":
    main()
