"""`manage.py migrate`: Django's own, which also makes the SQLite file, for its owner only."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError

from runs.files import make_private


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            if settings.SQLITE_FILE:
                make_private(settings.SQLITE_FILE)
            return super().execute(*args, **options)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be set up: {error}") from error
