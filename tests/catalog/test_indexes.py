"""The orders of the grid go by indexes, by what the database itself says of its plan."""

import pytest
from django.db import connection

from catalog.fields import NAMES_OF_ORDERS
from catalog.forms import BrowseForm
from tests.products import keep

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL sorts a small table, whatever its indexes."
)
@pytest.mark.parametrize("order", ["", *NAMES_OF_ORDERS])
def test_no_order_sorts_the_whole_catalogue(order):
    keep(f"{number:03}" for number in range(300))
    form = BrowseForm({"order": order})
    assert form.is_valid()
    statement, values = form.products()[:48].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        plan = [row[3] for row in cursor.fetchall()]
    assert "USING INDEX" in plan[0]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan
