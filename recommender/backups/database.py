"""The database as one file, as it is at one moment while others write, and back again.

SQLite through its online backup, PostgreSQL through pg_dump and pg_restore.
"""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from catalog.models import Product
from recommender.backups.contents import Backup, BackupError, newer
from runs.files import make_private
from runs.former_labels import PREFIX

FILE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# So long the database may be held by somebody else.
PATIENCE_SECONDS = 60
PRODUCTS = Product._meta.db_table
ROWS = f"SELECT item_id, content_hash FROM {PRODUCTS} WHERE content_hash <> ''"  # noqa: S608
# What PostgreSQL's programs are told of a connection, and how the settings call it.
NAMES = {
    "PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD",
    "PGDATABASE": "NAME",
}  # fmt: skip
# What an address may have behind its `?`, as in postgres:///shop?host=/run/postgresql.
OPTIONS = {
    "host": "PGHOST", "port": "PGPORT", "service": "PGSERVICE", "passfile": "PGPASSFILE",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
}  # fmt: skip


def file_name() -> str:
    """What the database is called in a backup. Raises BackupError for one that cannot be copied."""
    if connection.vendor not in FILE:
        raise BackupError(f"A {connection.vendor} database cannot be backed up by this command.")
    return FILE[connection.vendor]


def migrations() -> list[str]:
    """The migrations that the database has, as in "auth.0001_initial"; none of an empty one."""
    if not is_set_up():
        return []
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def is_set_up() -> bool:
    """Whether there is a database, with tables in it."""
    return is_there() and PRODUCTS in connection.introspection.table_names()


def _has_former_tables() -> bool:
    """Whether there are products that `migrate` has yet to take over."""
    former = PRODUCTS.removeprefix(PREFIX)
    return former in connection.introspection.table_names()


def is_there() -> bool:
    """Whether there is something to read; a server tells by itself if there is not."""
    file = _sqlite_file()
    return not file or (file.exists() and file.stat().st_size > 0)


def _sqlite_file() -> Path | None:
    """The file that the settings name, if that is what is open."""
    file: Path | None = settings.SQLITE_FILE
    name = str(connection.settings_dict["NAME"])
    return file if file and name.startswith(file.as_uri()) else None


def is_sound() -> bool:
    """Whether it can be read at all; PostgreSQL looks after itself."""
    if connection.vendor != "sqlite" or not is_there():
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            return bool(cursor.fetchone() == ("ok",))
    except DatabaseError:
        return False


def put_aside(folder: Path) -> None:
    """Moves the SQLite file, with its log, into a folder, so that a sound one can take its place.

    Raises OSError.
    """
    connection.close()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for suffix in ("-wal", "-shm", ""):
        file = _sqlite_file()
        part = file and file.with_name(file.name + suffix)
        if part and part.exists():
            shutil.move(part, folder / f"damaged-{part.name}")


def require_known(backup: Backup) -> None:
    """Raises BackupError for a backup that this program's database cannot take, or not yet."""
    if is_sound() and is_there() and not is_set_up() and _has_former_tables():
        raise BackupError("The database is not up to date.", "manage.py migrate")
    if backup.engine != connection.vendor:
        raise BackupError(
            f"{backup.folder} is of a {backup.engine} database, and DATABASE_URL names one of "
            f"{connection.vendor}; restore it where DATABASE_URL is of the same kind."
        )
    known = known_migrations()
    unknown = set(backup.migrations) - known
    # An app that is not here any more was dropped by a version that has gone on.
    if _of_our_apps(unknown, known) or (unknown and known <= set(backup.migrations)):
        raise BackupError(newer(backup.folder))


