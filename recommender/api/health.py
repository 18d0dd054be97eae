"""/healthz: whether the process is alive, whoever asks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from recommender.api.responses import in_json

ADDRESS = "/healthz"


def health(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The first middleware: a probe speaks to an address, not to a host that we know by name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return alive(request) if request.path_info == ADDRESS else get_response(request)

    return middleware


@in_json
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Says that the process is alive; asks neither the database nor the index."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
