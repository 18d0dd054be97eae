"""Answers kept in memory, and their ETags: they change only with the index and the catalogue.

A view marks what may be kept with `keep`. The middleware then gives it an ETag, answers 304 to
whoever has it already, and gives the same bytes to the next who asks, as long as the live index and
the catalogue are what they were. Whoever is signed in gets answers of their own.
"""

import hashlib
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import caches
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import get_language

from catalog import versioning
from recommender import configured, store
from recommender.api.responses import is_api
from recommender.places import map_path

# Seconds for which whoever asks need not ask again.
FRESH = 60
LARGEST = 200_000
_MARK = "may_be_kept"


def keep(response: HttpResponse) -> HttpResponse:
    """Marks an answer that depends on address, language, index and catalogue alone."""
    setattr(response, _MARK, True)
    return response


def state() -> str:
    """What all answers depend on, as text: the live index, the catalogue, what is asked of both."""
    name = configured.name_served()
    index = (store.signature_served(name), configured.approximate(), map_path(name).exists())
    parts = (name, *index, store.with_an_index(), versioning.version())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


class Kept:
    """The middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answers = caches["answers"]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or settings.DEBUG:
            return self.get_response(request)
        if is_signed_in(request):
            return _for_one_alone(self.get_response(request))
        try:
            now = state()
        except DatabaseError:
            return self.get_response(request)
        key = _key(request, now)
        if (known := self.answers.get(key)) is not None:
            return _conditional(request, HttpResponse(known[0], known[1]), now)
        response = self.get_response(request)
        if response.status_code != 200 or not getattr(response, _MARK, False):
            return response
        if len(response.content) <= LARGEST:
            self.answers.set(key, (response.content, response["Content-Type"]))
        return _conditional(request, response, now)


def is_signed_in(request: HttpRequest) -> bool:
    """Whether a session tells of an account: staff see links that others do not."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    try:
        return SESSION_KEY in store(key)
    except DatabaseError:
        return False


def _for_one_alone(response: HttpResponse) -> HttpResponse:
    """An answer that nobody keeps for others, nor gives to whoever signs out."""
    if getattr(response, _MARK, False):
        response["Cache-Control"] = "private, no-store"
    return response


def _key(request: HttpRequest, now: str) -> str:
    htmx = [request.headers.get(name, "") for name in ("HX-Request", "HX-Boosted", "HX-Target")]
    place = (request.scheme, request.get_host(), request.get_full_path())
    parts = (now, place, get_language(), htmx)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _conditional(request: HttpRequest, response: HttpResponse, now: str) -> HttpResponse:
    """The answer with what browsers need to keep it; 304 for whoever has it."""
    etag = f'"{now}.{get_language()}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    response["ETag"] = etag
    for_all = not settings.API_KEYS_REQUIRED or not is_api(request)
    response["Cache-Control"] = f"{'public' if for_all else 'private'}, max-age={FRESH}"
    return response


def sized(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The first middleware: an answer tells its length, and to HEAD the head alone is sent."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.streaming and not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        if request.method == "HEAD":
            if response.streaming:
                response.streaming_content = ()  # type: ignore[attr-defined]
            else:
                response.content = b""
        return response

    return middleware
