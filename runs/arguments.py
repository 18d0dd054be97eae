"""What commands take as an argument, checked before they start."""

from argparse import ArgumentTypeError


def at_least_one(text: str) -> int:
    """A whole number of at least 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def agreed(question: str) -> bool:
    """Whether a user at the terminal says yes; where there is nobody to ask, no."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False
