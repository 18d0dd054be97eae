"""`python -m tests.torture [soak] [--minutes M] [--seed S]`: all torments in turn, and a table.

With `soak`, a quarter of an hour of everyday life instead.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from random import Random

MINUTES = {"torments": 9, "soak": 15}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["torments", "soak"], default="torments")
    parser.add_argument("--minutes", type=float, help="for all of them together; 9, a soak 15")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = Random().getrandbits(32) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory(prefix="lookalike-torture-") as name:
        minutes = options.minutes or MINUTES[options.what]
        wrong = torture(Path(name), options.what, seed, minutes * 60)
    for sentence in wrong[:50]:
        print(f"WRONG: {sentence}")
    raise SystemExit(1 if wrong else 0)


def torture(folder: Path, what: str, seed: int, seconds: float) -> list[str]:
    """Runs each torment for its share of the time; returns what went wrong."""
    from tests.torture.place import environment, fill

    os.environ |= environment(folder)
    import django

    django.setup()
    from tests.torture import inputs, processes, soak, visits

    fill(folder)
    torments = {
        "torments": (
            visits.swaps, visits.workers_killed, visits.visitors, processes.builds_killed,
            processes.scrapes_killed, processes.full_disks, inputs.index_files, inputs.pictures,
        ),
        "soak": (soak.soak,),
    }[what]  # fmt: skip
    print(
        f"seed {seed}\n\n| what was done | how often | what came of it |\n|---|---:|---|",
        flush=True,
    )
    wrong = []
    for number, torment in enumerate(torments):
        until = time.monotonic() + seconds / len(torments)
        came = torment(folder, Random(seed + number), until)
        print(came.row(), flush=True)
        wrong += [f"{came.what}: {sentence}" for sentence in came.wrong]
    return wrong


if __name__ == "__main__":
    main()
