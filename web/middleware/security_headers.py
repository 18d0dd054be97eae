"""Security headers on every answer, whatever gave it."""

from django.http import HttpRequest
from django.middleware.security import SecurityMiddleware


class Headers(SecurityMiddleware):
    """Stands outermost, so that refusals of other middlewares have its headers, too.

    To lead to TLS is left to Django's own, further in: probes are not led anywhere.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Lets everything pass."""
