"""`python -m benchmarks`: all of them, one after the other, each in a process of its own."""

import subprocess
import sys

from benchmarks.common import machine

ALL = (
    "scrape",
    "parse_page",
    "index_file",
    "look_up",
    "live_query",
    "all_lists",
    "exactness",
    "map",
    "paint",
    "embed",
    "build",
    "upload",
    "serve",
    "starve",
)


def main() -> None:
    print(machine(), flush=True)
    for name in ALL:
        print(f"\n{name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
