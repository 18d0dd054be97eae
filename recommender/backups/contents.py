"""What a backup holds: a folder of files, and beside them the list of all, with their SHA-256.

    DIR/2026-11-27T20-15-03-512734Z/backup.json
                                    database.sqlite3
                                    pictures/…, thumbnails/…, index/…, map/…, weights/…

The list is written last, and the folder gets its name when all of it is on the disk.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from recommender.errors import SimilarityError
from runs.files import replace_file

FORMAT = 1
LIST = "backup.json"
UNFINISHED = ".part"


class BackupError(SimilarityError):
    """There can be no backup, or it cannot be restored; nothing has changed."""


@dataclass(frozen=True)
class Entry:
    """A file as it was when it was copied."""

    sha256: str
    size: int
    mtime_ns: int


@dataclass
class Backup:
    """One backup, in `folder`. `migrations` are those that its database had."""

    folder: Path
    made_at: str
    engine: str
    migrations: list[str]
    products: int = 0
    files: dict[str, Entry] = field(default_factory=dict)
    format: int = FORMAT

    def write(self) -> None:
        """Writes the list of its files into its folder. Raises OSError."""
        content = asdict(self)
        del content["folder"]
        replace_file(self.folder / LIST, json.dumps(content, indent=1).encode())

    @classmethod
    def read(cls, folder: Path) -> "Backup":
        """The backup in a folder. Raises BackupError, where its list cannot be read."""
        try:
            content = json.loads((folder / LIST).read_bytes())
            if content["format"] > FORMAT:
                raise BackupError(newer(folder))
            return _checked(cls(folder, **content))
        except (
            OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError,
        ) as error:  # fmt: skip
            raise BackupError(f"{folder / LIST} is damaged, so nothing was restored.") from error

    def under(self, top: str) -> dict[str, Entry]:
        """Its files below one of its folders."""
        return {name: entry for name, entry in self.files.items() if name.startswith(f"{top}/")}


def newer(folder: Path) -> str:
    """What to say of a backup that this version of the program cannot read."""
    return (
        f"{folder} was made by a newer version of this program: upgrade it, then restore. "
        "Nothing was restored."
    )


def _checked(backup: Backup) -> Backup:
    files: dict[str, Any] = backup.files
    backup.files = {name: Entry(**entry) for name, entry in files.items()}
    for name, entry in backup.files.items():
        path = Path(name)
        if path.is_absolute() or ".." in path.parts or "\0" in name:
            raise ValueError(name)
        if len(entry.sha256) != 64 or not 0 <= entry.mtime_ns < 2**63:
            raise ValueError(f"{name} is told wrongly")
    return backup


def finished(folder: Path) -> list[Path]:
    """The finished backups in a folder, the oldest first; itself, if it is one."""
    if (folder / LIST).exists():
        return [folder]
    there = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in there if (path / LIST).exists() and path.suffix != UNFINISHED)
