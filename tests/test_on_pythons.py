"""`make test-pythons` finds each Python of the machine and runs the tests with it."""

import os
import sys

import pytest

from tests import on_pythons

# Says the version that it is called by, makes an environment out of itself, and notes its calls.
PRETENDS = """#!/bin/sh
if [ "$1" = -c ]; then echo {version}; exit; fi
echo "$@" >> {notes}
if [ "$2" = venv ]; then mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; fi
[ "$2" != {fails} ]
"""


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Puts a Python of some version somewhere, on a PATH that has no other."""
    for name in ("bin", "pyenv"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(on_pythons, "MINORS", range(91, 95))
    monkeypatch.setattr(on_pythons, "FOLDER", tmp_path / "environments")

    def put(place, version, fails="nothing"):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        notes = tmp_path / f"calls-{version}"
        path.write_text(PRETENDS.format(version=version, notes=notes, fails=fails))
        path.chmod(0o755)
        return notes

    return put


def test_they_are_found_on_the_path_and_in_pyenv(put, tmp_path):
    put("bin/python3.91", "3.91")
    put("pyenv/versions/3.92.4/bin/python", "3.92")
    assert on_pythons.pythons() == {
        "3.91": tmp_path / "bin" / "python3.91",
        "3.92": tmp_path / "pyenv" / "versions" / "3.92.4" / "bin" / "python",
    }


def test_one_that_does_not_run_is_passed_over_for_the_next(put, tmp_path):
    put("bin/python3.93", "not installed")
    put("pyenv/versions/3.93.0/bin/python", "3.93")
    assert list(on_pythons.pythons().values()) == [tmp_path / "pyenv/versions/3.93.0/bin/python"]


def test_each_gets_an_environment_once_and_runs_the_tests_each_time(put, capsys):
    notes = put("bin/python3.91", "3.91")
    assert on_pythons.main(["-x"]) == 0
    assert on_pythons.main(["-x"]) == 0
    calls = notes.read_text().splitlines()
    assert [call.split()[1] for call in calls] == ["venv", "pip", "pytest", "pytest"]
    assert "--require-hashes -r" in calls[1]
    assert calls[3] == "-m pytest -m not slow -x"
    assert capsys.readouterr().out.endswith("Tried: 3.91. Failed: none.\n")


@pytest.mark.parametrize("fails", ["pip", "pytest"])
def test_where_one_fails_the_others_are_tried_all_the_same(put, capsys, fails):
    put("bin/python3.91", "3.91", fails)
    put("bin/python3.92", "3.92")
    assert on_pythons.main([]) == 1
    said = capsys.readouterr().out
    assert said.endswith(f"Tried: 3.91, 3.92. Failed: 3.91 ({fails}).\n")


def test_another_is_the_newest_that_is_not_this_one(put, capsys, monkeypatch):
    calls = {minor: put(f"bin/python3.{minor}", f"3.{minor}") for minor in (91, 92, 93)}
    monkeypatch.setattr(on_pythons, "THIS", "3.93")
    assert on_pythons.main(["--another", "-q", "tests/runs"]) == 0
    assert calls[92].read_text().splitlines()[-1] == "-m pytest -m not slow -q tests/runs"
    assert not calls[91].exists()
    assert not calls[93].exists()
    assert "Tried: 3.92. Failed: none." in capsys.readouterr().out


def test_without_another_a_sentence_says_so_and_nothing_has_failed(put, capsys, monkeypatch):
    monkeypatch.setattr(on_pythons, "THIS", "3.91")
    put("bin/python3.91", "3.91")
    assert on_pythons.main(["--another"]) == 0
    assert capsys.readouterr().out == (
        "Skipped: of 3.11 and later, this machine has no Python but 3.91.\n"
    )


@pytest.mark.parametrize(("fails", "code"), [("pip", 0), ("pytest", 1)])
def test_another_whose_packages_cannot_be_had_is_skipped_but_its_tests_count(
    put, capsys, fails, code
):
    put("bin/python3.91", "3.91", fails)
    assert on_pythons.main(["--another"]) == code
    assert ("Skipped: the packages could not" in capsys.readouterr().out) == (code == 0)


def test_this_machine_s_own_is_among_those_that_are_found():
    version = f"3.{sys.version_info.minor}"
    assert os.access(on_pythons.pythons()[version], os.X_OK)
