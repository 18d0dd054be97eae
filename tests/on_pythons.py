"""Runs the fast tests on each Python from 3.11 on that this machine has: `make test-pythons`.

Each gets an environment of its own in var/pythons, which stays for the next time. What is given
besides goes to pytest. Ends with 1 where the tests of one have failed.

With `--another` first, as in `make test-machines`, it is the newest Python that is not this one; where there
is none, or its packages cannot be installed (no network), a sentence says so and it ends with 0.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-dev.lock"
FOLDER = ROOT / "var" / "pythons"
MINORS = range(11, 15)
THIS = f"3.{sys.version_info.minor}"
ASKED = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"


def pythons() -> dict[str, Path]:
    """Version -> the first Python of it that runs and makes environments: of PATH, or of pyenv."""
    found = {}
    for minor in MINORS:
        version = f"3.{minor}"
        sound = (path for path in _candidates(version) if _version_of(path) == version)
        if (path := next(sound, None)) is not None:
            found[version] = path
    return found


def _candidates(version: str) -> Iterator[Path]:
    if path := shutil.which(f"python{version}"):
        yield Path(path)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(root.glob(f"versions/{version}.*/bin/python"), reverse=True)


def _version_of(python: Path) -> str:
    try:
        done = subprocess.run([python, "-c", ASKED], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def environment(python: Path, folder: Path) -> Path:
    """The Python of an environment with the packages of the lock, made or taken from last time."""
    own, mark = folder / "bin" / "python", folder / ".installed"
    if not mark.exists() or mark.stat().st_mtime < LOCK.stat().st_mtime:
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        options = ["--quiet", "--no-compile", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([own, "-m", "pip", "install", *options, "-r", LOCK], check=True)
        mark.touch()
    return own


def run(found: dict[str, Path], command: list[str]) -> list[str]:
    """Runs it with each Python in an environment of its own; those that failed, and in what."""
    failed = []
    for version, python in found.items():
        print(f"\nPython {version}, {python}", flush=True)
        try:
            own = environment(python, FOLDER / version)
            subprocess.run([own, *command], cwd=ROOT, check=True)
        except subprocess.CalledProcessError as error:
            failed.append(f"{version} ({error.cmd[2]})")
    return failed


def newest_other(found: dict[str, Path]) -> dict[str, Path]:
    """The newest of them that is not the Python that runs this."""
    others = [version for version in found if version != THIS]
    return {others[-1]: found[others[-1]]} if others else {}


def main(arguments: list[str]) -> int:
    found = pythons()
    if is_another := arguments[:1] == ["--another"]:
        found, arguments = newest_other(found), arguments[1:]
    failed = run(found, ["-m", "pytest", "-m", "not slow", *(arguments or ["-n", "auto", "-q"])])
    if is_another and not found:
        print(f"Skipped: of 3.11 and later, this machine has no Python but {THIS}.")
        return 0
    print(f"\nTried: {', '.join(found) or 'none'}. Failed: {', '.join(failed) or 'none'}.")
    if is_another and failed and failed[0].endswith("(pip)"):
        print("Skipped: the packages could not be installed there; the reason is above.")
        return 0
    return int(bool(failed) or not found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
