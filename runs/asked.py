"""What a run was asked to do, as one would type it: arguments, and options that say something."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.core.management.base import CommandParser

# What Django gives every command, and says nothing about this run.
EVERY_COMMANDS = {
    "help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color",
    "force_color", "skip_checks", "stdout", "stderr",
}  # fmt: skip


def as_typed(parser: CommandParser, options: dict[str, Any]) -> str:
    """As in "https://shop.example/ --limit 20": what differs from the defaults, arguments first."""
    arguments: list[str] = []
    chosen: list[str] = []
    for action in parser._actions:
        value = options.get(action.dest)
        if action.dest in EVERY_COMMANDS or value in (None, "", action.default, [], False):
            continue
        if action.option_strings:
            chosen += _words(action.option_strings[-1], value)
        else:
            arguments += [_source(one) for one in _each(value)]
    return shlex.join([*arguments, *chosen])


def _words(option: str, value: Any) -> Iterator[str]:
    if value is True:
        yield option
        return
    for one in _each(value):
        yield from (option, one_name(one))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _source(value: Any) -> str:
    """An argument; a path by its one name, as an address is."""
    text = one_name(value)
    with suppress(OSError, ValueError):
        if Path(text).exists():
            return str(Path(text).resolve())
    return text


def one_name(value: Any) -> str:
    """One name for what can be written in several ways: an address, a file, a field of a table.

    An address tells nobody's password.
    """
    if isinstance(value, tuple):
        return "=".join(map(str, value))
    if isinstance(value, Path):
        return str(value.expanduser().resolve())
    text = str(value)
    return _address(text) if text.lower().startswith(("http://", "https://")) else text


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    host = parts.netloc.rpartition("@")[2].lower()
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
