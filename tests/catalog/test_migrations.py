"""An older catalogue is brought up to date without a visit to its shop."""

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from catalog import versioning
from catalog.models import Product


@pytest.mark.django_db(transaction=True)
def test_products_of_an_older_catalogue_keep_their_ids_and_are_found():
    executor = MigrationExecutor(connection)
    executor.migrate([("catalog", "0001_initial")])
    old = executor.loader.project_state([("catalog", "0001_initial")]).apps
    now = timezone.now()
    old.get_model("catalog", "Product").objects.create(
        item_id="A1", title="ÉTÉ", shop="s", image_url="https://s.example/1.jpg",
        content_hash="f" * 64, first_seen=now, last_seen=now,
    )  # fmt: skip
    call_command(migrate.Command(), verbosity=0)  # other apps' tables, and the triggers, too
    before = versioning.version()
    row = Product.shown.get(search_text__contains="été")
    assert (row.item_id, row.shop_item_id, row.hidden) == ("A1", "A1", False)
    assert row.image_urls == ["https://s.example/1.jpg"]
    assert row.picture_url == row.thumbnail_url
    row.save()
    assert versioning.version() > before


@pytest.mark.django_db(transaction=True)
def test_whoever_goes_back_to_before_the_counter_can_still_write():
    executor = MigrationExecutor(connection)
    executor.migrate([("catalog", "0003_shops_groups_search")])
    old = executor.loader.project_state([("catalog", "0003_shops_groups_search")]).apps
    now = timezone.now()
    old.get_model("catalog", "Product").objects.create(
        item_id="A1", shop="s", first_seen=now, last_seen=now
    )
    call_command(migrate.Command(), verbosity=0)
    before = versioning.version()
    Product.objects.update(title="now")
    assert versioning.version() > before
