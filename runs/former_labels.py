"""Tables that were made when an app had another label: its first migration takes them over.

Rows, permissions and the admin's history stay. A table counts as ours where django_migrations
names all migrations of that label, and no app of this project has the label now: a host's own
`catalog` is left alone.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.apps import apps as installed
from django.core.management.base import CommandError
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.recorder import MigrationRecorder

PREFIX = "lookalike_"
# The label of then, and its migrations.
FORMER = {
    "runs": {"0001_initial", "0002_exceptions"},
    "catalog": {
        "0001_initial", "0002_larger_pictures", "0003_shops_groups_search", "0004_version",
        "0005_colour_names", "0006_fewer_indexes", "0007_removed",
    },
    "recommender": {"0001_rules", "0002_not_the_same"},
    "api": {"0001_keys", "0002_keys_for_pages"},
}  # fmt: skip


class CreateModel(migrations.CreateModel):
    """Makes the model's table, or gives the table of the former label its new name."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        former = app_label.removeprefix(PREFIX)
        table = model._meta.db_table.removeprefix(PREFIX)
        connection = schema_editor.connection
        if not has_former_tables(connection, former) or table not in _tables(connection):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(connection.alias, model):
            schema_editor.alter_db_table(model, table, model._meta.db_table)


def take_over_rows(former: str) -> Callable[..., None]:
    """What a migration runs after its models: rows of Django's that name the label are changed."""
    return partial(_take_over_rows, former=former)


def has_former_tables(connection: BaseDatabaseWrapper, label: str) -> bool:
    """Whether the database has the tables that our app with that label made.

    Raises CommandError for those of an older version, which lack columns.
    """
    for former in FORMER:
        _require_all_migrations(connection, former)
    return _ours(connection, label) == FORMER[label]


def _require_all_migrations(connection: BaseDatabaseWrapper, label: str) -> None:
    there = _ours(connection, label)
    if there - {"0001_initial"} and there != FORMER[label]:
        raise CommandError(
            f"This database is of an older version, which had made {label}.{max(there)} last. "
            "Nothing has changed. Check out the newest commit that still has the file "
            f"{max(FORMER[label])}.py, run `manage.py migrate` there, and then again here."
        )


def _ours(connection: BaseDatabaseWrapper, label: str) -> set[str]:
    """The migrations of the label that the database has, where all of them are ours."""
    if label in {config.label for config in installed.get_app_configs()}:
        return set()
    applied = MigrationRecorder(connection).applied_migrations()
    names = {name for app, name in applied if app == label}
    return names if names <= FORMER[label] else set()


def _take_over_rows(_apps: Any, schema_editor: BaseDatabaseSchemaEditor, former: str) -> None:
    connection = schema_editor.connection
    if not has_former_tables(connection, former):
        return
    with connection.cursor() as cursor:
        if "django_content_type" in _tables(connection):
            change = "UPDATE django_content_type SET app_label = %s WHERE app_label = %s"
            cursor.execute(change, [PREFIX + former, former])
        cursor.execute("DELETE FROM django_migrations WHERE app = %s", [former])


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    return connection.introspection.table_names()
