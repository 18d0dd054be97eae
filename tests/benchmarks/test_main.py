"""`python -m benchmarks` runs what is named, keeps its figures, and compares runs."""

import subprocess
import sys

import pytest

import benchmarks.__main__ as command
from benchmarks.results import ROOT, Results
from tests.benchmarks.test_results import figure, results

PYTHON = sys.executable


def ask(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Stands for a benchmark: its figures come from a program of the test's own."""

    def program(name, text):
        folder = tmp_path / "benchmarks"
        folder.mkdir(exist_ok=True)
        folder.joinpath(f"{name}.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setattr(sys, "executable", str(interpreter(tmp_path, folder)))

    return program


def interpreter(tmp_path, folder):
    """A Python that runs FOLDER/NAME.py for `-m benchmarks.NAME`."""
    path = tmp_path / "python"
    path.write_text(f'#!/bin/sh\nexec "{PYTHON}" "{folder}/${{2#benchmarks.}}.py"\n')
    path.chmod(0o755)
    return path


FIGURE = "from benchmarks.figures import figure\nfigure('a query', [1, 2, 3], 'ms')\n"


def test_figures_of_each_are_kept_under_its_name(program, tmp_path, capfd):
    program("first", FIGURE)
    program("second", FIGURE)
    assert command.run(["first", "second"], tmp_path / "results") == 0
    (path,) = (tmp_path / "results").iterdir()
    kept = Results.read(path).figures
    assert [(one.benchmark, one.name) for one in kept] == [
        ("first", "a query"), ("second", "a query")
    ]  # fmt: skip
    printed = capfd.readouterr().out
    assert printed.count("a query: 2 ms (1.50 to 2.50)") == 2
    assert printed.endswith(f"Kept: {path}\n")


def test_one_that_fails_is_named_and_the_others_run(program, tmp_path, capfd):
    program("broken", FIGURE + "raise SystemExit(3)")
    program("sound", FIGURE)
    assert command.run(["broken", "sound"], tmp_path) == 1
    assert capfd.readouterr().out.endswith("Failed: broken\n")
    kept = Results.read(next(tmp_path.glob("*.json")))
    assert kept.failed == ["broken"]
    assert [one.benchmark for one in kept.figures] == ["broken", "sound"]


def test_compare_prints_what_moved(tmp_path):
    a = results(figure([10.0])).write(tmp_path / "a")
    b = results(figure([20.0])).write(tmp_path / "b")
    done = ask("compare", a, b)
    assert done.returncode == 0
    assert done.stdout.splitlines()[2:] == [
        "Beyond the noise: 1 of 1 figures", "  live_query, a query: 10 → 20 ms (+100%), worse"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["compare", "nowhere.json", "nowhere.json"], "nowhere.json holds no results of"),
        (["compare", "a.json"], "name benchmarks, or `compare A B`, or `table FILE`."),
        (["speed"], "name benchmarks, or"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(arguments, sentence):
    done = ask(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_every_benchmark_that_is_listed_is_there():
    for name in (*command.ALL, *command.MORE):
        assert (ROOT / "benchmarks" / f"{name}.py").is_file()
