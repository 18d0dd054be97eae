"""What `manage.py doctor` tells whoever asks for help: a page of how this place stands."""

import os
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module, metadata
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

import recommender
from catalog import changes, replica
from catalog.models import CatalogueVersion
from recommender.backups.database import made_by_a_newer_version
from recommender.embedders.runtimes import RUNTIMES, is_installed
from recommender.live import readiness, report, selection
from recommender.live.engine import engine
from runs.files import error_text
from runs.missing_parts import missing_part
from runs.models import Run
from runs.variables import BY_NAME

PACKAGES = (
    "Django", "numpy", "numba", "scikit-learn", "Pillow", "joblib", "gunicorn", "openvino", "ncnn",
    "tensorflow", "tensorflow-cpu", "psycopg", "pgvector", "distributed",
)  # fmt: skip
# Those that are compiled, but for the runtimes: what a system lacks, they do not find.
COMPILED = ("numba", "scipy.linalg", "sklearn.cluster", "h5py", "lxml.etree", "PIL.Image", "gevent")
SECRETS = re.compile("SECRET|TOKEN|PASSWORD")
# The password in an address, as in postgres://user:password@host/name.
PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]*@")
RUNS = 5
# Gigabytes below which a build may end for want of room.
LITTLE = 1.0


@dataclass
class Part:
    """One part of the page: lines of a name and what is so, and sentences of what is wrong."""

    title: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def examine() -> Iterator[Part]:
    """All parts, whatever is wrong in one of them."""
    for title, of_part in PARTS.items():
        part = Part(title)
        try:
            of_part(part)
        except Exception as error:  # whatever it is, it belongs on the page
            part.faults.append(f"{type(error).__name__}: {error_text(error)}")
        yield part


def shown_value(name: str, value: str) -> str:
    """A setting as others may see it: of a secret, only that there is one."""
    if SECRETS.search(name):
        return "(set; not shown)"
    return PASSWORD.sub(r"\1…@", value)


def _versions(part: Part) -> None:
    part.lines += [
        ("Lookalike", recommender.VERSION),
        ("Python", f"{platform.python_version()}, {platform.machine()}, {platform.platform()}"),
        ("processors", str(os.cpu_count())),
    ]
    for package in PACKAGES:
        try:
            part.lines.append((package, metadata.version(package)))
        except metadata.PackageNotFoundError:
            continue
    for module in COMPILED:
        try:
            import_module(module)
        except ImportError as error:
            part.faults.append(missing_part(error) or f"{module}: {error_text(error)}")


def _settings(part: Part) -> None:
    for name in BY_NAME:
        if value := os.environ.get(name):
            part.lines.append((name, shown_value(name, value)))
    if not part.lines:
        part.lines.append(("all", "as they come"))
    try:
        found = checks.run_checks()
    except ImproperlyConfigured as error:
        part.faults.append(str(error))
        return
    serious = (check for check in found if check.level >= checks.WARNING)
    part.faults += [f"{check.id}: {check.msg}" for check in serious]


def _disk(part: Part) -> None:
    for disk in report.disks():
        part.lines.append((str(disk.folder), f"{disk.free_gigabytes:.1f} GB free"))
        if disk.free_gigabytes < LITTLE:
            part.faults.append(f"There is little room left at {disk.folder}.")
        if disk.folder.exists() and not os.access(disk.folder, os.W_OK):
            part.faults.append(f"{disk.folder} cannot be written to.")


def _database(part: Part) -> None:
    part.lines.append(("engine", connection.vendor))
    if replica.exists():
        _replica(part)
    try:
        plan = MigrationExecutor(connection)
        if plan.migration_plan(plan.loader.graph.leaf_nodes()):
            part.faults.append("The database is not of this version. Run: manage.py migrate")
            return
        if newer := made_by_a_newer_version():
            part.faults.append(
                f"The database is of a newer version of this program ({newer[-1]}). "
                "Upgrade, or restore a backup of before."
            )
        counts = report.catalogue_counts()
    except DatabaseError as error:
        part.faults.append(f"The database cannot be used: {error}")
        return
    part.lines += [(name.replace("_", " "), str(number)) for name, number in counts.items()]
    if not counts["all"]:
        part.faults.append("There are no products. Run: manage.py scrape, or import_folder")


def _replica(part: Part) -> None:
    if why := replica.why_silent(replica.REPLICA):
        part.lines.append(("replica", "does not answer"))
        part.faults.append(f"The replica does not answer, so all is read from the primary: {why}")
        return
    try:
        if replica.takes_writes():
            part.faults.append("REPLICA_DATABASE_URL names a server that is no replica.")
        behind = f"{replica.changes_behind()} changes behind the primary"
    except (DatabaseError, CatalogueVersion.DoesNotExist):
        behind = "how far behind, cannot be told"
    part.lines.append(("replica", f"answers; {behind}"))


def _index(part: Part) -> None:
    for name in engine().names():
        is_sound = "as it was written" if engine().is_as_written(name) else "damaged"
        part.lines.append((name, f"{is_sound}{', served' * (name == selection.name_served())}"))
    try:
        state = report.index_state()
    except DatabaseError:
        return  # the database's part says so
    if state.manifest is None:
        part.faults.append(state.complaint)
        return
    part.lines += [
        ("built", f"{state.manifest.built_at}, {state.manifest.count} products"),
        ("not in it", f"{len(state.missing)} products of the catalogue"),
    ]
    if state.missing:
        part.faults.append("The index lacks products. Run: manage.py build_index")
    part.faults += readiness.faults()


def _queue(part: Part) -> None:
    try:
        queue = changes.queue()
    except DatabaseError:
        return  # the database's part says so
    part.lines += [
        ("waiting", f"{queue.length} products, the oldest for {queue.oldest:.0f} seconds"),
        ("worker", "at work" if queue.has_worker else "none"),
    ]
    if queue.length and not queue.has_worker:
        part.faults.append("Products wait, and no worker is running. Run: manage.py work")


def _runtimes(part: Part) -> None:
    for name in RUNTIMES:
        part.lines.append((name, "installed" if is_installed(name) else "not installed"))
    if all(told == "not installed" for _name, told in part.lines):
        part.faults.append("No runtime is installed. Run: pip install openvino")


def _runs(part: Part) -> None:
    try:
        runs = list(Run.objects.all()[:RUNS])
    except DatabaseError:
        return
    for run in runs:
        counts = ", ".join(f"{number} {status}" for status, number in run.counts.items())
        part.lines.append((str(run), f"{run.state} {counts}".strip()))
    if runs and runs[0].state in (Run.State.FAILED, Run.State.KILLED):
        part.faults.append(f"The last run did not come to its end: {runs[0]}.")


PARTS: dict[str, Callable[[Part], Any]] = {
    "Versions": _versions,
    "Settings that are made": _settings,
    "Disk": _disk,
    "Database": _database,
    "Index": _index,
    "Products that come one by one": _queue,
    "Runtimes": _runtimes,
    "Last runs": _runs,
}
