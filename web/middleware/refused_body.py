"""The middleware that says why a body was not taken in, in the visitor's language."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from web.error_pages import refused_at_the_door
from web.middleware.request_body import REFUSED


def arrived(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """Answers for what `request_body` has refused; everything else goes on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        refused = request.META.get(REFUSED)
        return refused_at_the_door(request, refused()) if refused else get_response(request)

    return middleware
