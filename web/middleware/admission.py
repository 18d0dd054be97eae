"""Whose turn it is: what costs much is done for a few at a time, and not everything may wait.

A kind of work has the same limits wherever it is asked for, on a page or in the API. Whoever comes
when too much is waiting is told so at once (503, with the seconds after which to ask again), and no
single visitor takes all places. Each worker counts for itself.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from recommender.live.worker_threads import give_way
from recommender.search.errors import Busy
from web.error_pages import refused_at_the_door
from web.middleware.client_address import one_visitor

COMPARING = ("product", "picture", "api:similar", "api:similar-to-several")
# What a program has written a moment ago.
JUST_WRITTEN = ("api:change",)
# What is read from a file and sent: it waits for nobody.
AT_ONCE = (
    "media", "robots", "widget", "clicks-script", "language", "map-picture", "favicon", "logo",
    "accent",
)  # fmt: skip


CHANGING = ("api:product", "api:products", "api:webhook-shopify", "api:webhook-woocommerce")
_MATCH = "admission_match"


class Kind:
    """A kind of work: so many at a time, so many waiting, so many of one visitor among all."""

    def __init__(self, at_once: int, waiting: int, of_one: int) -> None:
        self._most, self._of_one = at_once + waiting, of_one
        self._places = threading.Semaphore(at_once)
        self._here: Counter[str] = Counter()
        self._counting = threading.Lock()

    @property
    def here(self) -> int:
        """How many are at work or waiting."""
        return self._here.total()

    @contextmanager
    def turn(self, visitor: str) -> Iterator[None]:
        """Lasts as long as the work; raises Busy where too much is waiting already."""
        with self._counting:
            if self._here.total() >= self._most or self._here[visitor] >= self._of_one:
                raise Busy
            self._here[visitor] += 1
        try:
            with self._places:
                give_way()  # to what costs less
                yield
        finally:
            with self._counting:
                self._here[visitor] -= 1
                self._here += Counter()  # drops whom nothing is left of


PAGES = Kind(at_once=4, waiting=200, of_one=100)
# A picture of a visitor's own: decoded, and seen by the network.
UPLOADS = Kind(at_once=2, waiting=10, of_one=6)
# One behind an address: another server may keep it waiting.
FETCHES = Kind(at_once=4, waiting=8, of_one=4)
# What a shop says of its products: who asks waits for the worker, which costs next to nothing.
CHANGES = Kind(at_once=64, waiting=64, of_one=64)
# What pages tell of clicks: more than so much is not worth waiting for.
CLICKS = Kind(at_once=2, waiting=30, of_one=10)
LOG_INS = Kind(at_once=1, waiting=10, of_one=6)
KINDS = {
    "pages": PAGES,
    "uploads": UPLOADS,
    "fetches": FETCHES,
    "changes": CHANGES,
    "clicks": CLICKS,
    "log-ins": LOG_INS,
}


def in_turn(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware; it comes after answers that are kept, which wait for nobody."""

    def middleware(request: HttpRequest) -> HttpResponse:
        kind = kind_of(request)
        if kind is None:
            return get_response(request)
        try:
            with kind.turn(one_visitor(request)):
                return get_response(request)
        except Busy as error:
            return refused_at_the_door(request, error)

    return middleware


def is_log_in(request: HttpRequest) -> bool:
    """Whether somebody tries a password."""
    match = _match(request) if request.method == "POST" else None
    return match is not None and match.view_name == "admin:login"


def only_reads(request: HttpRequest) -> bool:
    """Whether nothing is written, nor asked for that was written a moment ago; nor signed in to."""
    match = _match(request)
    name = match.view_name if match else ""
    if name in JUST_WRITTEN or (match and match.app_name == "admin"):
        return False
    return request.method in ("GET", "HEAD", "OPTIONS") or name in COMPARING


def kind_of(request: HttpRequest) -> Kind | None:
    """The kind of work that a request asks for; None for what costs next to nothing."""
    match = _match(request)
    if match is None:
        return None
    if match.app_name == "admin":
        return LOG_INS if request.method == "POST" else PAGES
    if match.view_name in COMPARING:
        if request.GET.get("url"):
            return FETCHES
        if request.method == "POST" or request.GET.get("crop"):
            return UPLOADS
    if match.view_name in CHANGING and request.method not in ("GET", "HEAD", "OPTIONS"):
        return CHANGES
    if match.view_name == "api:clicks":
        return CLICKS
    return None if match.view_name in AT_ONCE else PAGES


def _match(request: HttpRequest) -> ResolverMatch | None:
    """What the address leads to; looked up once a request."""
    if not hasattr(request, _MATCH):
        try:
            setattr(request, _MATCH, resolve(request.path_info))
        except Resolver404:
            setattr(request, _MATCH, None)
    found: ResolverMatch | None = getattr(request, _MATCH)
    return found
