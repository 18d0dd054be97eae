"""What products have to be, to be shown."""

from dataclasses import dataclass, replace
from typing import Any, Self

from django.db.models import QuerySet

from catalog.fields import FILTERS, Narrow
from catalog.models import Product

NARROW_BY: dict[str, Narrow] = {field.name: field.narrow for field in FILTERS if field.narrow}


@dataclass(frozen=True)
class Filters:
    """Conditions that all hold at once; none asks nothing.

    `conditions`: names of filters with their values. `without`: the ids of products to leave out.
    `within`: the ids of those that alone may pass.
    """

    conditions: tuple[tuple[str, Any], ...] = ()
    without: tuple[str, ...] = ()
    within: tuple[str, ...] | None = None

    @classmethod
    def of(cls, **asked: Any) -> Self:
        """The filters of these values by name; one that is None, False or empty asks nothing."""
        if strange := asked.keys() - NARROW_BY.keys():
            raise TypeError(f"There is no filter {min(strange)}.")
        return cls(tuple((name, value) for name, value in asked.items() if _asks(value)))

    def keep_nearly_all(self) -> bool:
        """Whether nothing is asked but that some products be left out."""
        return not self.conditions and self.within is None

    def leaving_out(self, item_ids: tuple[str, ...]) -> Self:
        """The same, without the products of these ids."""
        return replace(self, without=item_ids)

    def but(self, *names: str) -> Self:
        """The same, without what is asked by these names."""
        kept = tuple(one for one in self.conditions if one[0] not in names)
        return replace(self, conditions=kept)

    def products(self) -> "QuerySet[Product]":
        """The products of the shop that pass."""
        products = Product.shown.all()
        if self.within is not None:
            products = products.filter(item_id__in=self.within)
        for name, value in self.conditions:
            products = NARROW_BY[name](products, value)
        return products.exclude(item_id__in=self.without) if self.without else products


def _asks(value: Any) -> bool:
    return value is not None and value is not False and value != ""
