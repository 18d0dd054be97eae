"""A number that grows with every change of what is shown."""

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from catalog import versioning
from catalog.models import CatalogueVersion, Product

pytestmark = pytest.mark.django_db


def product(item_id="7", **fields):
    now = timezone.now()
    return Product(
        item_id=item_id,
        shop_item_id=item_id,
        shop="s",
        content_hash="1",
        first_seen=now,
        last_seen=now,
        **fields,
    )


def grows(change):
    """Whether the number is larger after `change`."""
    before = versioning.version()
    change()
    return versioning.version() > before


def test_every_change_counts_whoever_makes_it():
    one = product()
    table = Product._meta.db_table
    assert grows(one.save)
    assert grows(lambda: Product.objects.filter(pk=one.pk).update(title="Tee"))
    assert grows(lambda: Product.objects.bulk_create([product("8"), product("9")]))
    assert grows(lambda: connection.cursor().execute(f"UPDATE {table} SET hidden = hidden"))
    assert grows(one.delete)
    assert grows(lambda: connection.cursor().execute(f"DELETE FROM {table}"))


def test_looking_changes_nothing():
    product().save()
    assert not grows(lambda: list(Product.objects.all()))


def test_the_number_is_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        versioning.version()


def test_where_there_is_no_row_yet_the_number_is_none():
    CatalogueVersion.objects.all().delete()
    assert versioning.version() == 0


def test_setting_up_again_makes_what_is_missing_and_nothing_twice():
    before = versioning.version()
    versioning.set_up(apps.get_app_config(Product._meta.app_label), "default")
    assert versioning.version() == before
    assert grows(product().save)
    once = versioning.version()
    product("8").save()
    assert versioning.version() == once + 1  # one trigger an event


def test_taken_down_it_counts_no_more_until_it_is_set_up_again():
    versioning.take_down(apps, connection.schema_editor())
    assert not grows(product().save)
    versioning.set_up(apps.get_app_config(Product._meta.app_label), "default")
    assert grows(product("8").save)


def test_a_model_is_watched_once():
    before = list(versioning.WATCHED)
    versioning.watch(Product)
    assert before == versioning.WATCHED
    assert Product in before
