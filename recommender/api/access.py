"""Who may ask the API, and how often.

Each worker counts for itself, unless CACHE_URL names a cache that they share.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from recommender.api.models import ApiKey
from recommender.api.responses import failure
from recommender.visitors import one_visitor

HEADER = "X-API-Key"
MINUTE = 60


def access(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware; it comes before answers that are kept, and after CORS."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/v1/"):
            return get_response(request)
        return _refusal(request) or get_response(request)

    return middleware


def _refusal(request: HttpRequest) -> HttpResponse | None:
    sent = request.headers.get(HEADER, "")
    key = ApiKey.of(sent) if sent else None
    if key is None and (sent or settings.API_KEYS_REQUIRED):
        return failure(f"Send a valid key in the header {HEADER}.", 401)
    if key is None:
        return _too_many(f"address {one_visitor(request)}", settings.API_RATE)
    return _too_many(f"key {key.pk}", key.a_minute or settings.API_KEY_RATE)


def _too_many(whose: str, most: int) -> HttpResponse | None:
    """A refusal where `most` requests have come in this minute; 0 is no limit."""
    if not most:
        return None
    minute, second = divmod(int(time.time()), MINUTE)
    place = f"asked {whose} {minute}".replace(" ", "-")
    cache.add(place, 0, 2 * MINUTE)
    try:
        count = cache.incr(place)
    except ValueError:  # it was dropped in between
        return None
    if count <= most:
        return None
    refused = failure(f"At most {most} requests a minute. Please wait.", 429)
    refused["Retry-After"] = str(MINUTE - second)
    return refused
