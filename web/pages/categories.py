"""/categories/: what seems to be filed wrongly or is filed nowhere, for staff to decide on."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from catalog import filings
from catalog.models import Filing, Product
from recommender.search import filing_doubts
from recommender.search.errors import BadQuery, SearchError
from web.paging import NoSuchPage, page_of
from web.parameters import one_of, takes
from web.refusals import refused
from web.staff import for_staff, may

PRODUCTS, WORDS = 20, 40
ALLOWED = WRONG, NONE, DECIDED = "wrong", "none", "decided"
MAY_DECIDE, MAY_UNDO = "lookalike_catalog.add_filing", "lookalike_catalog.delete_filing"


class CategoriesForm(forms.Form):
    """What is looked through: what may be filed wrongly, what is filed nowhere, what is decided."""

    which = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in ALLOWED],
        error_messages={"invalid_choice": lazy(one_of, str)("which", ALLOWED)},
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)

    def sentence(self) -> str:
        """What is wrong."""
        return str(next(iter(self.errors.values()))[0])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@takes(CategoriesForm)
@csrf_protect
@for_staff
def show(request: HttpRequest) -> HttpResponse:
    """The page; a POST files a product, says that it is right, or takes that back."""
    form = CategoriesForm(request.GET)
    try:
        if not form.is_valid():
            raise BadQuery(form.sentence())
        given = {"which": form.cleaned_data["which"] or WRONG, "page": form.cleaned_data["page"]}
        if request.method == "POST":
            _decide_or_undo(request)
            return redirect(_address(given))
        return render(request, "recommender/categories.html", _context(request, **given))
    except NoSuchPage as error:
        if request.GET.get("page") and given["page"] == error.last + 1:
            return redirect(_address(given | {"page": error.last}))  # its last one was decided on
        return render(request, "404.html", {"error": error}, status=404)
    except SearchError as error:
        return refused(request, error)


def _address(given: dict[str, Any]) -> str:
    asked = {name: value for name, value in given.items() if value and value != WRONG}
    return reverse("categories") + (f"?{urlencode(asked)}" if asked else "")


# What is shown -----------------------------------------------------------------------------------


def _context(request: HttpRequest, which: str, page: int | None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "which": which,
        "may_decide": may(request, MAY_DECIDE),
        "may_undo": may(request, MAY_UNDO),
        "decisions": Filing.objects.count(),
    }
    if which == DECIDED:
        found = page_of(Filing.objects.all(), page, WORDS)
        there = _products(filing.item_id for filing in found)
        told = [(filing, there.get(filing.item_id)) for filing in found]
        return context | {"page": found, "decided": told}
    found = page_of(filing_doubts.doubts(nowhere=which == NONE), page, PRODUCTS)
    there = _products(i for doubt in found for i in (doubt.item_id, *doubt.voters))
    doubts = [
        (doubt, there[doubt.item_id], [there[i] for i in doubt.voters if i in there])
        for doubt in found
        if doubt.item_id in there
    ]
    looked = bool(doubts) or filing_doubts.have_been_looked_for()
    return context | {"page": found, "doubts": doubts, "looked": looked}


def _products(item_ids: Iterable[str]) -> dict[str, Product]:
    return Product.shown.in_bulk(list(set(item_ids)), field_name="item_id")


# What is said ------------------------------------------------------------------------------------


def _decide_or_undo(request: HttpRequest) -> None:
    """Keeps what the form says, or takes it back; raises PermissionDenied, BadQuery."""
    if "undo" in request.POST:
        _demand(request, MAY_UNDO)
        filings.take_back(request.POST["undo"])
        messages.success(request, _("Undone."), fail_silently=True)
        return
    _demand(request, MAY_DECIDE)
    item_id, category = request.POST.get("item_id", ""), request.POST.get("category", "")
    if not category or not Product.shown.filter(category=category).exists():
        raise BadQuery(_("There is no category “%(name)s”.") % {"name": category})
    if not filings.file_under(item_id, category, request.user.get_username()):
        raise BadQuery(_("That product is no longer in the catalogue. Please reload the page."))
    told = _("“%(id)s” is filed under “%(name)s”, whatever the shop says.")
    messages.success(request, told % {"id": item_id, "name": category}, fail_silently=True)


def _demand(request: HttpRequest, permission: str) -> None:
    if not may(request, permission):
        raise PermissionDenied
