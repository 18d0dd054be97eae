"""`python -m benchmarks`: all of them, or those named, each in a process of its own.

A run's figures are kept in benchmarks/results/. `compare A B` says what moved from one run to
another, `table FILE` writes a run's figures into docs/benchmarks.md.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import machine, temporary_folder
from benchmarks.figures import BENCHMARK, KEEP_AT, Figure
from benchmarks.page import write_rows
from benchmarks.results import RESULTS, Results, ResultsError, compare

ALL = (
    "scrape",
    "parse_page",
    "index_file",
    "look_up",
    "live_query",
    "views",
    "all_lists",
    "exactness",
    "map",
    "paint",
    "colours",
    "why",
    "words",
    "embed",
    "build",
    "cluster",
    "upload",
    "put",
    "serve",
    "starve",
)
# Need photos, gigabytes or many minutes.
MORE = ("looks", "tuning", "categories", "million", "pages", "engines")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="NAME", help="; ".join((*ALL, *MORE)))
    what = parser.parse_args().what
    try:
        match what:
            case ["compare", a, b]:
                print(*compare(Results.read(Path(a)), Results.read(Path(b))), sep="\n")
            case ["table", file]:
                write_rows(Results.read(Path(file)))
            case names if set(names) <= {*ALL, *MORE}:
                return run(names or ALL)
            case _:
                parser.error("name benchmarks, or `compare A B`, or `table FILE`.")
    except ResultsError as error:
        parser.error(str(error))
    return 0


def run(names: Sequence[str], folder: Path = RESULTS) -> int:
    """Runs them in turn and keeps their figures after each; 1 if one has failed."""
    print(machine(), flush=True)
    results = Results.begin()
    with temporary_folder() as own:
        for name in names:
            print(f"\n{name}", flush=True)
            path = own / f"{name}.jsonl"
            environment = os.environ | {KEEP_AT: str(path), BENCHMARK: name}
            command = [sys.executable, "-m", f"benchmarks.{name}"]
            if subprocess.run(command, env=environment, check=False).returncode:
                results.failed.append(name)
            lines = path.read_text().splitlines() if path.exists() else []
            results.figures += [Figure.read(json.loads(line)) for line in lines]
            kept = results.write(folder)
    print(f"\nKept: {kept}")
    if results.failed:
        print(f"Failed: {', '.join(results.failed)}")
    return int(bool(results.failed))


if __name__ == "__main__":
    sys.exit(main())
