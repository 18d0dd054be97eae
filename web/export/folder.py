"""The folder of an export: only what changed is written, and only what is ours is removed.

Whatever lies in it may have been put there by others: each name is opened step by step below the
folder, no link is followed, and what is no plain file is neither read nor removed.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recommender.errors import SimilarityError

# Names, one a line, the files that exports have written here.
RECORD = "lookalike-export.txt"
# Where a file is written before it has its name.
UNFINISHED = "lookalike-export.part"
# What an export has at its top; what else a record names was not written by one.
TOP = {"index.html", "browse", "products", "media", "static", "site"}
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY


class NotOurs(SimilarityError):
    """The folder holds what no export has put there."""


class Folder:
    """A folder that is written anew; `written` are the files that belong to this export.

    `strange` are names in its record that no export has written: they are left alone. Raises
    NotOurs, OSError.
    """

    def __init__(self, root: Path) -> None:
        if root.exists() and not root.is_dir():
            raise NotOurs(f"{root} is not a folder.")
        root.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in root.iterdir()}
        if names - {RECORD, UNFINISHED} and RECORD not in names:
            raise NotOurs(f"{root} holds other things. Name a new or an empty folder.")
        self.root = root
        self._root = os.open(root, _FOLDER)
        try:
            self._record = self._open_record()
        except NotOurs:
            os.close(self._root)
            raise
        names = set(self._recorded_names())
        self.before = {name for name in names if _can_be_ours(name)}
        self.strange = names - self.before
        self.written: set[str] = set()

    def write(self, name: str, data: bytes) -> bool:
        """Puts a file in its place; False where the same bytes lie there already."""
        self._claim(name)
        with self._folder_of(name) as (folder, last):
            if _content(folder, last) == data:
                return False
            self._write(data)
            os.rename(UNFINISHED, last, src_dir_fd=self._root, dst_dir_fd=folder)
        return True

    def finish(self, *, remove: bool = True) -> int:
        """Removes what earlier exports wrote and this one did not; how many files."""
        stale = self.before - self.written if remove else set()
        removed = sum(self._removed(name) for name in sorted(stale))
        ours = sorted(self.written | (self.before - stale))
        self._write("".join(f"{name}\n" for name in ours).encode())
        os.rename(UNFINISHED, RECORD, src_dir_fd=self._root, dst_dir_fd=self._root)
        return removed

    def close(self) -> None:
        """Lets others write here."""
        os.close(self._record)
        os.close(self._root)

    def _claim(self, name: str) -> None:
        """Notes a file as ours before it is there, so that a kill leaves nothing unknown."""
        if not _can_be_ours(name):
            raise ValueError(f"{name!r} is no place in an export")
        if name not in self.written:
            self.written.add(name)
            if name not in self.before:
                os.write(self._record, f"{name}\n".encode())

    def _write(self, data: bytes) -> None:
        """Writes the unfinished file, whole and on the disk; never through what lay there."""
        with suppress(FileNotFoundError):
            os.unlink(UNFINISHED, dir_fd=self._root)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(UNFINISHED, flags, 0o666, dir_fd=self._root), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def _removed(self, name: str) -> bool:
        try:
            with self._folder_of(name, make=False) as (folder, last):
                if not stat.S_ISREG(os.lstat(last, dir_fd=folder).st_mode):
                    return False
                os.unlink(last, dir_fd=folder)
        except OSError:  # it is gone, or lies behind a link
            return False
        return True

    @contextmanager
    def _folder_of(self, name: str, *, make: bool = True) -> Iterator[tuple[int, str]]:
        """The open folder that a file lies in, and its last name. Raises OSError for a link."""
        *folders, last = name.split("/")
        here = os.dup(self._root)
        try:
            for folder in folders:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=here)
                below = os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
                os.close(here)
                here = below
            yield here, last
        finally:
            os.close(here)

    def _open_record(self) -> int:
        """The record, locked against other exports. Raises NotOurs."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            record = os.open(RECORD, flags, 0o666, dir_fd=self._root)
        except OSError as error:
            raise NotOurs(f"{self.root / RECORD} is no plain file ({error.strerror}).") from None
        try:
            if not stat.S_ISREG(os.fstat(record).st_mode):
                raise NotOurs(f"{self.root / RECORD} is no plain file.")
            fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(record)
            raise NotOurs(f"Another export is writing to {self.root}.") from None
        except NotOurs:
            os.close(record)
            raise
        return record

    def _recorded_names(self) -> list[str]:
        """The names in the record; what is no text is no name of ours."""
        with os.fdopen(os.dup(self._record), "rb") as file:
            file.seek(0)
            return file.read().decode(errors="replace").split("\n")[:-1]


def _can_be_ours(name: str) -> bool:
    """Whether it is a place below the folder where exports write."""
    parts = name.split("/")
    plain = not set(parts) & {"", ".", ".."} and name.isprintable()
    return plain and parts[0] in TOP and (len(parts) > 1) is (parts[0] != "index.html")


def _content(folder: int, name: str) -> bytes | None:
    """What a plain file holds; None where there is none."""
    try:
        number = os.open(name, _READ, dir_fd=folder)
    except OSError:
        return None
    with os.fdopen(number, "rb") as file:
        return file.read() if stat.S_ISREG(os.fstat(number).st_mode) else None
