"""Who may ask, and how often: of the API, and of what a page does as the API does.

Each worker counts for itself, unless CACHE_URL names a cache that they share.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from recommender.search.errors import TooOften
from web.api.models import ApiKey
from web.api.origins import asked_from, origin_of
from web.error_pages import refused_at_the_door
from web.json_responses import failure, is_api
from web.middleware import admission
from web.middleware.client_address import one_visitor

HEADER = "X-API-Key"
MINUTE = 60
# Of one visitor in a minute, whatever the settings say: each costs more than it looks.
MAX_LOG_INS, MAX_WRONG_KEYS = 60, 60
# So many visitors at least have a part in what is limited for all together.
SHARES = 3
# How the API is asked is no secret, and a browser that opens these has no key to send.
DESCRIPTIONS = ("/api/v1/docs/", "/api/v1/openapi.json")
# Shops sign what they send, and have no key; they come as often as something changes there.
WEBHOOKS = "/api/v1/webhooks/"
# What the site's own pages tell of clicks, they tell without a key.
CLICKS = "/api/v1/clicks/"
READING = ("GET", "HEAD", "OPTIONS")


def access(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware; it comes before answers that are kept, and after CORS."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            refused = _without_key(request)
            if refused is None:
                _elsewhere(request)
        except TooOften as error:
            refused = refused_at_the_door(request, error)
        return refused or get_response(request)

    return middleware


def _without_key(request: HttpRequest) -> HttpResponse | None:
    """The refusal of who needs a key; raises TooOften."""
    visitor = f"address {one_visitor(request)}"
    if request.path_info.startswith("/api/v1/"):
        if request.path_info == CLICKS and is_of_own_page(request):
            _count(visitor, settings.API_RATE)
            return None
        is_open = request.path_info in DESCRIPTIONS or request.path_info.startswith(WEBHOOKS)
        return None if is_open else _program(request, visitor)
    if admission.is_log_in(request):
        _count(f"log-ins {visitor}", MAX_LOG_INS)
    elif admission.kind_of(request) in (admission.UPLOADS, admission.FETCHES):
        _count(visitor, settings.API_RATE)
    return None


def is_of_own_page(request: HttpRequest) -> bool:
    """Whether a page of this site asks, as its browser says."""
    own = origin_of(f"{request.scheme}://{request.get_host()}")
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or asked_from(request) == own


def _program(request: HttpRequest, visitor: str) -> HttpResponse | None:
    sent = request.headers.get(HEADER, "")
    key = ApiKey.of(sent) if sent else None
    if key is not None:
        return _with_key(request, key, visitor)
    if sent:
        _count_wrong(visitor)
    else:
        _count(visitor, settings.API_RATE)
    if sent or settings.API_KEYS_REQUIRED:
        return failure(f"Send a valid key in the header {HEADER}.", 401)
    return None


def _with_key(request: HttpRequest, key: ApiKey, visitor: str) -> HttpResponse | None:
    if key.pages:
        if refused := _not_for(request, key.pages):
            _count_wrong(visitor)
            return failure(refused, 403)
        _count(visitor, settings.API_RATE)  # everybody can read such a key
    _count(f"key {key.pk}", key.a_minute or settings.API_KEY_RATE)
    return None


def _not_for(request: HttpRequest, pages: list[str]) -> str:
    """Why a key for pages does not do; nothing where it does."""
    origin = asked_from(request)
    if origin not in pages:
        told = f"not of {origin}" if origin else "and this request does not say where it comes from"
        return f"This key is for pages of {', '.join(pages)}, {told}."
    if request.path_info == CLICKS:
        return ""
    if request.method not in READING or any(request.GET.getlist("url")):
        return "A key for pages may only read: ask with GET, about products of the shop."
    return ""


def of_a_page_with_a_key(request: HttpRequest, **_sender: object) -> bool:
    """Whether a key is for pages of that origin, which may ask then: CORS calls it.

    A browser asks so before it sends the key.
    """
    if not is_api(request):
        return False
    try:
        return ApiKey.is_of_a_page(origin_of(request.headers.get("Origin", "")))
    except DatabaseError:
        return False


def _elsewhere(request: HttpRequest) -> None:
    """Counts what is fetched from other sites, for all visitors together; raises TooOften."""
    if admission.kind_of(request) is admission.FETCHES:
        one_share = -(-settings.PICTURE_URL_RATE // SHARES)
        _count(f"elsewhere address {one_visitor(request)}", one_share)
        _count("elsewhere", settings.PICTURE_URL_RATE)


def count_wrong(request: HttpRequest) -> None:
    """Counts a signature that is wrong as a key that is. Raises TooOften."""
    _count_wrong(f"address {one_visitor(request)}")


def _count_wrong(visitor: str) -> None:
    _count(f"wrong keys {visitor}", settings.API_RATE or MAX_WRONG_KEYS)


def _count(whose: str, most: int) -> None:
    """Raises TooOften where `most` requests have come in this minute; 0 is no limit."""
    if not most:
        return
    minute, second = divmod(int(time.time()), MINUTE)
    place = f"asked {whose} {minute}".replace(" ", "-")
    cache.add(place, 0, 2 * MINUTE)
    try:
        count = cache.incr(place)
    except ValueError:  # it was dropped in between
        return
    if count > most:
        raise TooOften(most, MINUTE - second)
