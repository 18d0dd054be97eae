"""Who reads from the replica: visitors, and programs that only ask the API.

Who is signed in, the admin with its sign-in, and programs that write read where they write: what
they have just changed may not be in the replica yet.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from catalog import replica
from web.middleware.admission import only_reads


def from_replica(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware, where the settings have a replica."""
    if not replica.exists():
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES or not only_reads(request):
            return get_response(request)
        with replica.reading():
            return get_response(request)

    return middleware
