"""The products that may be answered, for whichever engine: as ids, or as a query of its own."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet

from catalog.filters import Filters
from catalog.models import Product


@dataclass(eq=False)
class Passing:
    """Those of the shop that pass the filters, but for some."""

    filters: Filters = field(default_factory=Filters)
    without: tuple[str, ...] = ()

    @property
    def nearly_all(self) -> bool:
        """Whether nothing is asked but that some be left out: then the nearest are found first,
        and looked through by whoever asked."""
        return self.filters.keep_nearly_all()

    def products(self) -> "QuerySet[Product]":
        """As a query of the database."""
        return self.filters.products().exclude(item_id__in=self.without)

    @cached_property
    def item_ids(self) -> list[str]:
        """Their ids, sorted; one query, once."""
        ids = self.products().order_by("item_id").values_list("item_id", flat=True)
        return list(ids)


ALL = Passing()
