"""Where a request comes from: found once, for log-in, rate limits and logs alike.

Whoever asks may write anything into X-Forwarded-For; each server in front adds, at its end, the
address that it was asked from. So as many entries are believed, from the end, as there are servers
in front that the owner knows of (TRUSTED_PROXIES), and none where there is no such server.
"""

import ipaddress
import logging
import re
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# A port behind an address: 203.0.113.9:4711, [2001:db8::1]:443.
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[\d.]+):\d+")
# One visitor may have as many IPv6 addresses as such a network has.
ONES_OWN = 64


def visitors(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware: REMOTE_ADDR is the visitor's address for all that come after it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = _client_address(request)
        return get_response(request)

    return middleware


def address(request: HttpRequest) -> str | None:
    """The visitor's address; None where there is none, as at a Unix socket."""
    return request.META.get("REMOTE_ADDR") or None


def one_visitor(request: HttpRequest) -> str:
    """What limits count by: the address, or the network that one visitor has to himself."""
    found = parsed(address(request) or "")
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, ONES_OWN), strict=False))
    return str(found or "")


def parsed(told: str) -> Address | None:
    """An address as servers write it: with a port, in brackets, quoted; None where it is none."""
    told = told.strip().strip('"')
    if match := _WITH_PORT.fullmatch(told):
        told = match["six"] or match["four"]
    try:
        found = ipaddress.ip_address(told.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _client_address(request: HttpRequest) -> str:
    """The address that the outermost trusted server was asked from."""
    peer = request.META.get("REMOTE_ADDR", "")
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    entries = [entry for entry in told if entry.strip()]
    trusted = settings.TRUSTED_PROXIES
    if entries and not trusted:
        _say_once(getattr(parsed(peer), "is_private", not peer))
    believed = entries[-trusted:] if trusted else []
    # An entry that is no address says nothing: the server behind it is the last that we know.
    return next((str(found) for entry in believed if (found := parsed(entry))), _plain(peer))


@cache
def _say_once(from_nearby: bool) -> None:
    """Tells the owner of a server in front that is not known: all its visitors count as one."""
    if from_nearby:
        logger.warning(
            "X-Forwarded-For is not believed, and comes from a private address. If a server in "
            "front of this site sends it, set TRUSTED_PROXIES=1; else leave it."
        )


def _plain(peer: str) -> str:
    """The other end of the connection, in the same spelling."""
    return str(parsed(peer) or peer)
