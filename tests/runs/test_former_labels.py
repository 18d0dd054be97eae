"""Databases that were made when the apps had other labels lose nothing.

former_labels.sql is the dump of one that the last version with those labels made.
"""

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from catalog import versioning
from catalog.models import CatalogueVersion, Product, Removed
from recommender.models import NotTheSame, Rule
from runs.former_labels import FORMER, PREFIX
from runs.models import Run
from web.api.models import ApiKey

DUMP = Path(__file__).with_name("former_labels.sql").read_text()
MODELS = (Product, Removed, CatalogueVersion, Rule, NotTheSame, Run, ApiKey)
# What there was not then.
LATER = [
    model
    for model in apps.get_models()
    if model._meta.app_label.removeprefix(PREFIX) in FORMER and model not in MODELS
]
LATER_FIELDS = (
    (Product, "number"),
    (Product, "focus"),
    (Product, "brand"),
    (Product, "more_pictures"),
    (Product, "refused_pictures"),
    (ApiKey, "writes"),
)


@pytest.fixture
def former(tmp_path, django_db_blocker):
    """A database as that dump has it; by this alias, besides the tests' own."""
    settings = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "former.sqlite3")}
    connections.databases["former"] = connections["default"].settings_dict | settings
    connections.databases["former"] |= {"OPTIONS": {}, "TEST": {}}
    with django_db_blocker.unblock():
        with connections["former"].cursor() as cursor:
            cursor.connection.executescript(DUMP)
        yield connections["former"]
        connections["former"].close()
    del connections["former"], connections.databases["former"]


def migrate(database="default"):
    call_command("migrate", verbosity=0, database=database)


def triggers(database):
    with database.cursor() as cursor:
        return versioning._triggers(cursor, database.vendor)


def test_all_rows_are_there_with_their_keys(former):
    migrate("former")
    product = Product.objects.using("former").get()
    assert (product.pk, product.item_id, product.title) == (7, "A1", "Red shirt")
    assert Rule.objects.using("former").get(pk=5).product == product
    assert NotTheSame.objects.using("former").get().pair == ("A1", "B2")
    assert Run.objects.using("former").get(pk=9).counts == {"new": 1}
    assert ApiKey.objects.using("former").get(pk=4).name == "shop"
    assert Removed.objects.using("former").get().item_id == "gone"
    tables = set(former.introspection.table_names())
    assert not {name for name in tables if name.startswith(tuple(f"{old}_" for old in FORMER))}


def test_who_might_do_something_may_do_it_still(former):
    migrate("former")
    (permission,) = Group.objects.using("former").get().permissions.all()
    assert (permission.content_type.app_label, permission.codename) == (
        "lookalike_recommender", "add_rule",
    )  # fmt: skip
    labels = ContentType.objects.using("former").values_list("app_label", flat=True)
    assert not set(labels) & set(FORMER)


def test_each_change_counts_once_as_before(former):
    migrate("former")
    assert {name.partition("_")[0] for name in triggers(former)} == {"lookalike"}
    before = CatalogueVersion.objects.using("former").get().number
    Product.objects.using("former").update(hidden=True)
    assert CatalogueVersion.objects.using("former").get().number == before + 1


def test_django_knows_the_new_labels_alone_and_nothing_is_left_to_do(former):
    migrate("former")
    labels = {app for app, _ in MigrationRecorder(former).applied_migrations()}
    assert {PREFIX + label for label in FORMER} <= labels
    assert not labels & set(FORMER)
    call_command("migrate", check_unapplied=True, verbosity=0, database="former")


def test_a_database_of_a_still_older_version_is_left_alone_with_a_sentence(former):
    with former.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '0007_removed'")
    with pytest.raises(CommandError, match=r"had made catalog\.0006_fewer_indexes last"):
        migrate("former")
    assert "catalog_product" in former.introspection.table_names()
    assert "lookalike_runs_run" not in former.introspection.table_names()


def test_the_tables_of_a_hosts_own_catalog_are_left_alone(former):
    with former.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET name = '0002_own' WHERE app = 'catalog' AND name = '0002_larger_pictures'"
        )
    migrate("former")
    assert {"catalog_product", "lookalike_catalog_product"} <= set(
        former.introspection.table_names()
    )
    assert not Product.objects.using("former").exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_of_any_kind_is_taken_over():
    """The tests' own, with the names of then: PostgreSQL's, too, where the tests run on it."""
    product = Product.objects.create(
        item_id="A1", shop="s", first_seen="2026-01-01T00:00Z", last_seen="2026-01-01T00:00Z"
    )
    Rule.objects.create(kind="pin", product=product)
    go_back_to_former_names()
    migrate()
    assert Rule.objects.get().product.item_id == "A1"
    before = versioning.version()
    Product.objects.update(hidden=True)
    assert versioning.version() == before + 1
    assert (
        Product.objects.create(
            item_id="B2", shop="s", first_seen=product.first_seen, last_seen=product.last_seen
        ).pk
        > product.pk
    )


def go_back_to_former_names():
    with connection.schema_editor() as editor:
        versioning.take_down(None, editor)
        for later_model, field in LATER_FIELDS:
            (gone,) = (one for one in later_model._meta.fields if one.name == field)
            editor.remove_field(later_model, gone)
        for index in Product._meta.indexes:
            if index.name.startswith(PREFIX):  # there was none of that name then
                editor.remove_index(Product, index)
        for model in MODELS:
            name = model._meta.db_table
            editor.alter_db_table(model, name, name.removeprefix(PREFIX))
        for later in LATER:
            editor.delete_model(later)
    with connection.cursor() as cursor:
        for label, names in FORMER.items():
            cursor.execute(
                "UPDATE django_content_type SET app_label = %s WHERE app_label = %s",
                [label, PREFIX + label],
            )
            cursor.execute("DELETE FROM django_migrations WHERE app = %s", [PREFIX + label])
            for name in names:
                MigrationRecorder(connection).record_applied(label, name)
