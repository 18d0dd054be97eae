"""The catalogue's pictures."""

from django.core.exceptions import SuspiciousOperation
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from catalog import pictures
from catalog.pictures import Kind
from catalog.tiles import place_of
from web.pages.showing import is_shown
from web.parameters import takes

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
@takes("v")
def media(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """A picture of a product that is shown; of any, to staff.

    Its address changes with it, so it may be kept for ever.
    """
    storage = pictures.storage()
    try:
        if kind not in set(pictures.Kind) or not name.endswith(".jpg"):
            raise FileNotFoundError
        kept = _may_be_kept(request, name)
        place = place_of(Kind(kind), name, request.GET.get("v", ""))
        if not storage.exists(place):  # or a link, which may lead anywhere
            raise FileNotFoundError
        modified = storage.get_modified_time(place).timestamp()
        etag = f'"{modified:.6f}-{storage.size(place)}"'
        response: HttpResponseBase | None = get_conditional_response(request, etag, int(modified))
        response = response or FileResponse(storage.open(place), content_type="image/jpeg")
    except (OSError, ValueError, SuspiciousOperation):
        raise Http404("no such picture") from None
    headers = {"ETag": etag, "Last-Modified": http_date(modified), "Cache-Control": kept}
    for header, value in (headers | FOR_OTHER_SITES).items():
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
