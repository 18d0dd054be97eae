"""Which packages of requirements-serve.lock have a wheel, for each system and Python.

The lock has only the sums of files; their names, which tell what each is for, are in
requirements-serve.wheels. `make lock` writes that, out of what uv calls a pylock: `python -m
tests.wheels pylock.toml`. Without arguments, it prints what is missing where.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
LOCK, TABLE = ROOT / "requirements-serve.lock", ROOT / "requirements-serve.wheels"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# The oldest that are meant: Debian 12 and Ubuntu 22.04; macOS 14.
GLIBC, MACOS = 35, (14, 0)
HEAD = """\
# The wheels of requirements-serve.lock, with the beginnings of their SHA-256: of each package those
# for the systems and Pythons of docs/run.md. `make lock` writes it; tests/test_wheels.py reads it.
"""


def manylinux(machine: str) -> list[str]:
    """The tags of wheels for Linux with the oldest glibc that is meant."""
    legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    tags = []
    for minor in range(GLIBC, 4, -1):
        tags.append(f"manylinux_2_{minor}_{machine}")
        tags += [f"{legacy[minor]}_{machine}"] if minor in legacy else []
    return [*tags, f"linux_{machine}"]


# System -> the tags of its wheels, and what markers ask of it.
SYSTEMS = {
    "Linux x86-64": (manylinux("x86_64"), "Linux", "linux", "x86_64"),
    "Linux aarch64": (manylinux("aarch64"), "Linux", "linux", "aarch64"),
    "macOS arm64": (list(mac_platforms(MACOS, "arm64")), "Darwin", "darwin", "arm64"),
    "Windows": (["win_amd64"], "Windows", "win32", "AMD64"),
}


@dataclass
class Package:
    """A package of the lock: where it is wanted, and the sums of its files."""

    name: str
    version: str
    marker: Marker | None
    sums: set[str] = field(default_factory=set)

    def is_wanted(self, system: str, python: str) -> bool:
        """Whether it is installed there at all."""
        return self.marker is None or self.marker.evaluate(environment(system, python))


def environment(system: str, python: str) -> dict[str, str]:
    """What a marker asks."""
    _platforms, name, short, machine = SYSTEMS[system]
    return {
        "platform_system": name, "sys_platform": short, "platform_machine": machine,
        "os_name": "nt" if name == "Windows" else "posix",
        "python_version": python, "python_full_version": f"{python}.0",
        "platform_python_implementation": "CPython", "implementation_name": "cpython",
    }  # fmt: skip


def tags(system: str, python: str) -> set[Tag]:
    """The tags of the wheels that can be installed there."""
    major, minor = map(int, python.split("."))
    platforms, version = SYSTEMS[system][0], (major, minor)
    interpreter = f"cp{major}{minor}"
    return {
        *cpython_tags(version, platforms=platforms, abis=[interpreter]),
        *compatible_tags(version, interpreter, platforms),
    }


def packages(lock: str) -> list[Package]:
    """The packages of a lock as uv writes it for pip."""
    found: list[Package] = []
    for line in lock.splitlines():
        pinned = re.match(r"([\w.-]+)(?:\[.*\])?==([^\s;]+)(?: ; (.*?))? \\$", line)
        if pinned:
            marker = Marker(pinned[3]) if pinned[3] else None
            found.append(Package(pinned[1], pinned[2], marker))
        elif summed := re.search(r"--hash=sha256:(\w+)", line):
            found[-1].sums.add(summed[1])
    return found


def wheels(table: str) -> dict[str, str]:
    """Wheel -> the beginning of its sum, as requirements-serve.wheels has them."""
    lines = (line.split() for line in table.splitlines() if not line.startswith("#"))
    return {name: beginning for beginning, name in lines}


def tags_of(names: list[str]) -> dict[tuple[str, str], set[Tag]]:
    """(Package, version) -> the tags of all its wheels."""
    found: dict[tuple[str, str], set[Tag]] = {}
    for name in names:
        package, version, _build, its_tags = parse_wheel_filename(name)
        found.setdefault((package, str(version)), set()).update(its_tags)
    return found


def lacking(lock: str, table: str) -> Iterator[tuple[str, str, str]]:
    """(System, Python, package) for each that is wanted there and has no wheel for it."""
    there = tags_of(list(wheels(table)))
    for system in SYSTEMS:
        for python in PYTHONS:
            for package in packages(lock):
                its_tags = there.get((package.name, package.version), set())
                wanted = package.is_wanted(system, python)
                if wanted and not its_tags & tags(system, python):
                    yield system, python, package.name


def table_of(pylock: str) -> str:
    """What requirements-serve.wheels has to say, out of a pylock of the same packages."""
    meant = {tag for system in SYSTEMS for python in PYTHONS for tag in tags(system, python)}
    lines = set()
    for package in tomllib.loads(pylock)["packages"]:
        for wheel in package.get("wheels", ()):
            name = wheel["url"].rpartition("/")[2]
            if parse_wheel_filename(name)[3] & meant:
                lines.add((name, wheel["hashes"]["sha256"][:16]))
    return HEAD + "".join(f"{beginning}  {name}\n" for name, beginning in sorted(lines))


def main(arguments: list[str]) -> None:
    """Writes the table out of a pylock; or prints what is missing where."""
    if arguments:
        TABLE.write_text(table_of(Path(arguments[0]).read_text()))
    else:
        for system, python, package in lacking(LOCK.read_text(), TABLE.read_text()):
            print(f"{system}, Python {python}: {package}")


if __name__ == "__main__":
    main(sys.argv[1:])
