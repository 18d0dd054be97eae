"""How often one may guess a password: of one address, and of one account from all addresses.

Who guesses from one address waits for himself alone. An account that is guessed at from many is
closed for a while, except to its owner: a browser, or an address, that was let in before. What is
refused counts nowhere, so that nobody keeps an account closed by going on.
"""

from collections.abc import Callable
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.core import signing
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from web.middleware.client_address import address

A_YEAR = 31_536_000
COOKIE = "was_let_in"
_LET_IN = "_let_in_now"


class Attempts(AxesDatabaseHandler):  # type: ignore[misc]
    """Axes' counts, and beside them that of an account."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether this address has guessed too often, or all have, and it is no known one."""
        if super().is_locked(request, credentials):
            return True
        name = get_client_username(request, credentials)
        return bool(name) and _is_guessed_at(name) and not _is_known(request, name)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **more: Any) -> None:
        """Remembers, too, that this browser knows the account."""
        super().user_logged_in(sender, request, user, **more)
        setattr(request, _LET_IN, user.get_username())


def _is_guessed_at(name: str) -> bool:
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    tried = AccessAttempt.objects.filter(username=name, attempt_time__gte=since)
    failures = tried.aggregate(all=Sum("failures_since_start"))["all"] or 0
    return failures >= settings.LOGIN_FAILURES_OF_AN_ACCOUNT


def _is_known(request: HttpRequest, name: str) -> bool:
    """Whether this browser, or this address, was let in before."""
    try:
        if signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=A_YEAR) == name:
            return True
    except signing.BadSignature:
        pass
    asking = address(request)
    let_in = AccessLog.objects.filter(username=name, ip_address=asking)
    return asking is not None and let_in.exists()


def known_browsers(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware: whoever is let in gets a cookie that says so; who is not, for how long."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "axes_locked_out", False):
            response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
        if name := getattr(request, _LET_IN, ""):
            response.set_cookie(
                COOKIE,
                signing.dumps(name, salt=COOKIE),
                max_age=A_YEAR,
                path=settings.SESSION_COOKIE_PATH,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware
