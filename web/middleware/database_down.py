"""The middlewares for what cannot be answered now: a calm 503, and when to ask again."""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

from runs import half_restored
from web.json_responses import failure, is_api

logger = logging.getLogger(__name__)

RETRY_SECONDS = 30


def come_again(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The first middleware: whatever cannot be answered now says when to ask again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code in (429, 503):
            response.setdefault("Retry-After", str(RETRY_SECONDS))
        return response

    return middleware


def none_half_restored(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware that gives no answer out of two states, while a backup is put in place."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return cannot_be_read(request) if half_restored.is_so() else get_response(request)

    return middleware


def cannot_be_read(request: HttpRequest) -> HttpResponse:
    """The calm 503, as a page or for programs."""
    sentence = _("The catalogue cannot be read at the moment. Please come back a little later.")
    if is_api(request):
        return failure(sentence, 503)
    return HttpResponse(loader.render_to_string("down.html", {"error": sentence}), status=503)


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
        return cannot_be_read(request)
