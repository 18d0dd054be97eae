"""JSON as others write it, without halves of characters: `"\\ud800"` names none, and no database,
file or terminal takes it."""

import json
import re
from typing import Any

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_HALF = re.compile("[\ud800-\udfff]")


def whole(written: str) -> str:
    """JSON in which a half of a character is U+FFFD; pairs of halves stay as they are."""
    if "\\u" in written:
        written = _ESCAPE.sub(lambda found: r"\ufffd" if found["half"] else found[0], written)
    return whole_text(written)


def whole_text(words: str) -> str:
    """Text in which a half of a character is U+FFFD."""
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", words)


def load(written: str) -> Any:
    """The value that a JSON text holds. Raises ValueError, RecursionError."""
    return json.loads(whole(written))
