"""Django's SQLite, whose file only `migrate` makes, for its owner alone.

All else opens it as it is: a file that is missing for once is not replaced by an empty one.
"""

from pathlib import Path

from django.conf import settings
from django.db import OperationalError
from django.db.backends.sqlite3 import base, features

from runs.files import error_text, make_private


class DatabaseFeatures(features.DatabaseFeatures):
    """As Django's; the checks before `migrate` need no file to learn this from."""

    supports_json_field = True


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures

    def prepare_database(self) -> None:
        """Makes the file, if it is missing: Django calls this before it migrates."""
        super().prepare_database()
        file: Path | None = settings.SQLITE_FILE
        if file and str(self.settings_dict["NAME"]).startswith(file.as_uri()):
            try:
                make_private(file)
            except OSError as error:
                raise OperationalError(error_text(error)) from error
