"""How an export asks the site for its pages: by its views, without a server and its host names."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, ResolverMatch, get_script_prefix, resolve, set_script_prefix

# Stands for the host in what a page says of itself, and is in no file of an export.
HOST = "export.invalid"


class ExportRequest(HttpRequest):
    """What nobody in particular asks for, at a host that ALLOWED_HOSTS need not know."""

    htmx = False
    counted = False

    def __init__(self, address: str) -> None:
        super().__init__()
        parts = urlsplit(address)
        self.method = "GET"
        self.path = self.path_info = unquote(parts.path)
        self.GET = QueryDict(parts.query)
        self.META = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": self.path,
            "QUERY_STRING": parts.query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
        }
        self.resolver_match = resolve(self.path)

    def get_host(self) -> str:
        return HOST


def answer_to(address: str) -> HttpResponse:
    """What the site says at an address of its own. Raises whatever its view raises."""
    request = ExportRequest(address)
    match = resolve(request.path)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


def behind(address: str) -> ResolverMatch | None:
    """The view at an address of the site; None where there is none."""
    try:
        return resolve(unquote(urlsplit(address).path))
    except Resolver404:
        return None


@contextmanager
def at_the_root() -> Iterator[None]:
    """The site's addresses as they are without SCRIPT_NAME, while the block lasts."""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        yield
    finally:
        set_script_prefix(prefix)
