"""Origins: where a page is, as browsers name it to the sites that it asks."""

import re
from argparse import ArgumentTypeError
from urllib.parse import urlsplit

import idna
from django.http import HttpRequest

from runs.arguments import some_text

_USUAL_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]*:[0-9a-f:.]*")


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, in the one spelling that browsers use; "" without any.

    https://shop.example of https://Shop.example:443/hats.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = _as_asked(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if parts.scheme not in _USUAL_PORTS or not _HOST.fullmatch(host):
        return ""
    host = f"[{host}]" if ":" in host else host
    usual = port in (None, _USUAL_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{port}"


def one_origin(text: str) -> str:
    """The origin that a person wrote. Raises ValueError where it is none, or more than one."""
    origin, parts = origin_of(text), text.strip().split("/", 3)
    if not origin or "@" in text or any(parts[3:]) or "?" in parts[-1] or "#" in parts[-1]:
        raise ValueError(
            f"{text!r} is no origin; write scheme and host, as in https://shop.example"
        )
    return origin


def an_origin(text: str) -> str:
    """An origin such as https://shop.example. Raises ArgumentTypeError."""
    try:
        return one_origin(some_text(text))
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def asked_from(request: HttpRequest) -> str:
    """The origin of the page that asks; "" where it is not told, or is none ("null")."""
    return origin_of(request.headers.get("Origin") or request.headers.get("Referer", ""))


def _as_asked(host: str) -> str:
    """A host as browsers ask for it: letters of all scripts in punycode."""
    return host if host.isascii() else idna.encode(host, uts46=True).decode()
