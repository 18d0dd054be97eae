"""Putting a backup in place of what there is.

All of it is copied beside what there is and compared with its SHA-256 before anything changes;
what there was is backed up itself, into VAR_DIR/before-restore. A restore that was killed is run
again.
"""

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError

from catalog import versioning
from catalog.models import CatalogueVersion
from recommender.backups import contents, database, making, places
from recommender.backups.contents import Backup, BackupError, Entry
from recommender.live import publishing
from recommender.live.paths import refresh_lock
from runs import half_restored
from runs.files import Locked, locked, naming, put_in_place
from runs.models import Run
from runs.outcomes import Outcome, Status
from runs.processes import is_alive

CHUNK = 2**20
# Folders that change as a whole; files of the others change one by one, and what is not in the
# backup stays (weights) or goes (indexes).
SWAPPED = ("pictures", "thumbnails", "more", "map")
# Of what there was before restores, so many are kept.
KEPT = 2


def chosen(where: Path, name: str = "") -> Backup:
    """The newest backup in a folder, or the one called `name`. Raises BackupError."""
    there = contents.finished(where)
    if not there:
        raise BackupError(f"There is no finished backup in {where}.")
    names = {path.name: path for path in there}
    if name and name not in names:
        raise BackupError(f"There is no backup {name} in {where}; there are {', '.join(names)}.")
    backup = Backup.read(names[name] if name else there[-1])
    database.require_known(backup)
    return backup


def before_folder() -> Path:
    """Where what there was before a restore is kept."""
    return Path(settings.VAR_DIR) / "before-restore"


def restore(backup: Backup) -> Iterator[Outcome]:
    """Puts a backup in place of what there is; one outcome a file.

    Raises BackupError, PublishError, OSError. Until all of the backup is read and sound, nothing
    has changed; from then to the end, nothing is served (runs.half_restored).
    """
    with _alone(backup), _stagings_cleared():
        yield from _copies(backup)
        os.sync()
        number = _version()
        _keep_what_there_is()
        _load_database(backup)
        for top, folder in places.folders().items():
            _swap(backup, top, folder)
        call_command("migrate", verbosity=0)
        _count_on(number)
        for run in Run.objects.filter(state=Run.State.RUNNING):
            run.end(Run.State.KILLED, "It was running when the backup was made.")
        _forget_what_is_done()


def _keep_what_there_is() -> None:
    """Backs up what there is, once: a restore that is run again finds half of another state."""
    if not database.is_sound():
        database.put_aside(before_folder())
    elif not half_restored.is_so() and database.is_set_up():
        for _ in making.make(before_folder()):
            pass


def _load_database(backup: Backup) -> None:
    """Puts the database in place; where that fails, all is as it was, and served as before."""
    had_begun = half_restored.is_so()
    half_restored.begin(f"manage.py restore {shlex.quote(str(backup.folder.resolve()))}")
    try:
        database.load(_staging_of_database(backup))
    except (BackupError, OSError):
        if not had_begun:
            half_restored.end()
        raise


def _copies(backup: Backup) -> Iterator[Outcome]:
    """Copies all files beside their places. Raises BackupError for one that is damaged, OSError."""
    for name, entry in backup.files.items():
        top, _, rest = name.partition("/")
        if top not in places.folders() and rest:
            continue  # pictures, where another storage keeps them
        target = _staging(top) / rest if rest else _staging_of_database(backup)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _copy(backup.folder / name, target, entry)
        yield Outcome(name, Status.NEW)


def _copy(source: Path, target: Path, entry: Entry) -> None:
    digest = sha256()
    try:
        with naming(target), source.open("rb") as read, target.open("wb") as written:
            while chunk := read.read(CHUNK):
                digest.update(chunk)
                written.write(chunk)
    except FileNotFoundError:
        raise BackupError(f"{source} is missing, so nothing was restored.") from None
    if digest.hexdigest() != entry.sha256:
        raise BackupError(f"{source} is damaged, so nothing was restored.")
    os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))


def _swap(backup: Backup, top: str, folder: Path) -> None:
    staged = _staging(top)
    if top in SWAPPED:
        staged.mkdir(parents=True, exist_ok=True)
        old = staged.with_name(f"{top}.old")
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        staged.rename(folder)
        return
    folder.mkdir(parents=True, exist_ok=True)
    names = [name.partition("/")[2] for name in backup.under(top)]
    for name in sorted(names, key=lambda name: not name.endswith(".sha256")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        put_in_place(staged / name, folder / name)
    if top == "index":
        for name in set(places.files_in(folder)) - set(names):
            (folder / name).unlink()


def _staging(top: str) -> Path:
    """Where the files of one folder wait, on the same disk."""
    folder = places.folders()[top]
    return (folder.parent if top in SWAPPED else folder) / ".restoring" / top


def _staging_of_database(backup: Backup) -> Path:
    return Path(settings.VAR_DIR) / ".restoring" / database.file_name()


def _stagings() -> set[Path]:
    beside = {_staging(top).parent for top in places.folders()}
    return {Path(settings.VAR_DIR) / ".restoring", *beside}


@contextmanager
def _stagings_cleared() -> Iterator[None]:
    """Takes away what is copied beside, before and after, however it ends."""
    _clear_stagings()
    try:
        yield
    finally:
        _clear_stagings()


def _clear_stagings() -> None:
    for folder in _stagings():
        shutil.rmtree(folder, ignore_errors=True)


def _forget_what_is_done() -> None:
    """The mark goes last: a restore that was killed before is run again as the same one."""
    _clear_stagings()
    for folder in contents.finished(before_folder())[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
    half_restored.end()


def _version() -> int:
    try:
        return versioning.version()
    except DatabaseError:
        return 0


def _count_on(number: int) -> None:
    """Lets the catalogue's number grow, so that no answer of before is given again."""
    CatalogueVersion.objects.update(number=max(number, versioning.version()) + 1)


@contextmanager
def _alone(backup: Backup) -> Iterator[None]:
    """Keeps out what changes catalogue or index. Raises BackupError, PublishError."""
    names = {Path(name).name.partition(".")[0] for name in backup.under("index")}
    there = {name.partition(".")[0] for name in places.files_in(places.folders()["index"])}
    _require_none_running()
    with ExitStack() as held:
        try:
            held.enter_context(locked(refresh_lock()))
        except Locked as error:
            raise BackupError("A refresh is running; restore when it has ended.") from error
        for name in sorted(names | there):
            held.enter_context(publishing.exclusive(name))
        yield


def _require_none_running() -> None:
    try:
        running = list(Run.objects.filter(state=Run.State.RUNNING))
    except DatabaseError:  # there is none yet, or it is of another version
        return
    for run in running:
        if is_alive(run.process):
            raise BackupError(f"{run.command} is running; restore when it has ended.")
