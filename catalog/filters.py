"""What products have to be, to be shown."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from catalog.colours import NAMES
from catalog.models import Product, composed, folded


@dataclass(frozen=True)
class Filters:
    """Conditions that all hold at once; an empty one asks nothing.

    `text`: words, each in the title, the item_id or the category, whatever their case or width.
    Prices are compared as numbers, whatever the currency; both ends count. `in_stock` leaves out
    what the shop calls sold out; `in_colour`, what shows little or nothing of that colour;
    `without`, the products of these ids.
    """

    text: str = ""
    category: str = ""
    shop: str = ""
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    in_stock: bool = False
    in_colour: str = ""
    without: tuple[str, ...] = ()

    def keep_nearly_all(self) -> bool:
        """Whether nothing is asked but that some products be left out."""
        return replace(self, without=()) == Filters()

    def products(self) -> "QuerySet[Product]":
        """The products of the shop that pass."""
        products = Product.shown.all()
        for word in folded(self.text).split():
            products = products.filter(search_text__contains=word)
        if self.category:
            products = products.filter(category=composed(self.category))
        if self.shop:
            products = products.filter(shop=self.shop)
        if self.price_from is not None:
            products = products.filter(price__gte=self.price_from)
        if self.price_to is not None:
            products = products.filter(price__lte=self.price_to)
        if self.in_colour:
            products = products.filter(colour_names__contains=f" {self.in_colour} ")
        if self.without:
            products = products.exclude(item_id__in=self.without)
        return products.exclude(in_stock=False) if self.in_stock else products


def colours() -> list[str]:
    """The names of the colours that the products have."""
    sets = Product.shown.order_by().values_list("colour_names", flat=True).distinct()
    there = {name for names in sets for name in names.split()}
    return [name for name in NAMES if name in there]


def categories() -> list[Any]:
    """Each category with its number of products, as `category` and `count`."""
    named = Product.shown.exclude(category="").order_by("category")
    return list(named.values("category").annotate(count=Count("id")))
