"""A request's number: on its answer (X-Request-ID), on each line of the log, on pages of errors.

A server in front may have given it one; that is kept, where TRUSTED_PROXIES says that there is one.
"""

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_FROM_IN_FRONT = re.compile(r"[\w.:-]{1,64}", re.ASCII)
# Stays when the middleware is done: Django logs a bad answer after all middleware.
_of_this_request: ContextVar[str] = ContextVar("request_id", default="")


def numbered(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The first middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        number = _number_from_in_front(request) or secrets.token_hex(8)
        _of_this_request.set(number)
        response = get_response(request)
        response[HEADER] = number
        return response

    return middleware


def request_id() -> str:
    """The number of the request that is being answered; nothing outside of one."""
    return _of_this_request.get()


class RequestId(logging.Filter):
    """Adds `request_id` to a line of the log, and ` [number]` as `about`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every line pass."""
        number = request_id()
        vars(record).update(request_id=number, about=f" [{number}]" if number else "")
        return True


def _number_from_in_front(request: HttpRequest) -> str:
    told = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    return told if _FROM_IN_FRONT.fullmatch(told) else ""
