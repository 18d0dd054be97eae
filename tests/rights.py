"""Commands as a user who has no rights but the usual ones: root may write whatever is read-only."""

import os
import shutil
from pathlib import Path

# Root without these is an owner like others.
LAID_DOWN = "--bounding-set=-dac_override,-dac_read_search"


def without_roots_rights(command: list[str]) -> list[str]:
    """The command; run by root, without root's right to write what is read-only."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return command
    return ["setpriv", LAID_DOWN, *command]


def make_read_only(folder: Path) -> None:
    """Takes the right to write from a folder and all that lies in it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)


def make_writable(folder: Path) -> None:
    """Gives it back, so that the folder can be removed."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
