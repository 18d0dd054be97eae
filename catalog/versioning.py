"""A number that grows with every change of what is shown, whoever makes it, and however.

The database itself counts: triggers see bulk updates, the admin, and SQL by hand alike. They are
set up after every `migrate`, for a migration may have made a table anew.
"""

from collections.abc import Iterator

from django.apps import AppConfig
from django.db import connections, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from catalog.models import CatalogueVersion

WATCHED: list[type[models.Model]] = []
EVENTS = ("INSERT", "UPDATE", "DELETE")


def version() -> int:
    """How many changes there have been; one query, of one row."""
    row = CatalogueVersion.objects.values_list("number", flat=True).first()
    return row or 0


def watch(model: type[models.Model]) -> None:
    """Lets every change of a row of `model` count."""
    if model not in WATCHED:
        WATCHED.append(model)


def set_up(sender: AppConfig, using: str, **_more: object) -> None:
    """Makes the triggers that are missing; called after `migrate`."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    counter = CatalogueVersion._meta.db_table
    if counter not in tables:
        return
    watched = [model._meta.db_table for model in WATCHED]
    with connection.schema_editor() as editor:
        CatalogueVersion.objects.using(using).get_or_create(id=1)
        for table in (name for name in watched if name in tables):
            for statement in _statements(editor, table, counter):
                editor.execute(statement)


def _statements(editor: BaseDatabaseSchemaEditor, table: str, counter: str) -> Iterator[str]:
    quoted, count = editor.quote_name(table), f"UPDATE {counter} SET number = number + 1"  # noqa: S608
    if editor.connection.vendor == "sqlite":
        for event in EVENTS:
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_{event.lower()}_counts AFTER {event} "
                f"ON {quoted} BEGIN {count}; END"
            )
    elif editor.connection.vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION count_a_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {count}; RETURN NULL; END $$"
        )
        for event in EVENTS:
            yield (
                f"CREATE OR REPLACE TRIGGER {table}_{event.lower()}_counts AFTER {event} "
                f"ON {quoted} FOR EACH STATEMENT EXECUTE FUNCTION count_a_change()"
            )
