"""JSON answers: whatever goes wrong has one shape, {"error": "one sentence"}."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from recommender.search.errors import NotReady, SearchError

View = Callable[..., HttpResponse]


def failure(sentence: str, status: int, **more: Any) -> JsonResponse:
    """An error as JSON."""
    return JsonResponse({"error": sentence, **more}, status=status)


def in_json(view: View) -> View:
    """Makes `view` tell in JSON what it refuses, a wrong method too. It needs no CSRF token."""

    @csrf_exempt
    @wraps(view)
    def told_in_json(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except SearchError as error:
            return _refused(error)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            refusal = failure(f"This address answers to {allowed}, not {request.method}.", 405)
            refusal["Allow"] = allowed
            return refusal
        return response

    return told_in_json


def _refused(error: SearchError) -> JsonResponse:
    """The visitor's sentence; the owner, who has DEBUG on, sees the commands as well."""
    if isinstance(error, NotReady):
        error.log()
        if settings.DEBUG:
            return failure(error.for_owner, error.status, commands=error.commands)
    return failure(str(error), error.status)
