"""The pages of queries without an answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.models import Product
from recommender.search.answering import live_index
from recommender.search.errors import NotReady, SearchError
from recommender.search.products import random_product
from web.staff import is_for_owner

TEMPLATES = {404: "404.html", 429: "down.html", 503: "recommender/503.html"}


def refused(request: HttpRequest, error: SearchError, template: str = "") -> HttpResponse:
    """The page that says why, with the error's status; a 503 tells its owner what to run.

    `template` stands in for the page, where a part of one is asked for.
    """
    error.log()
    context = {"error": error, "show_commands": is_for_owner(request)}
    if error.status == 404 and not template:
        context["suggestion"] = _suggestion()
    page = template or TEMPLATES.get(error.status, "400.html")
    response = render(request, page, context, status=error.status)
    if error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response


def nowhere(request: HttpRequest) -> HttpResponse:
    """The page of an address that there is not; it never says which ones there are."""
    return render(request, "404.html", {"suggestion": _suggestion()}, status=404)


def _suggestion() -> Product | None:
    """A product to go on from."""
    try:
        return random_product(live_index())
    except NotReady:
        return None
