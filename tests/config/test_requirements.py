import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

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


LOCK = (ROOT / "requirements.lock").read_text()


def test_what_is_pinned_is_locked_in_that_version():
    locked = pinned(LOCK)
    for file in ("requirements.txt", "requirements-serve.txt"):
        for name, versions in pinned((ROOT / file).read_text()).items():
            assert versions <= locked.get(name, set()), f"{name}: run `make lock`"


def test_every_locked_package_has_a_hash_and_comes_from_nowhere_else():
    packages = re.split(r"\n(?=[a-z0-9])", LOCK)[1:]
    assert len(packages) > 40
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in LOCK


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-serve.txt", "requirements-dev.txt"]
)
def test_everything_is_pinned(name):
    for package, versions in pinned((ROOT / name).read_text()).items():
        assert all(version.startswith("==") for version in versions), package
