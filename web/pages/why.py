"""/why/<item_id>/?like=<other>&pictures=2-1: two products, and what they have in common."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from recommender.search import why
from recommender.search.errors import SearchError
from recommender.search.why import Pair
from web.pages.media import A_WHILE, FOR_EVER
from web.parameters import takes
from web.refusals import refused


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("like", "pictures")
def show(request: HttpRequest, item_id: str) -> HttpResponse:
    """The page. Its pictures are made when they are asked for."""
    try:
        asked = _pair(request, item_id)
    except SearchError as error:
        return refused(request, error)
    context = {
        "product": asked.product,
        "other": asked.other,
        "rarity": asked.rarity,
        "sides": [(side.product, _address(side)) for side in (asked, asked.turned)],
    }
    return render(request, "recommender/why.html", context)


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("like", "pictures", "v")
def picture(request: HttpRequest, item_id: str) -> HttpResponse:
    """One of the two pictures, WebP; its address changes with what it depends on."""
    try:
        asked = _pair(request, item_id)
        made = why.picture(asked)
    except SearchError as error:
        error.log()
        response = HttpResponse(str(error), content_type="text/plain", status=error.status)
        response["Cache-Control"] = "no-store"
        if error.retry_after:
            response["Retry-After"] = str(error.retry_after)
        return response
    as_asked = request.GET.get("v") == asked.key[:12]
    headers = {"Cache-Control": FOR_EVER if as_asked else A_WHILE}
    return HttpResponse(made, content_type="image/webp", headers=headers)


def _pair(request: HttpRequest, item_id: str) -> Pair:
    return why.pair(item_id, request.GET.get("like", ""), request.GET.get("pictures", ""))


def _address(side: Pair) -> str:
    asked = {"like": side.other.item_id, "pictures": side.numbers, "v": side.key[:12]}
    return f"{reverse('why-picture', args=[side.product.item_id])}?{urlencode(asked)}"
