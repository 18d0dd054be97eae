"""Which program answers, set up how: what an answer depends on besides the data."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.signals import setting_changed
from django.utils.crypto import salted_hmac

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("catalog", "recommender", "runs", "web")
# What answers are made with, and of.
KINDS = {".py", ".html", ".js", ".css", ".svg", ".mo"}
_PLACE_IN_MEMORY = re.compile(r" at 0x[0-9a-fA-F]+")


@cache
def version() -> str:
    """A text that is another one after every upgrade and every change of a setting.

    It goes out in ETags. The settings, secrets among them, are hashed with the site's own key.
    """
    text = f"{_files()} {_settings()}"
    return salted_hmac("web.middleware.program_version", text, algorithm="sha256").hexdigest()


@cache
def _files() -> str:
    """The hash of the program's own files, and of Django's version."""
    found = hashlib.sha256(django.get_version().encode())
    for path in sorted(_own_files()):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def _own_files() -> Iterator[Path]:
    engines: Any = settings.TEMPLATES
    templates = [place for engine in engines for place in engine.get("DIRS", [])]
    places = [ROOT / name for name in PACKAGES]
    for place in {Path(p) for p in (*places, *templates, *settings.STATICFILES_DIRS)}:
        for path in place.rglob("*"):
            if path.suffix in KINDS and path.is_file():
                yield path


def _settings() -> str:
    names = sorted(name for name in dir(settings) if name.isupper())
    text = repr([(name, getattr(settings, name)) for name in names])
    return _PLACE_IN_MEMORY.sub("", text)


def _forget(**_more: object) -> None:
    version.cache_clear()


# Sent by tests that change a setting; outside them, settings stay as they are.
setting_changed.connect(_forget)
