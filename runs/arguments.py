"""What commands take as an argument, checked before they start."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path


def at_least_one(text: str) -> int:
    """A whole number of at least 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def between(lowest: int, highest: int) -> Callable[[str], int]:
    """Takes a whole number of these limits; what it makes raises ArgumentTypeError."""

    def number(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise ArgumentTypeError(f"{text!r} is not a number from {lowest} to {highest}")
        return int(text)

    return number


def some_text(text: str) -> str:
    """A text that is not blank, as an unset variable of a shell would be."""
    if not text.strip():
        raise ArgumentTypeError("it is empty")
    return text


def path(text: str) -> Path:
    """A path; not a blank one, which would be the folder that one is in."""
    return Path(some_text(text))


def file_to_write(text: str) -> Path:
    """The path of a file in a folder that there is: minutes of work may come before it is written.

    Raises ArgumentTypeError.
    """
    file = path(text)
    if file.is_dir():
        raise ArgumentTypeError(f"{text!r} is a folder; name a file")
    if not file.parent.is_dir():
        raise ArgumentTypeError(f"there is no folder {str(file.parent)!r}")
    return file


def agreed(question: str) -> bool:
    """Whether a user at the terminal says yes; where there is nobody to ask, no."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        sys.stdout.write("\n")  # what is said next has a line of its own
        return False
