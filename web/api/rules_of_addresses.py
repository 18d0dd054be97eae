"""What holds for each address of the API: its parameters, and where it lies."""

import json
from collections.abc import Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI

from web.api.responses import View, told_in_json
from web.parameters import garbled, repeated, unknown

# A method -> its parameters, and whether each may stand several times.
Known = Mapping[str, dict[str, bool]]


def known_to(api: NinjaAPI) -> dict[str, Known]:
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
        for path in api.default_router.path_operations.values()
    }


def with_known_parameters(view: View, known: Known) -> View:
    """The view, which refuses all other parameters, and what can be read in two ways."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        own = known.get(str(request.method), {})
        single = [name for name, is_list in own.items() if not is_list]
        sentence = garbled(request) or unknown(request.GET, own) or repeated(request.GET, single)
        return told_in_json(request, sentence) if sentence else view(request, *args, **kwargs)

    return checked


def with_servers(view: View) -> View:
    """The description of the API, which also names the site by the address that it was asked at."""

    @wraps(view)
    def named(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        described = json.loads(view(request, *args, **kwargs).content)
        described["servers"] = [{"url": request.build_absolute_uri("/").rstrip("/")}]
        return JsonResponse(described)

    return named
