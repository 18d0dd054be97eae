"""In which database the vectors lie, and who is sent there."""

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from catalog import replica

LABEL = "lookalike_vectors"
# What the settings call the database of INDEX_DATABASE_URL, where it is another one.
INDEX = "index"


def alias() -> str:
    """The name of the database in the settings."""
    return INDEX if INDEX in settings.DATABASES else DEFAULT_DB_ALIAS


def alias_to_read() -> str:
    """The name of the database that whoever asks now reads from."""
    return replica.alias_to_read() if beside_the_catalogue() else alias()


def beside_the_catalogue() -> bool:
    """Whether products and vectors can be asked for in one query."""
    return alias() == DEFAULT_DB_ALIAS


class Router:
    """Vectors lie in a database of their own, where the settings have one; nothing else does."""

    def db_for_read(self, model: Any, **_hints: Any) -> str | None:
        return INDEX if model._meta.app_label == LABEL else None

    def db_for_write(self, model: Any, **_hints: Any) -> str | None:
        return self.db_for_read(model)

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool | None:
        if app_label == LABEL:
            return db == alias()
        return False if db == INDEX else None
