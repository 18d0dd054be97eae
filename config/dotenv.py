"""The file `.env`: one setting a line, as people and their editors write it.

A line that cannot be read stops the program; what is said names the file and the line, and never
shows what stands there, which may be a password.
"""

import codecs
import os
import re
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

# How a text file begins that is not plain UTF-8; the longer ones first.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SETTING = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)", re.S)
_QUOTED = re.compile(r"""(?:'([^']*)'|"((?:[^"\\]|\\.)*)")\s*(?:#.*)?""", re.S)
# As a name has to be like a setting's to be taken for a slip.
ALIKE = 0.85


def load(path: Path) -> dict[str, int]:
    """Takes a file's settings into the environment, which wins; name -> line. Raises
    ImproperlyConfigured."""
    lines: dict[str, int] = {}
    for number, name, value in _settings(path):
        if name in lines:
            raise _refused(path, number, f"{name} stands in line {lines[name]} already")
        lines[name] = number
        os.environ.setdefault(name, value)
    return lines


def slips(names: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Those names that no setting has but for a slip, and the setting that may be meant."""
    found = {}
    for name in names:
        if name not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=ALIKE)
            found.update({name: near[0]} if near else {})
    return found


def _settings(path: Path) -> list[tuple[int, str, str]]:
    found = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", _text(path)), 1):
        line = line.replace("\ufeff", "").strip()
        if line and not line.startswith("#"):
            setting = _SETTING.fullmatch(line)
            if setting is None:
                raise _refused(path, number, "write NAME=value, or begin the line with #")
            found.append((number, setting[1], _value(path, number, setting[2])))
    return found


def _value(path: Path, number: int, text: str) -> str:
    """What stands behind the sign: less quotation marks, and a comment after a blank."""
    inner = text.strip()
    if inner[:1] in ("'", '"'):
        quoted = _QUOTED.fullmatch(inner)
        if quoted is None:
            raise _refused(path, number, "the value's quotation mark does not end it")
        single, double = quoted.groups()
        return single if double is None else re.sub(r'\\(["\\])', r"\1", double)
    return re.sub(r"\s#.*", "", text, flags=re.S).strip()


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(f"{path} cannot be read ({error.strerror}).") from None
    encoding = next((MARKS[mark] for mark in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refused(path, data.count(b"\n", 0, error.start) + 1, "save it as UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _refused(path, line, "this is no plain text; save it as UTF-8")
    return text


def _refused(path: Path, number: int, what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{path}, line {number}: {what}.")
