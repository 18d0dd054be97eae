"""The mark of a restore that has not come to its end: what there is belongs to two states.

While it is there, nothing is served and no command but `restore` works.
"""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from runs.files import replace_file


def mark() -> Path:
    """The file that is there meanwhile; it holds the command that ends the restore."""
    return _mark(settings.VAR_DIR)


@lru_cache(maxsize=100)  # every request asks for it
def _mark(folder: str | Path) -> Path:
    return Path(folder) / "before-restore" / "unfinished"


def is_so() -> bool:
    """Whether a restore is at work, or was killed at it."""
    return mark().exists()


def begin(command: str) -> None:
    """Sets the mark. Raises OSError."""
    replace_file(mark(), command.encode())


def end() -> None:
    """Takes the mark away."""
    mark().unlink(missing_ok=True)


def sentence() -> str:
    """What to say meanwhile, and to do."""
    try:
        command = mark().read_text()
    except (OSError, ValueError):
        command = ""
    return (
        "A restore is at work or was killed, so what is here belongs to two states. "
        f"If none is at work, run it again: {command or 'manage.py restore DIR'}"
    )