def known_migrations() -> set[str]:
    """The migrations that this program has."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return {f"{app}.{name}" for app, name in loader.disk_migrations}


def made_by_a_newer_version() -> list[str]:
    """The migrations of apps of ours that only a newer version can have made."""
    known = known_migrations()
    return sorted(_of_our_apps(set(migrations()) - known, known))


def _of_our_apps(names: Iterable[str], known: set[str]) -> list[str]:
    apps = {name.partition(".")[0] for name in known}
    return [name for name in names if name.partition(".")[0] in apps]


def dump(path: Path) -> dict[str, str]:
    """Writes the database to a file; returns item_id -> content hash of the same moment.

    Raises BackupError, OSError.
    """
    path.unlink(missing_ok=True)
    make_private(path)
    try:
        return _dump_postgresql(path) if connection.vendor == "postgresql" else _dump_sqlite(path)
    except (sqlite3.Error, DatabaseError) as error:
        raise BackupError(f"The database could not be copied to {path}: {error}.") from error


def load(path: Path) -> None:
    """Puts a database in place of the present one: all of it or, if that fails, nothing of it.

    Programs that have it open go on with the new one. Raises BackupError, OSError.
    """
    try:
        _load_postgresql(path) if connection.vendor == "postgresql" else _load_sqlite(path)
    except (sqlite3.Error, DatabaseError) as error:
        raise BackupError(f"The database could not be put in place: {error}.") from error
    finally:
        connection.close()


def _dump_sqlite(path: Path) -> dict[str, str]:
    connection.ensure_connection()
    copy = sqlite3.connect(path)
    try:
        connection.connection.backup(copy, progress=_patience())
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
        _require_sound(copy, "The database")
        return dict(copy.execute(ROWS))
    finally:
        copy.close()


def _load_sqlite(path: Path) -> None:
    if file := _sqlite_file():
        make_private(file)
    copy = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        _require_sound(copy, str(path))
        connection.ensure_connection()
        copy.backup(connection.connection, progress=_patience())
    finally:
        copy.close()


def _require_sound(database: sqlite3.Connection, what: str) -> None:
    try:
        (answer,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        raise BackupError(f"{what} is damaged: {answer}.")


def _patience() -> Callable[[int, int, int], None]:
    """Ends a copy that waits for somebody who holds the database for long."""
    deadline = time.monotonic() + PATIENCE_SECONDS

    def check(_status: int, remaining: int, _total: int) -> None:
        if remaining and time.monotonic() > deadline:
            raise BackupError("Another program holds the database; try again when it has ended.")

    return check


def _dump_postgresql(path: Path) -> dict[str, str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (moment,) = cursor.fetchone()
        _run("pg_dump", "--format=custom", f"--snapshot={moment}", f"--file={path}")
        cursor.execute(ROWS)
        return dict(cursor.fetchall())


def _load_postgresql(path: Path) -> None:
    """Tables that a newer version has made go, too, or the next upgrade would meet them."""
    tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
    drop = f"DROP TABLE IF EXISTS {tables} CASCADE;\n".encode() if tables else b""
    connection.close()
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--file=-")
    script = _run("pg_restore", *options, str(path))
    once = ("--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run("psql", "--no-psqlrc", *once, given=drop + script)


def _run(program: str, *arguments: str, given: bytes | None = None) -> bytes:
    """What one of PostgreSQL's programs writes. Raises BackupError where it fails."""
    if not shutil.which(program):
        raise BackupError(
            f"{program} is not installed; install PostgreSQL's client programs "
            "(postgresql-client), of the server's version or newer."
        )
    done = subprocess.run(
        [program, *arguments], input=given, env=os.environ | _environment(), capture_output=True
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise BackupError(f"{program} failed: {reason[0]}")
    return done.stdout


def _environment() -> dict[str, str]:
    """How PostgreSQL's programs reach the database; a password is on no command line."""
    database: dict[str, Any] = connection.settings_dict
    values = {name: str(database[setting]) for name, setting in NAMES.items() if database[setting]}
    options = database.get("OPTIONS", {})
    return values | {OPTIONS[name]: str(options[name]) for name in OPTIONS.keys() & options.keys()}
