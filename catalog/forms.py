"""What stands behind the question mark: bounded, so that no search costs more than its answer."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Self

from django import forms
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalog.fields import BROWSE, FILTERS, ORDERS, PRODUCTS, SEARCH, Field
from catalog.filters import Filters
from catalog.models import Product
from catalog.typed import plainly


class FilterForm(forms.Form):
    """A form of the fields of a table, the filters among them."""

    TABLE: ClassVar[tuple[Field, ...]] = FILTERS
    for_people = False

    def __init__(self, given: QueryDict | Mapping[str, Any]) -> None:
        data = given.copy() if isinstance(given, QueryDict) else dict(given)
        for field in self.TABLE:
            if not field.blank and field.default is not None:
                data.setdefault(field.name, str(field.default))
        super().__init__(data)
        self.fields.update(_form_fields(type(self)))

    @classmethod
    def typed(cls, asked: QueryDict) -> Self:
        """The form of what a visitor typed into a page, numbers in any way of writing them."""
        numbers = [f.name for f in cls.TABLE if f.kind.control in ("decimal", "slider")]
        form = cls(plainly(asked, numbers))
        form.for_people = True
        return form

    def clean(self) -> dict[str, Any]:
        for field in self.TABLE:
            if self.cleaned_data.get(field.name, "") is None:
                self.cleaned_data[field.name] = field.default
        low, high = self.cleaned_data.get("price_from"), self.cleaned_data.get("price_to")
        if low is not None and high is not None and low > high:
            above = (
                _("This is higher than the other price.")
                if self.for_people
                else _("It is above price_to.")
            )
            self.add_error("price_from", above)
        return self.cleaned_data

    def filters(self) -> Filters:
        """What the fields of a valid form ask for."""
        return Filters.of(**{field.name: self.cleaned_data[field.name] for field in FILTERS})

    def sentence(self) -> str:
        """The first thing that is wrong, with the field's name."""
        name, messages = next(iter(self.errors.items()))
        message = str(messages[0])
        if message.startswith(name):
            return message
        label = next((field.label for field in self.TABLE if field.name == name), "")
        return f"{label if self.for_people and label else name}: {message}"


@cache
def _form_fields(form: type[FilterForm]) -> dict[str, forms.Field]:
    """The fields of a form, made once: nothing is written into them afterwards."""
    return {field.name: field.form_field() for field in form.TABLE}


class BrowseForm(FilterForm):
    """A page of the grid, and its order."""

    TABLE = BROWSE

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        given["order"] = given.get("order") or given.get("sort", "")
        return given

    def products(self) -> "QuerySet[Product]":
        """What a valid form asks for, in its order; what has no price comes last."""
        order = self.cleaned_data["order"]
        products = self.filters().products()
        if order.endswith("price"):
            price = F("price")
            by_price = (
                price.desc(nulls_last=True) if order[0] == "-" else price.asc(nulls_last=True)
            )
            return products.order_by(by_price, "item_id")
        return products.order_by(*ORDERS[order])


class ProductsForm(BrowseForm):
    """The same for programs, which also say how many a page shall have."""

    TABLE = PRODUCTS


class SearchForm(ProductsForm):
    """The same, with words."""

    TABLE = SEARCH
