"""Pages in the visitor's language; the API, whose sentences programs read, in English."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt

from web.api.responses import is_api
from web.parameters import takes

A_YEAR = 31_536_000


@csrf_exempt  # it changes nothing but the visitor's own cookie
@takes()
def choose(request: HttpRequest) -> HttpResponse:
    """Where a visitor's choice goes; leads back to the page it was made on, or to the start."""
    place = request.POST.get("next", "")
    secure = request.is_secure()
    if not url_has_allowed_host_and_scheme(place, {request.get_host()}, require_https=secure):
        place = reverse("home")
    response = redirect(place)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=A_YEAR,
            path=settings.LANGUAGE_COOKIE_PATH,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def languages(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware: the language of the cookie, else of the browser, for what is a page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = "en" if is_api(request) else translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response["Content-Language"] = language
            if len(settings.LANGUAGES) > 1:
                patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return middleware
