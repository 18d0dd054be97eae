"""/why/<item_id>/?like=<other>: two products, and what in each makes it like the other."""

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
from web.pages.refusals import refused
from web.parameters import takes


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("like")
def show(request: HttpRequest, item_id: str) -> HttpResponse:
    """The page. Its pictures are worked out when they are asked for."""
    try:
        asked = why.pair(item_id, request.GET.get("like", ""))
    except SearchError as error:
        return refused(request, error)
    context = {
        "product": asked.product,
        "other": asked.other,
        "score": asked.score,
        "sides": [(side.product, _address(side)) for side in (asked, asked.turned)],
    }
    return render(request, "recommender/why.html", context)


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("like", "v")
def picture(request: HttpRequest, item_id: str) -> HttpResponse:
    """One of the two pictures, WebP; its address changes with what it depends on."""
    try:
        asked = why.pair(item_id, request.GET.get("like", ""))
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


def _address(side: Pair) -> str:
    asked = urlencode({"like": side.other.item_id, "v": side.key[:12]})
    return f"{reverse('why-picture', args=[side.product.item_id])}?{asked}"
