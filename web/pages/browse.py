"""/browse/: all products as a grid, by filters, in an order of the visitor's."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog.filters import categories, colours
from catalog.forms import BrowseForm, OrderField
from catalog.models import Product
from recommender.search.by_look import by_look
from recommender.search.errors import BadQuery, EmptyCatalogue, SearchError
from web.pages.refusals import refused
from web.pages.staff import is_for_owner
from web.paging import NoSuchPage, page_of
from web.parameters import takes

PER_PAGE = 48
BY_LOOK = "like"


class GridForm(BrowseForm):
    """The grid's own question: beside the catalogue's orders, what looks like one product first."""

    order = OrderField(
        [*BrowseForm.ORDERS, BY_LOOK], _("Say newest, price, -price, title or like.")
    )
    to = forms.CharField(required=False, max_length=600)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("order") == BY_LOOK and not given.get("to"):
            self.add_error("to", _("Name the product that the others should look like."))
        return given

    def in_order(self) -> "Sequence[Product] | QuerySet[Product]":
        """What is asked for, in its order. Raises SearchError."""
        if not self.is_valid():
            raise BadQuery(self.sentence())
        if self.cleaned_data["order"] == BY_LOOK:
            return by_look(self.cleaned_data["to"], self.filters())
        return self.products()

    def first(self) -> Product | None:
        """The product that the others can be ordered by, if one is named."""
        named = self.cleaned_data["to"]
        return Product.shown.filter(item_id=named).first() if named else None


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(GridForm)
@vary_on_headers("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
def browse(request: HttpRequest) -> HttpResponse:
    """The grid with its filters; htmx asks for the grid alone."""
    alone = _wants_the_grid_alone(request)
    form = GridForm.typed(request.GET)
    try:
        context = _grid(form) | {"typed": request.GET, "show_commands": is_for_owner(request)}
    except SearchError as error:
        return refused(request, error, "_refusal.html" if alone else "")
    except NoSuchPage as error:
        template = "_refusal.html" if alone else "404.html"
        return render(request, template, {"error": error}, status=error.status)
    if alone:
        return render(request, "catalog/_grid.html", context)
    context |= {"categories": categories(), "colours": colours()}
    return render(request, "catalog/browse.html", context)


def _grid(form: GridForm) -> dict[str, Any]:
    """A page of products for templates; `error`: where there is none at all.

    Raises SearchError and NoSuchPage.
    """
    page = page_of(form.in_order(), form.cleaned_data["page"], PER_PAGE)
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
