"""/shelf/: what a visitor has put there, by the address alone; to go on from, and to share."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from recommender.search.errors import SearchError
from web.middleware.answer_cache import keep
from web.parameters import takes
from web.refusals import refused
from web.shelf import DISLIKED, LIKED, shelf_of


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(LIKED, DISLIKED)
def show(request: HttpRequest) -> HttpResponse:
    """The page. Of a shelf that somebody shared, it is the same."""
    try:
        shelf = shelf_of(request.GET)
    except SearchError as error:
        return refused(request, error)
    context = {"shelf": shelf, "shared": request.build_absolute_uri()}
    return keep(render(request, "recommender/shelf.html", context))
