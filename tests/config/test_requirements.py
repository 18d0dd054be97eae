import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]


def pinned(text: str) -> dict[str, set[str]]:
    """Every package in a list of requirements, and the versions that it may have."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            requirement = Requirement(re.sub(r"\s+#.*|\s*\\$", "", line))
            name = requirement.name.lower().replace("_", "-").replace(".", "-")
            found.setdefault(name, set()).add(str(requirement.specifier))
    return found


# Each list of requirements, and where its whole tree of packages is locked.
LOCKS = {
    "requirements.txt": "requirements.lock",
    "requirements-serve.txt": "requirements-serve.lock",
    "requirements-dev.txt": "requirements-dev.lock",
}


def read(name: str) -> dict[str, set[str]]:
    return pinned((ROOT / name).read_text())


@pytest.mark.parametrize(("listed", "lock"), LOCKS.items())
def test_what_is_asked_for_is_locked_in_such_a_version(listed, lock):
    locked = read(lock)
    for name, versions in read(listed).items():
        for version in versions:
            assert any(
                next(iter(SpecifierSet(one))).version in SpecifierSet(version)
                for one in locked.get(name, ())
            ), f"{name}: run `make lock`"


def test_what_is_served_is_locked_as_in_the_whole_but_for_h5py():
    whole, small = read("requirements.lock"), read("requirements-serve.lock")
    assert {name for name in small if small[name] != whole.get(name)} <= {"h5py"}
    assert small["h5py"] == {"==3.16.0"}


def test_what_is_tested_is_what_is_installed():
    whole, tested = read("requirements.lock"), read("requirements-dev.lock")
    assert {name for name in whole.keys() & tested if whole[name] != tested[name]} == set()
    assert read("requirements-serve.lock").keys() <= tested.keys()


def test_the_fast_tests_need_no_tensorflow():
    assert {"keras", "tensorflow", "tensorflow-cpu"} & read("requirements-dev.lock").keys() == set()
    assert {"keras", "tensorflow", "tensorflow-cpu"} <= read("requirements.lock").keys()


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_locked_package_has_a_hash_and_comes_from_nowhere_else(lock):
    text = (ROOT / lock).read_text()
    packages = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(packages) > 40
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned(name):
    for package, versions in read(name).items():
        if package != "h5py":  # its two locks say which
            assert all(version.startswith("==") for version in versions), package


def test_the_ways_to_install_that_are_named_take_the_locks():
    for name in ("README.md", "Makefile"):
        for line in (ROOT / name).read_text().splitlines():
            if "pip install" in line and "-r " in line:
                assert re.search(r"--require-hashes -r requirements[a-z-]*\.lock", line), line
