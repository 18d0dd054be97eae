"""Answers kept in memory, and their ETags: they change only with the index and the catalogue.

A view marks what may be kept with `keep`. The middleware then gives it an ETag, and gives the same
bytes to the next who asks, as long as the live index, the catalogue, the program and its settings
are what they were; while two ways are compared, for an hour. Whoever is signed in gets answers of
their own. `conditional` answers 304 to whoever has an answer already.
"""

import hashlib
import re
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe
from django.utils.translation import get_language

from catalog import versioning
from recommender.live import selection
from recommender.live.engine import engine
from recommender.live.paths import map_path
from recommender.search import trials
from web.json_responses import is_api
from web.middleware import program_version
from web.middleware.bounded_cache import Shelf

Handler = Callable[[HttpRequest], HttpResponse]

# Seconds for which whoever asks need not ask again.
FRESH = 60
# Bytes of one answer, and of all that a worker keeps.
LARGEST, MAX_BYTES = 200_000, 32 * 2**20
# Answers without a body, of which a length would tell something else.
BARE = (204, 304)
_MARK = "may_be_kept"
_WAS_KEPT = "was_kept"
# What servers in front put into the ETag of an answer that they compress: Apache, Jetty, Caddy.
_COMPRESSED = re.compile(r'(?:-{1,2}|[;/+])(?:gzip|br|zstd|deflate|df)"')

answers = Shelf(MAX_BYTES)


def keep(response: HttpResponse) -> HttpResponse:
    """Marks an answer that depends on address, language, index and catalogue alone."""
    setattr(response, _MARK, True)
    return response


def was_kept(response: HttpResponse) -> bool:
    """Whether an answer was made for an earlier request."""
    return getattr(response, _WAS_KEPT, False)


def cache_version() -> str:
    """What all answers depend on, as text: program, index, catalogue, what is asked of them."""
    name = selection.name_served()
    indexes = engine()
    index = (indexes.signature(name), selection.may_be_approximate(), map_path(name).exists())
    catalogue = (versioning.version(), trials.hour())
    parts = (name, *index, indexes.names(), *catalogue, program_version.version())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


class AnswerCacheMiddleware:
    """The middleware that keeps answers."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        program_version.version()  # read when the site starts, not while somebody waits

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or settings.DEBUG:
            return self.get_response(request)
        if is_signed_in(request):
            return _for_one_alone(self.get_response(request))
        try:
            now = cache_version()
        except DatabaseError:
            return self.get_response(request)
        key = _key(request, now)
        if (known := answers.get(key)) is not None:
            response = HttpResponse(known[0], known[1])
            setattr(response, _WAS_KEPT, True)
            return _tagged(request, response, now)
        response = self.get_response(request)
        if response.status_code != 200 or not getattr(response, _MARK, False):
            return response
        if len(response.content) <= LARGEST:
            answers.put(key, (response.content, response["Content-Type"]))
        return _tagged(request, response, now)


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


def _tagged(request: HttpRequest, response: HttpResponse, now: str) -> HttpResponse:
    """The answer with what browsers need to keep it."""
    response["ETag"] = f'"{now}.{get_language()}"'
    for_all = not settings.API_KEYS_REQUIRED or not is_api(request)
    response["Cache-Control"] = f"{'public' if for_all else 'private'}, max-age={FRESH}"
    return response


def conditional(get_response: Handler) -> object:
    """The middleware that answers 304 to whoever has an answer already, whatever it came from."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if told := request.META.get("HTTP_IF_NONE_MATCH"):
            request.META["HTTP_IF_NONE_MATCH"] = _COMPRESSED.sub('"', told)
        response = get_response(request)
        if request.method not in ("GET", "HEAD"):
            return response
        etag = response.get("ETag")
        modified = parse_http_date_safe(response.get("Last-Modified", ""))
        told = get_conditional_response(request, etag, modified, response)
        return told if told is not None else response

    return middleware


def content_length(get_response: Handler) -> object:
    """The first middleware: an answer tells its length, and to HEAD the head alone is sent."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code in BARE:
            response.headers.pop("Content-Length", None)
        elif not response.streaming and not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        if request.method == "HEAD":
            if response.streaming:
                response.streaming_content = ()  # type: ignore[attr-defined]
            else:
                response.content = b""
        return response

    return middleware
