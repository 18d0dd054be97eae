"""/healthz: whether the process is alive, whoever asks. /readyz: whether it has answers."""

from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from catalog import replica
from recommender.live import readiness
from web.json_responses import in_json

NEVER_KEPT = {"Cache-Control": "no-store"}


def health(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The first middleware: a probe speaks to an address, not to a host that we know by name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        probe = ADDRESSES.get(request.path_info)
        return probe(request) if probe else get_response(request)

    return middleware


@in_json
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Says that the process is alive; asks neither the database nor the index."""
    return JsonResponse({"status": "ok"}, headers=NEVER_KEPT)


@in_json
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Says whether look-alikes can be shown, with 503 and what is wrong where they cannot.

    Of two databases, it says which of them answers: either is enough.
    """
    wrong = readiness.faults()
    content: dict[str, object] = {"status": "ok"}
    if wrong:
        content = {"status": "not ready", "wrong": wrong}
    if replica.exists():
        content["databases"] = {
            "primary": _answers(DEFAULT_DB_ALIAS), "replica": _answers(replica.REPLICA)
        }  # fmt: skip
    return JsonResponse(content, status=503 if wrong else 200, headers=NEVER_KEPT)


def _answers(alias: str) -> str:
    return "does not answer" if replica.why_silent(alias) else "answers"


ADDRESSES = {"/healthz": alive, "/readyz": ready}
