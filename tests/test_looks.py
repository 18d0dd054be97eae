"""The benchmark of look-alikes: without its photos it says so; with some it counts them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.photos import ALL

ROOT = Path(__file__).resolve().parents[1]


def looks(*arguments) -> str:
    command = [sys.executable, "-m", "benchmarks.looks", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_without_photos_it_says_so_in_one_sentence(tmp_path):
    said = looks(tmp_path)
    assert said.startswith("Left out: there are no photos in ")
    assert said.count("\n") == 1


@pytest.mark.slow
def test_of_few_photos_two_layers_are_measured_and_no_map_is_learnt(tmp_path):
    rows = [f"{path.stem},{path.parent.name}" for path in ALL]
    folder = tmp_path / "photos"
    for path in ALL:
        link = folder / path.parent.name / path.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    (folder / "products.csv").write_text("\n".join(["item_id,category", *rows]))
    first, *lines = looks(folder, "--keep", tmp_path / "kept").splitlines()
    assert first == "36 photos; copies of 36 ask"
    assert lines[0].startswith("two layers: P@5 by category, cosine: .")
    assert all(line.startswith("two layers: ") for line in lines)
    assert "blurred" in lines[-4]
