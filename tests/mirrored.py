"""A language of nobody: every sentence in Arabic letters, longer by a third, read from the right."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGE = "ar"
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنه")
KEPT = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\}|<[^>]*>|NUMBER)")
KNOWN = Path(__file__).parents[1] / "recommender" / "locale" / "ja" / "LC_MESSAGES" / "django.po"


def mirrored(sentence: str) -> str:
    """Its letters exchanged, each third one stretched; what is filled in and tags stay."""
    parts = KEPT.split(sentence)
    for at in range(0, len(parts), 2):
        words = parts[at].lower().translate(LETTERS)
        parts[at] = re.sub(r"(\w\w\w)", r"\1ـ", words)
    return "".join(parts)


@pytest.fixture
def from_the_right(settings, tmp_path):
    """The site speaks it, besides its own languages, to who asks for "ar"."""
    with KNOWN.open("rb") as file:
        sentences = [message.id for message in read_po(file) if message.id]
    catalogue = Catalog(LANGUAGE)
    for key in sentences:
        one = key if isinstance(key, str) else key[1]
        string = mirrored(one)
        catalogue.add(key, string if isinstance(key, str) else (string,) * catalogue.num_plurals)
    folder = tmp_path / "locale" / LANGUAGE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalogue)
    settings.LOCALE_PATHS = [tmp_path / "locale", *settings.LOCALE_PATHS]
    settings.LANGUAGES = [*settings.LANGUAGES, (LANGUAGE, "العربية")]
