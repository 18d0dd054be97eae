"""/: what this is, in a sentence and a picture; and /random/, which leads to any product."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from recommender.search.answering import live_index
from recommender.search.errors import SearchError
from recommender.search.products import random_product
from recommender.search.wall import wall
from web.middleware.answer_cache import keep
from web.parameters import takes
from web.refusals import refused
from web.walk import SHOWING

# Rows of the wall: two, three or six beside each other leave no hole.
ROWS = 6


@never_cache
@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(*SHOWING)
def random(request: HttpRequest) -> HttpResponse:
    """Leads on to a random product, whose address can be kept, reloaded and shared.

    How its page shows its rows goes along, as in `/random/?measured=on`.
    """
    asked = urlencode([(name, request.GET[name]) for name in SHOWING if name in request.GET])
    try:
        product = random_product(live_index())
    except SearchError as error:
        return refused(request, error)
    return redirect(product.get_absolute_url() + (f"?{asked}" if asked else ""))


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes()
def show(request: HttpRequest) -> HttpResponse:
    """The page that says what this is; a random product, where RANDOM_HOME asks for that."""
    if is_random():
        return random(request)
    try:
        rows = wall(ROWS)
    except SearchError as error:
        return refused(request, error)
    return keep(render(request, "recommender/home.html", {"wall": rows}))


def is_random() -> bool:
    """Whether / leads to a random product; another project need not have the setting."""
    return bool(getattr(settings, "RANDOM_HOME", False))
