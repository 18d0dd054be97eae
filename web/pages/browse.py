"""/browse/: all products as a grid, by filters, in an order of the visitor's."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import memory
from catalog.facets import facets
from catalog.fields import BROWSE, NAMES_OF_ORDERS, ORDER, Field, User
from catalog.filters import Filters
from catalog.forms import BrowseForm
from catalog.kinds import OneOf, Text
from catalog.models import Product
from recommender.mapping.order import along_the_map
from recommender.search.by_look import by_look, by_words
from recommender.search.errors import BadQuery, EmptyCatalogue, SearchError
from recommender.search.fields import LOOKS
from web.pages.looks import chips, controls_of
from web.pages.map_area import AREA, item_ids_within
from web.paging import PER_PAGE, NoSuchPage, page_of
from web.parameters import takes
from web.refusals import refused
from web.staff import is_for_owner

BY_LOOK, ON_THE_MAP = "like", "look"
# Categories that stand among the chips at once; further ones wait behind a button.
AT_ONCE, MOST_CATEGORIES = 12, 60
# Products that have pages in a large catalogue, where filters are set: counting more takes long.
MOST_FILTERED = 10_000
# What the sheet of filters holds beside plain fields; what is named together is one filter.
CHIPS = (("in_colour",), ("in_stock",), ("price_from", "price_to"))
# What stands elsewhere than in the sheet, or has a drawing of its own there.
DRAWN = frozenset({"q", "category"}.union(*CHIPS))

ORDER_OF_GRID = replace(
    ORDER,
    kind=OneOf((*NAMES_OF_ORDERS, BY_LOOK, ON_THE_MAP)),
    rule=_("Say newest, price, -price, title, look or like."),
    users=frozenset({User.VISITOR}),
)
TO = Field(
    "to", Text(max_length=600), "The product that the others should look like.",
    users=frozenset({User.VISITOR}),
)  # fmt: skip


class GridForm(BrowseForm):
    """The grid's own question: beside the catalogue's orders, what looks like one product first,
    or like words, with which no other order counts."""

    TABLE = (LOOKS, *(ORDER_OF_GRID if field is ORDER else field for field in BROWSE), TO, AREA)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("order") == BY_LOOK and not given.get("to"):
            self.add_error("to", _("Name the product that the others should look like."))
        return given

    def filters(self) -> Filters:
        """What is asked for; on the map, where a part of it is named. Raises NoMap."""
        return replace(super().filters(), within=self._within)

    @cached_property
    def _within(self) -> tuple[str, ...] | None:
        area = self.cleaned_data["area"]
        return item_ids_within(area) if area else None

    def in_order(self) -> "Sequence[Product] | QuerySet[Product]":
        """What is asked for, in its order. Raises SearchError."""
        if not self.is_valid():
            raise BadQuery(self.sentence())
        if self.cleaned_data["looks"]:
            return by_words(self.cleaned_data["looks"], self.filters())
        if self.cleaned_data["order"] == BY_LOOK:
            return by_look(self.cleaned_data["to"], self.filters())
        if self.cleaned_data["order"] == ON_THE_MAP:
            return along_the_map(self.filters())
        return self.products()

    def first(self) -> Product | None:
        """The product that the others can be ordered by, if one is named."""
        named = self.cleaned_data["to"]
        return Product.shown.filter(item_id=named).first() if named else None

    def active(self) -> int:
        """How many of the filters in the sheet are set."""
        given = self.cleaned_data
        plain = [(field.name,) for field in self.TABLE if field.label and field.name not in DRAWN]
        return sum(
            any(given[name] not in (None, "", False) for name in one) for one in (*CHIPS, *plain)
        )


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(*GridForm.TABLE)
@vary_on_headers("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
def browse(request: HttpRequest) -> HttpResponse:
    """The grid with its filters; htmx asks for the grid alone."""
    alone = _wants_the_grid_alone(request)
    form = GridForm.typed(request.GET)
    try:
        context = _grid(form) | {"show_commands": is_for_owner(request)}
    except SearchError as error:
        return refused(request, error, "_refusal.html" if alone else "")
    except NoSuchPage as error:
        template = "_refusal.html" if alone else "404.html"
        return render(request, template, {"error": error}, status=error.status)
    counts_change = context["page"].number == 1
    if counts_change or not alone:
        context |= _choices(form)
    context["counted_at"] = memory.counted_at()
    if alone:
        return render(request, "catalog/_grid.html", context | {"counts_change": counts_change})
    controls = controls_of(GridForm.TABLE, request.GET)
    context |= {
        "prices": [one for one in controls if one.name in ("price_from", "price_to")],
        "plain": [one for one in controls if one.name not in DRAWN],
        "chips": chips(),
    }
    return render(request, "catalog/browse.html", context)


def _choices(form: GridForm) -> dict[str, Any]:
    """What the grid can be narrowed to, with counts."""
    given = form.cleaned_data
    found, category = facets(form.filters()), given["category"]
    beyond = found.categories[AT_ONCE:MOST_CATEGORIES]
    rest = [one for one in found.categories[MOST_CATEGORIES:] if one.value == category]
    return {
        "facets": found,
        "categories": found.categories[:AT_ONCE],
        "beyond": beyond + rest,
        "beyond_open": category in [one.value for one in beyond + rest],
        "bars": [
            (bar, bar.is_within(given["price_from"], given["price_to"])) for bar in found.prices
        ],
        "active": form.active(),
    }


def _grid(form: GridForm) -> dict[str, Any]:
    """A page of products for templates; `error`: where there is none at all.

    Raises SearchError and NoSuchPage.
    """
    found = form.in_order()
    most = MOST_FILTERED if form.filters().conditions else None
    page = page_of(found, form.cleaned_data["page"], PER_PAGE, most)
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    empty = None if page.paginator.count or Product.shown.exists() else EmptyCatalogue()
    return {
        "page": page,
        "numbers": numbers,
        "given": form.cleaned_data,
        "first": form.first(),
        "error": empty,
    }


def _wants_the_grid_alone(request: HttpRequest) -> bool:
    """Whether htmx will put the answer into the page; Back and boosted links take a whole one."""
    htmx = getattr(request, "htmx", None)  # the middleware's; another project may do without
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request
