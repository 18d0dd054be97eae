"""What may be asked of the catalogue: one entry a field.

Out of an entry are made the forms, the API's parameters and their description, the options of
`manage.py similar`, the arguments of an assistant's tools, what goes on from page to page in
addresses, the controls of pages and the table in docs/use.md. The search adds its own fields to
these (recommender/search/fields.py). They stand here, for /browse/ and the lists of the API ask the
catalogue alone, which knows nothing of the search.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.colours.names import NAMES
from catalog.kinds import Kind, OneOf, Price, Text, WholeNumber, YesNo
from catalog.models import Product, composed, folded

MAX_WORDS = 8
LAST_PAGE = 1_000_000
MAX_PER_PAGE = 100

Narrow = Callable[["QuerySet[Product]", Any], "QuerySet[Product]"]


class User(Enum):
    """Who may use a field: of a page, of the API and the command, of an assistant's tools."""

    VISITOR = "visitor"
    PROGRAM = "program"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class Field:
    """A field of a question.

    `help`: one sentence, for programs. `default`: what counts where nothing is said. `blank`:
    whether an empty value says nothing; else it is refused. `rule`: the sentence for whatever is
    wrong; else Django's. `label`: what people know it by; pages have a control for each that has
    one. `spoken`: its name as an assistant's argument, where that is another. `goes_on`: whether
    links lead on with it. `narrow`: what a filter leaves of the products.
    """

    name: str
    kind: Kind
    help: str
    default: Any = None
    blank: bool = True
    rule: str | Promise = ""
    label: str | Promise = ""
    spoken: str = ""
    users: frozenset[User] = frozenset(User)
    goes_on: bool = False
    narrow: Narrow | None = None

    @property
    def is_list(self) -> bool:
        """Whether it may be given several times."""
        return bool(self.kind.schema().get("type") == "array")

    def form_field(self) -> forms.Field:
        """The field of a form."""
        wrong = ("required", "invalid", "invalid_choice", "min_value", "max_value")
        messages = dict.fromkeys(wrong, self.rule) if self.rule else None
        return self.kind.form_field(required=not self.blank, error_messages=messages)


def names_for(user: User, fields: Iterable[Field]) -> list[str]:
    """The names of the fields that such a user may use."""
    return [field.name for field in fields if user in field.users]


def names_that_go_on(fields: Iterable[Field]) -> list[str]:
    """The names of the fields that links lead on with."""
    return [field.name for field in fields if field.goes_on]


def has_words(products: "QuerySet[Product]", text: str) -> "QuerySet[Product]":
    """Those with each of the words in title, item_id or category, whatever their case or width."""
    for word in folded(text).split():
        products = products.filter(search_text__contains=word)
    return products


FILTERS = (
    Field(
        "q", Text(max_words=MAX_WORDS),
        f"Words, at most {MAX_WORDS}, each in the title, the item_id or the category.",
        label=_("Words"), spoken="words", goes_on=True, narrow=has_words,
    ),
    Field(
        "category", Text(), "The category, as it is written.",
        label=_("Category"), goes_on=True,
        narrow=lambda products, name: products.filter(category=composed(name)),
    ),
    Field(
        "shop", Text(), "The shop's host name, or the name of an import.",
        goes_on=True, narrow=lambda products, name: products.filter(shop=name),
    ),
    Field(
        "price_from", Price(), "The least price, whatever the currency.",
        label=_("Price from"), goes_on=True,
        narrow=lambda products, price: products.filter(price__gte=price),
    ),
    Field(
        "price_to", Price(), "The highest price, whatever the currency.",
        label=_("Price to"), goes_on=True,
        narrow=lambda products, price: products.filter(price__lte=price),
    ),
    Field(
        "in_stock", YesNo(), "Leave out what the shop calls sold out.",
        default=False, label=_("Hide sold-out products"), goes_on=True,
        narrow=lambda products, _on: products.exclude(in_stock=False),
    ),
    Field(
        "in_colour", OneOf(NAMES), "Only what shows a good deal of this colour.",
        rule=format_lazy(_("Say one of {names}."), names=", ".join(NAMES)),
        label=_("Colour"), goes_on=True,
        narrow=lambda products, name: products.filter(colour_names__contains=f" {name} "),
    ),
)  # fmt: skip

# What a list of products takes beside them: an order, and which page.
ORDERS: dict[str, tuple[str, ...]] = {
    "": ("item_id",),
    "newest": ("-first_seen", "item_id"),
    "price": (),
    "-price": (),
    "title": ("title", "item_id"),
}
NAMES_OF_ORDERS = tuple(name for name in ORDERS if name)
NOT_ASSISTANTS = frozenset({User.VISITOR, User.PROGRAM})
ORDER = Field(
    "order", OneOf(NAMES_OF_ORDERS),
    "newest, price, -price (the highest first) or title; else by item_id.",
    rule=_("Say newest, price, -price or title."), users=NOT_ASSISTANTS,
)  # fmt: skip
SORT = replace(ORDER, name="sort", help="What order was called before.")
PAGE = Field(
    "page", WholeNumber(1, LAST_PAGE), "The page, from 1 on; one beyond the last is 404.", default=1
)
PER_PAGE = Field(
    "per_page", WholeNumber(1, MAX_PER_PAGE),
    f"Products on a page, at most {MAX_PER_PAGE}.",
    default=50, spoken="limit", users=frozenset({User.PROGRAM, User.ASSISTANT}),
)  # fmt: skip
BROWSE: tuple[Field, ...] = (*FILTERS, ORDER, SORT, PAGE)
PRODUCTS: tuple[Field, ...] = (*BROWSE, PER_PAGE)
SEARCH = tuple(
    replace(field, blank=False, rule=_("Say what to search for.")) if field.name == "q" else field
    for field in PRODUCTS
)
