"""What Python or the system lacks is said in a sentence, without a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from runs.missing_parts import INSTALL, missing_part

ROOT = Path(__file__).resolve().parents[2]
# Python as it is where only the named module cannot be had.
WITHOUT = """
import runpy, sys
class Lacks:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == {module!r}:
            raise {error}
sys.meta_path.insert(0, Lacks)
sys.path.insert(0, ".")
sys.argv = ["manage.py", "migrate", *{options}]
runpy.run_path("manage.py", run_name="__main__")
"""


def run_without(module, error, *options):
    program = WITHOUT.format(module=module, error=error, options=list(options))
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("module", ["django", "environ", "filelock"])
def test_a_package_that_is_not_there_is_named_with_the_line_that_installs_it(module):
    error = f"ModuleNotFoundError('No module named {module}', name={module!r})"
    done = run_without(module, error)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"This Python ({sys.executable}) does not have the package {module}. Use the one of the "
        f"environment, .venv/bin/python; or install what is missing: {INSTALL}"
    )
    assert "Traceback" in run_without(module, error, "--traceback").stderr


def test_a_library_that_the_system_lacks_is_named_with_its_package():
    error = "ImportError('libgomp.so.1: cannot open shared object file: No such file or directory')"
    done = run_without("django", error)
    assert done.stderr.strip() == (
        "The system does not have the library libgomp.so.1. Install it (on Debian: apt install "
        "libgomp1)."
    )


def test_of_an_unknown_library_it_is_said_how_to_find_its_package():
    error = ImportError("libodd.so.7: cannot open shared object file: No such file or directory")
    assert "apt-file search libodd.so.7" in missing_part(error)


def test_a_python_built_without_sqlite_is_to_be_replaced():
    error = ModuleNotFoundError("No module named '_sqlite3'", name="_sqlite3")
    assert "was built without _sqlite3: take another one." in missing_part(error)


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'catalog.nothing'", name="catalog.nothing"),
        ImportError("cannot import name 'nothing' from 'numpy'", name="numpy"),
    ],
)
def test_a_fault_of_the_program_stays_one(error):
    assert missing_part(error) == ""


def test_the_line_that_installs_is_the_readme_s():
    assert INSTALL in (ROOT / "README.md").read_text()
