"""Products by their item_ids: the query that answers ask most, composed once and then only run.

Django takes ten times as long to compose it as the database takes to answer it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connections
from django.db.models.expressions import Col
from django.db.models.sql import Query

from catalog.models import Product

# What answers and pages show of a product. The rest is left in the database.
COLUMNS = (
    "item_id", "shop", "title", "price", "currency", "category", "group", "content_hash",
    "picture_width", "picture_height", "focus", "in_stock", "product_url", "brand", "first_seen",
    "more_pictures",
)  # fmt: skip


class Composed(NamedTuple):
    """A query for so many products: its text, its parameters before the ids, and its columns."""

    query: Query
    sql: str
    before: tuple[Any, ...]
    columns: list[Col]


def fetch(item_ids: Sequence[str]) -> dict[str, Product]:
    """The shown products of these ids, with what is shown of them; one query."""
    if not item_ids:
        return {}
    database = Product.shown.db
    query, sql, before, columns = _composed(database, len(item_ids))
    compiler = query.get_compiler(database)
    with connections[database].cursor() as cursor:
        cursor.execute(sql, (*before, *item_ids))
        rows = compiler.apply_converters(cursor.fetchall(), compiler.get_converters(columns))
        names = [column.target.attname for column in columns]
        products = [Product.from_db(database, names, row) for row in rows]
    return {product.item_id: product for product in products}


@lru_cache(maxsize=100)
def _composed(database: str, count: int) -> Composed:
    """The query as Django composes it for that database, with other ids."""
    others = map(str, range(count))
    query = Product.shown.filter(item_id__in=others).order_by().only(*COLUMNS).query
    compiler = query.get_compiler(database)
    sql, parameters = compiler.as_sql()
    columns = [column for column, *_ in compiler.select]
    return Composed(query, sql, parameters[:-count], columns)
