"""Making a backup while the site runs and others write.

Pictures are copied, then the database, then the pictures that have changed in between: what stands
in a product's row is the picture that lies beside it. An index is swapped as a whole, and so is
copied as a whole.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from django.db import connection

from catalog import pictures
from recommender.backups import contents, database, places
from recommender.backups.contents import Backup, BackupError, Entry
from runs.files import Locked, locked, naming, open_regular, sha256_of_file
from runs.outcomes import Outcome, Status

CHUNK = 2**20
# A scrape may change a picture while the database is copied; it is copied again then.
TRIES = 10


def make(where: Path, *, keep: int | None = None) -> Iterator[Outcome]:
    """Writes a new backup into the folder `where`; one outcome a file.

    Files that an earlier backup there has are linked to, once they are read and sound. With
    `keep`, only so many of the newest stay. Raises BackupError, OSError; then no backup has been
    added and none taken away.
    """
    _require_place(where)
    with _alone(where):
        earlier = _latest(where)
        work = _begin(where)
        try:
            yield from _Copy(work, earlier).run()
            work.write()
            os.sync()
            work.folder.rename(work.folder.with_suffix(""))
        finally:
            shutil.rmtree(work.folder, ignore_errors=True)
        for old in contents.finished(where)[: -keep or None] if keep else ():
            shutil.rmtree(old)
            yield Outcome(old.name, Status.GONE, "an older backup")


class _Copy:
    """The work on one backup."""

    def __init__(self, backup: Backup, earlier: Backup | None) -> None:
        self.backup, self.earlier = backup, earlier

    def run(self) -> Iterator[Outcome]:
        for top, folder in places.folders().items():
            for name in places.files_in(folder):
                yield from self._keep(f"{top}/{name}", folder / name)
        name = database.file_name()
        before: dict[str, str] = {}
        for _ in range(TRIES):
            rows = database.dump(self.backup.folder / name)
            yield from self._further_pictures()
            again = dict(self._stale_pictures(rows)) if places.pictures_are_files() else {}
            if again == before:  # all are right; what is left is wrong in the site itself
                break
            for path in again:
                yield from self._keep(path, self._source(path))
            before = again
        else:
            raise BackupError(
                "Pictures change faster than they are copied; try when no scrape runs."
            )
        self._note(name, rows)
        yield Outcome(name, Status.NEW)
        self._leave_out_others(rows)

    def _keep(self, name: str, source: Path) -> Iterator[Outcome]:
        """Copies a file; one that has gone meanwhile is none of the backup's."""
        target = self.backup.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        self.backup.files.pop(name, None)
        try:
            entry, is_new = self._linked(name, source, target) or _copied(source, target)
        except FileNotFoundError:
            return
        self.backup.files[name] = entry
        yield Outcome(name, Status.NEW if is_new else Status.SAME)

    def _linked(self, name: str, source: Path, target: Path) -> tuple[Entry, bool] | None:
        """The earlier backup's file, if the live one is the same and it is sound."""
        known = self.earlier and self.earlier.files.get(name)
        status = source.stat()
        if not known or (known.size, known.mtime_ns) != (status.st_size, status.st_mtime_ns):
            return None
        before = self.earlier.folder / name  # type: ignore[union-attr]
        try:
            if sha256_of_file(before) != known.sha256:
                return None
            os.link(before, target)
        except OSError:  # it has gone, or the disk knows no links
            return None
        return known, False

    def _stale_pictures(self, rows: dict[str, str]) -> Iterator[tuple[str, str]]:
        """The pictures that are not those of the rows, and the content hash that they should have.

        The thumbnail goes with its picture.
        """
        for item_id, content_hash in rows.items():
            names = [pictures.place(kind, item_id) for kind in pictures.WRITTEN]
            found = [self.backup.files.get(name) for name in names]
            if content_hash not in [entry.sha256 for entry in found if entry]:
                yield from ((name, content_hash) for name in names)

    def _further_pictures(self) -> Iterator[Outcome]:
        """Those that rows may name and that were not there yet: they never change."""
        top = str(pictures.Kind.MORE)
        if (folder := places.folders().get(top)) is not None:
            for name in places.files_in(folder):
                if f"{top}/{name}" not in self.backup.files:
                    yield from self._keep(f"{top}/{name}", folder / name)

    def _source(self, name: str) -> Path:
        top, _, rest = name.partition("/")
        return places.folders()[top] / rest

    def _note(self, name: str, rows: dict[str, str]) -> None:
        path = self.backup.folder / name
        status = path.stat()
        entry = Entry(sha256_of_file(path), status.st_size, status.st_mtime_ns)
        self.backup.files[name] = entry
        self.backup.products = len(rows)

    def _leave_out_others(self, rows: dict[str, str]) -> None:
        """Takes pictures out that are of no product of the database that was copied."""
        wanted = {pictures.place(kind, item_id) for item_id in rows for kind in pictures.WRITTEN}
        for kind in pictures.WRITTEN:
            for name in self.backup.under(kind):
                if name not in wanted:
                    (self.backup.folder / name).unlink(missing_ok=True)
                    del self.backup.files[name]


def _copied(source: Path, target: Path) -> tuple[Entry, bool]:
    digest, size = sha256(), 0
    with (
        naming(target),
        open_regular(source, follow=False) as read,
        target.open("wb") as written,
    ):
        mtime_ns = os.fstat(read.fileno()).st_mtime_ns
        while chunk := read.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            written.write(chunk)
    return Entry(digest.hexdigest(), size, mtime_ns), True


def _require_place(where: Path) -> None:
    """Raises BackupError for a folder that visitors or the program itself look into."""
    own = [*places.folders().values(), *filter(None, [pictures.folder()])]
    if any(where.resolve().is_relative_to(folder.resolve()) for folder in own):
        raise BackupError(f"{where} is one of the site's own folders; choose another.")
    if not database.is_set_up():
        raise BackupError("There is nothing to back up yet.", "manage.py migrate")


@contextmanager
def _alone(where: Path) -> Iterator[None]:
    """Makes the folder, for its owner only, and keeps other backups out of it meanwhile."""
    if not where.exists():
        where.mkdir(parents=True, mode=0o700)
    try:
        with locked(where / "backup.lock"):
            yield
    except Locked as error:
        raise BackupError(f"Another backup into {where} is running; wait for it.") from error


def _latest(where: Path) -> Backup | None:
    for folder in reversed(contents.finished(where)):
        try:
            return Backup.read(folder)
        except BackupError:
            continue
    return None


def _begin(where: Path) -> Backup:
    """A new folder, which lacks its name yet; what killed backups have left goes."""
    for left in where.glob(f"*{contents.UNFINISHED}"):
        shutil.rmtree(left, ignore_errors=True)
    now = datetime.now(UTC)
    folder = where / now.strftime(f"%Y-%m-%dT%H-%M-%S-%fZ{contents.UNFINISHED}")
    folder.mkdir(mode=0o700)
    made_at = now.isoformat(timespec="seconds")
    return Backup(folder, made_at, connection.vendor, database.migrations())
