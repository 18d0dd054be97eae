"""What stands behind the question mark: bounded, so that no search costs more than its answer."""

from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.colours import NAMES
from catalog.filters import Filters
from catalog.models import Product, folded
from catalog.typed import plainly

MAX_WORDS = 8
LAST_PAGE = 1_000_000


class YesNoField(forms.Field):
    """True or false, as addresses say it; anything else is refused, and nothing means no."""

    YES, NO = ("on", "true", "1", "yes"), ("", "off", "false", "0", "no")

    def clean(self, value: Any) -> bool:
        said = str(value or "").strip().lower()
        if said not in self.YES + self.NO:
            raise ValidationError(_("Say true or false."))
        return said in self.YES


class FilterForm(forms.Form):
    """The fields of Filters; `q` is its text."""

    NUMBERS: ClassVar[tuple[str, ...]] = ("price_from", "price_to")
    # What people know fields by, where that is another word than programs use.
    LABELS: ClassVar[dict[str, Any]] = {
        "q": _("Words"),
        "price_from": _("Price from"),
        "price_to": _("Price to"),
    }
    for_people = False

    q = forms.CharField(required=False, max_length=200)
    category = forms.CharField(required=False, max_length=200)
    shop = forms.CharField(required=False, max_length=200)
    price_from = forms.DecimalField(required=False, min_value=0, max_digits=14, decimal_places=2)
    price_to = forms.DecimalField(required=False, min_value=0, max_digits=14, decimal_places=2)
    in_stock = YesNoField(required=False)
    in_colour = forms.ChoiceField(
        required=False,
        choices=[(name, _(name)) for name in NAMES],
        error_messages={
            "invalid_choice": format_lazy(_("Say one of {names}."), names=", ".join(NAMES))
        },
    )

    @classmethod
    def typed(cls, asked: QueryDict) -> Self:
        """The form of what a visitor typed into a page, numbers in any way of writing them."""
        form = cls(plainly(asked, cls.NUMBERS))
        form.for_people = True
        return form

    def clean_q(self) -> str:
        words = str(self.cleaned_data["q"])
        if len(folded(words).split()) > MAX_WORDS:
            raise ValidationError(
                _("At most %(most)d words can be searched for at once."),
                params={"most": MAX_WORDS},
            )
        return words

    def clean(self) -> dict[str, Any]:
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
        named = ("category", "shop", "price_from", "price_to", "in_stock", "in_colour")
        return Filters(self.cleaned_data["q"], **{name: self.cleaned_data[name] for name in named})

    def sentence(self) -> str:
        """The first thing that is wrong, with the field's name."""
        field, messages = next(iter(self.errors.items()))
        message = str(messages[0])
        if message.startswith(field):
            return message
        name = self.LABELS.get(field, field) if self.for_people else field
        return f"{name}: {message}"


class OrderField(forms.ChoiceField):
    """The name of an order; without one, by item_id."""

    def __init__(self, orders: list[str], rule: Any = "") -> None:
        super().__init__(
            required=False,
            choices=[(order, order) for order in orders if order],
            error_messages={"invalid_choice": rule or _("Say newest, price, -price or title.")},
        )


class BrowseForm(FilterForm):
    """A page of the grid, and its order."""

    ORDERS: ClassVar[dict[str, tuple[str, ...]]] = {
        "": ("item_id",),
        "newest": ("-first_seen", "item_id"),
        "price": (),
        "-price": (),
        "title": ("title", "item_id"),
    }

    order = OrderField(list(ORDERS))
    sort = OrderField(list(ORDERS))  # its name in addresses of old
    page = forms.IntegerField(required=False, min_value=1, max_value=LAST_PAGE)

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
        return products.order_by(*self.ORDERS[order])


class ProductsForm(BrowseForm):
    """The same for programs, which also say how many a page shall have."""

    PER_PAGE, MOST = 50, 100

    per_page = forms.IntegerField(required=False, min_value=1, max_value=MOST)


class SearchForm(ProductsForm):
    """The same, with words."""

    q = forms.CharField(max_length=200, error_messages={"required": _("Say what to search for.")})
