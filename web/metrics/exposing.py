"""/metrics itself, and who may read it."""

import os
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from web.metrics import requests
from web.metrics.figures import COUNTED
from web.metrics.site import Site
from web.middleware.client_address import address, parsed

PATH = "/metrics"
# A server in front adds one of these: what it asks for is not asked for by this machine.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
NOT_FOR_ALL = (
    "The site's figures are for this machine, or for who knows METRICS_TOKEN: "
    "Authorization: Bearer …\n"
)


def at_its_address(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware: as /healthz, it answers to an address, whatever the site's own names."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return expose(request) if request.path_info == PATH else get_response(request)

    return middleware


@require_safe
def expose(request: HttpRequest) -> HttpResponse:
    """All figures, in Prometheus's text format."""
    if not may_read(request):
        return HttpResponse(NOT_FOR_ALL, status=403, content_type="text/plain; charset=utf-8")
    requests.look()
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST, headers=headers)


def may_read(request: HttpRequest) -> bool:
    """Whoever has the token; without one, this machine."""
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return constant_time_compare(given, token)
    if any(name in request.META for name in FORWARDED):
        return False
    return getattr(parsed(address(request) or ""), "is_loopback", False)


def exposition() -> bytes:
    """What all workers have counted, and what the site says of itself."""
    site = CollectorRegistry()
    site.register(Site())
    return generate_latest(_counted()) + generate_latest(site)


def _counted() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return COUNTED
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    return of_all
