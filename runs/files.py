"""Files that are never half-written, what they hold in one number, and who may change them."""

import errno
import hashlib
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from runs.processes import is_alive

# The disk's journal takes as many in one go.
SYNCED_AT_ONCE = 16


def why(error: Exception) -> str:
    """What the system says, without number and name: "no such file or directory"."""
    reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else ""
    return reason or str(error) or type(error).__name__


def error_text(error: Exception) -> str:
    """An error as people read it: "/a/file: no such file or directory"; others say it themselves.

    A file that was being written has a name of its own, which says nothing to anybody.
    """
    if not isinstance(error, OSError) or not error.strerror:
        return why(error)
    where = str(error.filename or "")
    if where.endswith(".part"):
        where = str(error.filename2 or Path(where).parent)
    return f"{where}: {why(error)}" if where else why(error)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Names the file in an OSError that names none, as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.strerror:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


class Locked(Exception):
    """Another process holds the lock."""


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, which becomes `path` when the block ends: the old one or the new, whole.

    It is written beside `path`, synced to the disk and renamed over it; when the block raises,
    `path` is as it was. Folders are made where they lack. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _part_path(path)
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def replace_file(path: Path, data: bytes) -> None:
    """Makes `data` the content of `path`, as `replacing` does."""
    with replacing(path) as file:
        file.write(data)


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Does what `replace_file` does for several files, with one wait for the disk.

    All are written and synced before the first is renamed. Raises OSError; each file is then the
    old one or the new.
    """
    unfinished = {path: _part_path(path) for path in contents}
    try:
        for path, data in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished[path].write_bytes(data)
        with ThreadPoolExecutor(SYNCED_AT_ONCE) as pool:
            list(pool.map(_sync, unfinished.values()))
        for path, part in unfinished.items():
            part.replace(path)
        for folder in {path.parent for path in contents}:
            _sync(folder)
    finally:
        for part in unfinished.values():
            part.unlink(missing_ok=True)


def _part_path(path: Path) -> Path:
    """Where a file is written before it becomes `path`."""
    return path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")


def clear_unfinished(folder: Path) -> None:
    """Takes away what processes that were killed have left half-written in a folder."""
    for part in folder.glob("*.part"):
        process = part.name.split(".")[-2].split("-")[0]
        if process.isdecimal() and not is_alive(int(process)):
            part.unlink(missing_ok=True)


def put_in_place(finished: Path, path: Path) -> None:
    """Renames a synced file over `path`, in the same folder, and syncs the folder."""
    finished.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Waits until a file or a folder is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def make_private(path: Path) -> None:
    """Makes an empty file that only its owner may read, unless it is there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def open_regular(path: Path, *, follow: bool = True) -> BufferedReader:
    """Opens a file to be read, at once: a pipe, a device or a folder in its place is an OSError.

    So is a link, unless `follow`.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is no regular file", str(path))
    return os.fdopen(descriptor, "rb")


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file's content, in hex. Raises OSError."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(data: bytes) -> str:
    """The SHA-256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock at `path` while the block lasts; raises Locked at once where another does.

    The lock goes with the process, so a kill leaves none behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise Locked(f"{path} is held by another process.") from error
    try:
        yield
    finally:
        lock.release()
