"""Pages in the visitor's language; the API, whose sentences programs read, in English."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from web.json_responses import is_api
from web.parameters import takes


@csrf_exempt  # it changes nothing but the visitor's cookie, and pages kept for all hold no token
@takes()
def choose(request: HttpRequest) -> HttpResponseBase:
    """Where a visitor's choice goes: Django's, whose "/" is our first page, below a path too."""
    response = set_language(request)
    if response.get("Location") == "/":
        response["Location"] = reverse("home")
    return response


class LanguageMiddleware(LocaleMiddleware):
    """Django's, for what is a page: the language of the cookie, else of the browser."""

    async_capable = False  # so that the block below lasts as long as the answer takes

    def __call__(self, request: HttpRequest) -> Any:
        with translation.override(settings.LANGUAGE_CODE):  # the next of this thread begins anew
            return super().__call__(request)

    def process_request(self, request: HttpRequest) -> None:
        if is_api(request):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
        else:
            super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        if len(settings.LANGUAGES) > 1:
            patch_vary_headers(response, ("Cookie",))
        return super().process_response(request, response)
