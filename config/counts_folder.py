"""The folder in which gunicorn's workers count for /metrics.

It lies among the system's temporary files, not in VAR_DIR: the workers map its files into memory,
and one that writes into such a file on a full disk is ended by the system.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "lookalike-counts-"
LOCK = "site.lock"


def make() -> str:
    """A new folder; it goes with this process or, where that is killed, when the next one starts.

    Raises OSError.
    """
    clear()
    hidden = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    lock = os.open(hidden / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)  # never closed: held as long as this process or a worker runs
    folder = hidden.rename(hidden.with_name(hidden.name.removeprefix(".")))
    atexit.register(_remove, folder, os.getpid())
    return str(folder)


def clear() -> None:
    """Takes away the folders of this user's sites that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # another user's, or gone meanwhile


def _is_left(folder: Path) -> bool:
    """Whether nobody counts in it any more. Raises OSError."""
    if folder.lstat().st_uid != os.getuid():
        return False
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(lock)


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # workers end as well
        shutil.rmtree(folder, ignore_errors=True)
