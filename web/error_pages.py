"""What stands in for an answer: pages below /, JSON below /api/. Django's handlers name them."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from recommender.search.errors import SearchError
from web.api.responses import failure, is_api, refusal
from web.middleware.request_body import REFUSED
from web.pages.refusals import nowhere, refused

logger = logging.getLogger(__name__)

RETRY_SECONDS = 30


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: ways on for people, a sentence for programs."""
    if is_api(request):
        return failure("There is no such address.", 404)
    return nowhere(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, before any view: the request itself is not understood."""
    sentence = _("The request could not be understood.")
    if is_api(request):
        return failure(sentence, 400)
    return render(request, "400.html", {"error": sentence}, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without the database or any context, which may be what broke."""
    if is_api(request):
        return failure("Something broke on our side. It has been noted.", 500)
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def refused_at_the_door(request: HttpRequest, error: SearchError) -> HttpResponse:
    """What is refused before any view: a sentence for programs, a page, or a part of one."""
    if is_api(request):
        return refusal(error)
    if request.headers.get("HX-Target") == "found":  # where the picture's page puts its answer
        return refused(request, error, "recommender/_refused.html")
    return refused(request, error, "down.html" if error.retry_after else "")


def come_again(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The first middleware: whatever cannot be answered now says when to ask again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code in (429, 503):
            response.setdefault("Retry-After", str(RETRY_SECONDS))
        return response

    return middleware


def arrived(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware that says why a body was not taken in, in the visitor's language."""

    def middleware(request: HttpRequest) -> HttpResponse:
        refused = request.META.get(REFUSED)
        return refused_at_the_door(request, refused()) if refused else get_response(request)

    return middleware


class DatabaseDownMiddleware:
    """The middleware for a database that is missing, not set up, or does not answer: a calm 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DatabaseError):
            return None
        logger.error("The database cannot be used: %s", error)
        sentence = _("The catalogue cannot be read at the moment. Please come back a little later.")
        if is_api(request):
            return failure(sentence, 503)
        return HttpResponse(loader.render_to_string("down.html", {"error": sentence}), status=503)


class DebugNotFoundMiddleware:
    """The middleware that keeps the 404 above under DEBUG, where Django lists every address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        unknown = response.status_code == 404 and request.resolver_match is None
        return not_found(request) if unknown else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return not_found(request) if isinstance(error, Http404) else None
