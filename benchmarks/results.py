"""What a run of benchmarks has found: kept as JSON, compared with another, written into docs.

A change is noise unless the middle halves of the repeated measurements lie apart and the medians
differ by more than REPEATED; what was measured once or twice must differ by more than ONCE. Where
a figure has a peer, the ratio to it is compared: what slows the machine slows both. What is
counted, and a share, moves with any difference above COUNTED.
"""

import os
import platform
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from json import dumps, loads
from pathlib import Path
from typing import Any, Self

from benchmarks.figures import Figure, Spread, written

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = (
    "django", "numpy", "numba", "scikit-learn", "pillow", "openvino", "ncnn", "tensorflow-cpu",
    "gunicorn",
)  # fmt: skip
REPEATED, ONCE, COUNTED = 0.03, 0.1, 0.005


class ResultsError(Exception):
    """A file of results cannot be used; the message says why."""


@dataclass
class Results:
    """One run: where and of what it was made, and its figures."""

    began: str
    commit: str
    changed: bool
    machine: dict[str, Any]
    versions: dict[str, str]
    load: list[float]
    figures: list[Figure] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls) -> Self:
        began = datetime.now(UTC).isoformat(timespec="seconds")
        load = [round(one, 2) for one in os.getloadavg()]
        changed = bool(_git("status", "--porcelain"))
        return cls(began, _git("rev-parse", "HEAD"), changed, _machine(), _versions(), load)

    @classmethod
    def read(cls, path: Path) -> Self:
        try:
            kept = loads(path.read_text())
            kept["figures"] = [Figure.read(one) for one in kept["figures"]]
            return cls(**kept)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ResultsError(f"{path} holds no results of `python -m benchmarks`.") from error

    def write(self, folder: Path) -> Path:
        """Into `folder`, under the time and the commit; gives the file's path."""
        folder.mkdir(parents=True, exist_ok=True)
        time = self.began[:19].replace(":", "").replace("-", "")
        path = folder / f"{time}-{self.commit[:7] or 'unknown'}.json"
        path.write_text(dumps(asdict(self), indent=1))
        return path

    def about(self) -> str:
        """One line: when, which commit, on what."""
        commit = self.commit[:7] + (" and changes" if self.changed else "")
        cores, python = self.machine["cores"], self.versions["python"]
        return f"{self.began[:16]}, {commit}, {cores} cores, Python {python}, load {self.load[0]}"


def compare(a: Results, b: Results) -> Iterator[str]:
    """What moved beyond the noise from one run to the other, in lines."""
    yield from (f"A: {a.about()}", f"B: {b.about()}")
    if a.machine != b.machine:
        yield "The machines differ: trust the ratios alone."
    one, other = _by_name(a.figures), _by_name(b.figures)
    both = [name for name in one if name in other]
    moved = [name for name in both if _is_beyond_noise(one[name], other[name])]
    yield f"Beyond the noise: {len(moved)} of {len(both)} figures"
    yield from (f"  {_change(one[name], other[name])}" for name in moved)
    for run, missing in (("A", one.keys() - other.keys()), ("B", other.keys() - one.keys())):
        yield from (f"only in {run}: {benchmark}, {name}" for benchmark, name in sorted(missing))


def _by_name(figures: Iterable[Figure]) -> dict[tuple[str, str], Figure]:
    return {(figure.benchmark, figure.name): figure for figure in figures}


def _compared(a: Figure, b: Figure) -> tuple[Spread, Spread, str]:
    """What is compared of both, and its unit: the ratios to the first peer, else the values."""
    if a.peers and b.peers and a.peers[0].name == b.peers[0].name:
        return a.peers[0].ratio, b.peers[0].ratio, f"× {a.peers[0].name}"
    return a.value, b.value, a.unit


def _is_beyond_noise(a: Figure, b: Figure) -> bool:
    one, other, _ = _compared(a, b)
    change = abs(other.median - one.median)
    if not _is_measured(a):
        return change > COUNTED * abs(one.median)
    if min(one.repeats, other.repeats) < 3:
        return change > ONCE * abs(one.median)
    apart = one.high < other.low or other.high < one.low
    return apart and change > REPEATED * abs(one.median)


def _is_measured(figure: Figure) -> bool:
    return figure.unit in ("s", "ms", "MB") or figure.unit.endswith("a second")


def _change(a: Figure, b: Figure) -> str:
    one, other, unit = _compared(a, b)
    more_is_better = a.unit == "share" or a.unit.endswith("a second")
    word = "better" if (other.median > one.median) == more_is_better else "worse"
    share = f" ({other.median / one.median - 1:+.0%})" if one.median else ""
    values = f"{written(one.median)} → {written(other.median)} {unit}"
    return f"{a.benchmark}, {a.name}: {values}{share}, {word}"


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory, 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _git(*arguments: str) -> str:
    """What git says of this checkout; nothing where it is none."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
