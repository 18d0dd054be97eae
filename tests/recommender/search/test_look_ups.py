"""Products are looked up by their ids, however many those are and however large the catalogue."""

import pytest
from django.db import connection

from catalog.filters import Filters


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="what SQLite says of its plans")
@pytest.mark.parametrize("count", [1, 10, 30, 150])
def test_sqlite_finds_many_products_by_their_ids_and_not_among_all_that_are_shown(count):
    ids = [f"{number:07}" for number in range(count)]
    plan = Filters().products().filter(item_id__in=ids).explain()
    assert "(item_id=?)" in plan, plan
