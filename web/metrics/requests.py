"""The first middleware: counts each request, with its kind, its status and how long it took."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver

from recommender.live import stages
from web.metrics.figures import MEMORY, REFUSED, REQUESTS, STAGES, WAITING
from web.middleware.admission import KINDS
from web.middleware.answer_cache import was_kept

REFUSALS = (413, 429, 503)
# Seconds between two looks at a worker's memory, and at who waits.
LOOK = 5.0
STATUS = Path("/proc/self/status")


def counted(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware."""
    looked = 0.0
    stages.watch(time_of_a_stage)

    def middleware(request: HttpRequest) -> HttpResponse:
        nonlocal looked
        began = time.perf_counter()
        response = get_response(request)
        now = time.perf_counter()
        answer = "kept" if was_kept(response) else "made"
        status = response.status_code
        REQUESTS.labels(kind_of(request.path_info), status, answer).observe(now - began)
        if status in REFUSALS:
            REFUSED.labels(status).inc()
        if now - looked > LOOK:
            looked = now
            look()
        return response

    return middleware


def kind_of(path: str) -> str:
    """The first part of an address, where the site has one that begins so; else "other"."""
    first = path[1:].partition("/")[0]
    return (first or "home") if first in first_parts() else "other"


@cache
def first_parts() -> frozenset[str]:
    """The first parts of all addresses, as in "products" or "api"; "" is the home page's."""
    routes = (str(pattern.pattern) for pattern in _patterns(get_resolver().url_patterns))
    ours = (settings.STATIC_URL, "/healthz", "/readyz", "/metrics")
    parts = (route.lstrip("/^").partition("/")[0] for route in (*routes, *ours))
    return frozenset(part for part in parts if "<" not in part)


def _patterns(patterns: Iterable[Any]) -> Iterator[Any]:
    """Those of the site; what is included at its root stands there itself."""
    for pattern in patterns:
        if not str(pattern.pattern) and hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


def time_of_a_stage(name: stages.Stage, seconds: float) -> None:
    """Counts a stage of a search."""
    STAGES.labels(name.value).observe(seconds)


def look() -> None:
    """Notes what is so at this moment: who waits, and what memory this worker has."""
    for name, kind in KINDS.items():
        WAITING.labels(name).set(kind.here)
    if memory := own_memory():
        MEMORY.set(memory)


def own_memory() -> int:
    """Bytes that are this process's alone; 0 where the system does not say so."""
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return 0
    found = (line.split()[1] for line in lines if line.startswith("RssAnon:"))
    return int(next(found, 0)) * 1024
