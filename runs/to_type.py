"""Commands as one has to type them here: `python manage.py …`, or what the setting COMMAND says."""

import re
from typing import Any

from django.conf import settings

_MANAGE = re.compile(r"(?:python )?\bmanage\.py\b")


def to_type(text: str) -> str:
    """`text`, with the commands in it as one has to type them here."""
    return _MANAGE.sub(settings.COMMAND, text) if getattr(settings, "COMMAND", "") else text


class Output:
    """A stream, to which commands are written as one has to type them here."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> Any:
        return self.stream.write(to_type(text))
