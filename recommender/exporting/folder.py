"""The folder of an export: only what changed is written, and only what is ours is removed."""

import shutil
from pathlib import Path, PurePosixPath

from recommender.errors import SimilarityError
from runs.files import replace_file

# Names, one a line, the files that exports have written here.
RECORD = "lookalike-export.txt"


class NotOurs(SimilarityError):
    """The folder holds what no export has put there."""


class Folder:
    """A folder that is written anew; `written` are the files that belong to this export."""

    def __init__(self, root: Path) -> None:
        record = root / RECORD
        if root.exists() and not root.is_dir():
            raise NotOurs(f"{root} is not a folder.")
        if root.is_dir() and any(root.iterdir()) and not record.is_file():
            raise NotOurs(f"{root} holds other things. Name a new or an empty folder.")
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.before = set(record.read_text().splitlines()) if record.is_file() else set()
        self.written: set[str] = set()
        self._record = record.open("a", encoding="utf-8")

    def write(self, name: str, data: bytes) -> bool:
        """Puts a file in its place; False where the same bytes lie there already."""
        target = self._claim(name)
        if target.is_file() and target.read_bytes() == data:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, data)
        return True

    def copy(self, name: str, source: Path) -> bool:
        """The same for a file, known by its size and time."""
        target, status = self._claim(name), source.stat()
        if target.is_file():
            there = target.stat()
            if (there.st_size, there.st_mtime_ns) == (status.st_size, status.st_mtime_ns):
                return False
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f"{target.name}.part")
        shutil.copy2(source, beside)
        beside.replace(target)
        return True

    def _claim(self, name: str) -> Path:
        """Notes a file as ours before it is there, so that a kill leaves nothing unknown."""
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\n" in name:
            raise ValueError(f"{name!r} is no place in a folder")
        if name not in self.written:
            self.written.add(name)
            if name not in self.before:
                self._record.write(f"{name}\n")
                self._record.flush()
        return self.root / path

    def finish(self) -> int:
        """Removes what earlier exports wrote and this one did not; how many files."""
        self._record.close()
        stale = self.before - self.written
        for name in stale:
            (self.root / name).unlink(missing_ok=True)
        replace_file(self.root / RECORD, "".join(f"{n}\n" for n in sorted(self.written)).encode())
        return len(stale)
