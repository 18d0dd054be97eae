"""JSON answers: whatever goes wrong has one shape, {"error": "one sentence"}."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from recommender.search.errors import NotReady, SearchError

View = Callable[..., HttpResponse]


def failure(sentence: str, status: int, **more: Any) -> JsonResponse:
    """An error as JSON."""
    return JsonResponse({"error": sentence, **more}, status=status)


def json_error(request: HttpRequest, sentence: str) -> HttpResponse:
    """400, as programs read it."""
    return failure(sentence, 400)


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks."""
    return request.path_info.startswith("/api/")


def in_json(view: View) -> View:
    """Makes `view` tell in JSON what it refuses, a wrong method too. It needs no CSRF token."""

    @csrf_exempt
    @wraps(view)
    def json_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = request.method
        request.method = "GET" if method == "HEAD" else method  # the body is dropped later
        try:
            response = view(request, *args, **kwargs)
        finally:
            request.method = method
        return _not_allowed(request, response) if response.status_code == 405 else response

    return json_view


def _not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    methods = [method.strip() for method in response["Allow"].split(",")]
    methods += ["HEAD"] if "GET" in methods and "HEAD" not in methods else []
    allowed = ", ".join(methods)
    answer = failure(f"This address answers to {allowed}, not {request.method}.", 405)
    answer["Allow"] = allowed
    return answer


def refusal(error: SearchError) -> JsonResponse:
    """The visitor's sentence; the owner, who has DEBUG on, sees the commands as well."""
    error.log()
    shown = isinstance(error, NotReady) and settings.DEBUG
    commands = {"commands": error.commands} if isinstance(error, NotReady) and shown else {}
    response = failure(error.for_owner if shown else str(error), error.status, **commands)
    if error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response
