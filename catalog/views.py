"""The catalogue as a grid, and its pictures."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import pictures
from catalog.filters import categories, colours
from catalog.forms import BrowseForm
from catalog.paging import NoSuchPage, page_of
from catalog.parameters import takes
from catalog.showing import is_shown

PER_PAGE = 48
# How long an answer may be kept: one whose address changes with it, and another.
# Caches that many share ask again after an hour: a product may have been hidden.
FOR_EVER, A_WHILE = "public, max-age=31536000, s-maxage=3600, immutable", "public, max-age=300"
# What any site may show in its pages, under whatever policy those have.
FOR_OTHER_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(BrowseForm)
@vary_on_headers("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
def browse(request: HttpRequest) -> HttpResponse:
    """All products, by title, item_id and category; htmx asks for the grid alone."""
    form = BrowseForm.typed(request.GET)
    if not form.is_valid():
        return _refused(request, form.sentence(), 400)
    try:
        page = page_of(form.products(), form.cleaned_data["page"], PER_PAGE)
    except NoSuchPage as error:
        return _refused(request, str(error), error.status)
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    context: dict[str, Any] = {
        "page": page,
        "numbers": numbers,
        "given": form.cleaned_data,
        "typed": request.GET,
    }
    if _wants_the_grid_alone(request):
        return render(request, "catalog/_grid.html", context)
    context |= {"categories": categories(), "colours": colours()}
    return render(request, "catalog/browse.html", context)


def _refused(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    """A page, or the sentence alone where the grid alone was asked for."""
    template = "_refusal.html" if _wants_the_grid_alone(request) else f"{status}.html"
    return render(request, template, {"error": sentence}, status=status)


def _wants_the_grid_alone(request: HttpRequest) -> bool:
    """Whether htmx will put the answer into the page; Back and boosted links take a whole one."""
    htmx = getattr(request, "htmx", None)  # the middleware's; another project may do without
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def media(request: HttpRequest, kind: str, name: str) -> HttpResponse | FileResponse:
    """A picture of a product that is shown; of any, to staff.

    Its address changes with it, so it may be kept for ever.
    """
    place, storage = f"{kind}/{name}", pictures.storage()
    try:
        if kind not in set(pictures.Kind) or not name.endswith(".jpg"):
            raise FileNotFoundError
        if not storage.exists(place):  # or a link, which may lead anywhere
            raise FileNotFoundError
        kept = _may_be_kept(request, name)
        modified = storage.get_modified_time(place).timestamp()
        etag = f'"{modified:.6f}-{storage.size(place)}"'
        response = get_conditional_response(request, etag, int(modified)) or FileResponse(
            storage.open(place), content_type="image/jpeg"
        )
    except (OSError, ValueError, SuspiciousOperation):
        raise Http404("no such picture") from None
    told = {"ETag": etag, "Last-Modified": http_date(modified), "Cache-Control": kept}
    for header, value in (told | FOR_OTHER_SITES).items():
        response[header] = value
    return response


def _may_be_kept(request: HttpRequest, name: str) -> str:
    """How long; raises FileNotFoundError where the product is not shown to who asks."""
    if is_shown(name):
        return FOR_EVER if "v" in request.GET else A_WHILE
    user = getattr(request, "user", None)  # the middleware's; another project may do without
    if user is not None and user.is_staff:
        return "private, no-store"
    raise FileNotFoundError
