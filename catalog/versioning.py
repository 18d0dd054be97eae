"""A number that grows with every change of what is shown, whoever makes it, and however.

The database itself counts: triggers see bulk updates, the admin, and SQL by hand alike. They are
set up after every `migrate`, for a migration may have made a table anew.
"""

from collections.abc import Iterator

from django.apps import AppConfig
from django.db import connections, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper

from catalog.models import CatalogueVersion

WATCHED: list[type[models.Model]] = []
EVENTS = ("INSERT", "UPDATE", "DELETE")
# How each database names the triggers that it has.
THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT trigger_name FROM information_schema.triggers",
}


def version() -> int:
    """How many changes there have been; one query, of one row.

    Every answer asks for it: written by hand, it takes a tenth of the time.
    """
    with connections[CatalogueVersion.objects.db].cursor() as cursor:
        cursor.execute(f"SELECT number FROM {CatalogueVersion._meta.db_table} ORDER BY id LIMIT 1")  # noqa: S608
        row = cursor.fetchone()
    return row[0] if row else 0


def watch(model: type[models.Model]) -> None:
    """Lets every change of a row of `model` count."""
    if model not in WATCHED:
        WATCHED.append(model)


def set_up(sender: AppConfig, using: str, **_more: object) -> None:
    """Makes the triggers that are missing; called after `migrate`."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if CatalogueVersion._meta.db_table not in tables or connection.vendor not in THERE:
        return
    CatalogueVersion.objects.using(using).get_or_create(id=1)
    with connection.cursor() as cursor:
        there = _triggers(cursor, connection.vendor)
        for table in (model._meta.db_table for model in WATCHED):
            if table in tables:
                for statement in _statements(connection.vendor, table, there):
                    cursor.execute(statement)


def take_down(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Takes all triggers away, as a migration does that goes back to before the counter."""
    connection = schema_editor.connection
    if connection.vendor not in THERE:
        return
    with connection.cursor() as cursor:
        there = _triggers(cursor, connection.vendor)
        for table in connection.introspection.table_names():
            for trigger in there.intersection(_name(table, event) for event in EVENTS):
                place = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {trigger}{place}")


def _triggers(cursor: CursorWrapper, vendor: str) -> set[str]:
    """The names of all triggers that the database has."""
    cursor.execute(THERE[vendor])
    return {name for (name,) in cursor.fetchall()}


def _name(table: str, event: str) -> str:
    """The name of the trigger that counts such an event."""
    return f"{table}_{event.lower()}_counts"


def _statements(vendor: str, table: str, there: set[str]) -> Iterator[str]:
    """What makes the triggers of a table that are not there yet."""
    counter = CatalogueVersion._meta.db_table
    count = f"UPDATE {counter} SET number = number + 1"  # noqa: S608
    missing = [event for event in EVENTS if _name(table, event) not in there]
    if missing and vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION count_a_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {count}; RETURN NULL; END $$"
        )
    for event in missing:
        trigger = f"CREATE TRIGGER {_name(table, event)} AFTER {event} ON {table}"
        if vendor == "postgresql":
            yield f"{trigger} FOR EACH STATEMENT EXECUTE FUNCTION count_a_change()"
        else:
            yield f"{trigger} BEGIN {count}; END"
