"""NinjaAPI as programs meet it: refusals in JSON, known parameters alone, a key in a header."""

import json
from collections.abc import Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.openapi.schema import OpenAPISchema

from recommender.search.errors import SearchError
from web.api.access import HEADER
from web.json_responses import View, failure, in_json, json_error, refusal
from web.paging import NoSuchPage
from web.parameters import garbled, repeated, unknown

# A method -> its parameters, and whether each may stand several times.
Known = Mapping[str, dict[str, bool]]

KEY = {
    "type": "apiKey",
    "in": "header",
    "name": HEADER,
    "description": "A key of this site. Only one that may write changes products; one for pages "
    "may only read, from pages of its origins.",
}


class JsonAPI(NinjaAPI):
    """An API whose every refusal is {"error": "one sentence"}, that of a wrong method too."""

    def on_exception(self, request: HttpRequest, exc: Exception | type[Exception]) -> HttpResponse:
        match exc:
            case SearchError():
                return refusal(exc)
            case NoSuchPage():
                return failure(str(exc), exc.status)
            case HttpError():
                return failure(exc.message, exc.status_code)
            case Http404():
                return failure("There is no such address.", 404)
        raise exc  # Django's handlers tell it: a 500, or the 503 of a database that is away

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The description, with the key; where none is asked for, it is one of two ways in."""
        described = super().get_openapi_schema(**options)
        described["components"]["securitySchemes"] = {"key": KEY}
        without_key: list[dict[str, list[str]]] = [] if settings.API_KEYS_REQUIRED else [{}]
        described["security"] = [*without_key, {"key": []}]
        return described

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The addresses; each takes its own parameters alone."""
        addresses, app, namespace = super().urls
        for address in addresses:
            view: Any = address.callback
            name = str(getattr(address, "name", ""))
            if name == "openapi-json":
                view = _with_servers(view)
            view = _with_known_parameters(view, self._known_parameters().get(name, {}))
            address.callback = in_json(view)
        return addresses, app, namespace

    def _known_parameters(self) -> dict[str, Known]:
        """An address's name -> a method -> its parameters, as the description tells them."""
        return {
            str(path.url_name): {
                method: {
                    told["name"]: told["schema"].get("type") == "array"
                    for told in (operation.openapi_extra or {}).get("parameters", ())
                }
                for operation in path.operations
                for method in operation.methods
            }
            for path in self.default_router.path_operations.values()
        }


def _with_known_parameters(view: View, known: Known) -> View:
    """The view, which refuses all other parameters, and what can be read in two ways."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        own = known.get(str(request.method), {})
        single = [name for name, is_list in own.items() if not is_list]
        sentence = garbled(request) or unknown(request.GET, own) or repeated(request.GET, single)
        return json_error(request, sentence) if sentence else view(request, *args, **kwargs)

    return checked


def _with_servers(view: View) -> View:
    """The description of the API, which also names the site by the address that it was asked at."""

    @wraps(view)
    def named(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        described = json.loads(view(request, *args, **kwargs).content)
        described["servers"] = [{"url": request.build_absolute_uri("/").rstrip("/")}]
        return JsonResponse(described)

    return named
