"""Similar for less: only what costs less than what is asked about."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import Product
from recommender.search.errors import BadQuery
from recommender.search.query import Query

# Prices have two places, so the highest price below another is so much less.
CENT = Decimal("0.01")


def among_the_cheaper(query: Query, named: Mapping[str, Product]) -> Query:
    """The query with a filter for what costs less than each liked product, where it asks for that.

    Prices are compared as numbers, whatever the currency. Raises BadQuery where one has no price.
    """
    if not query.cheaper:
        return query
    price_to = min(_price(named[item_id]) for item_id in query.liked) - CENT
    conditions = (*query.filters.conditions, ("price_to", price_to))
    return replace(query, filters=replace(query.filters, conditions=conditions))


def _price(product: Product) -> Decimal:
    if product.price is None:
        rule = _("“%(id)s” has no price, so nothing can be cheaper.")
        raise BadQuery(rule % {"id": product.item_id})
    return product.price
