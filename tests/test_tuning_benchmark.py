"""The benchmark of tuning: without its photos it says so."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_without_photos_it_says_so_in_one_sentence(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tuning", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("Left out: there are no photos in ")
    assert done.stdout.count("\n") == 1
