"""What stands in for an answer: pages below /, JSON below /api/. Django's handlers name them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from recommender.search.errors import SearchError
from web.json_responses import failure, is_api, refusal
from web.refusals import nowhere, refused


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: ways on for people, a sentence for programs."""
    if is_api(request):
        return failure("There is no such address.", 404)
    return nowhere(request)


def forbidden(
    request: HttpRequest, exception: Exception | None = None, reason: str = ""
) -> HttpResponse:
    """403: the account lacks a right; or, for a `reason` that the log has, a form its token."""
    sentence = (
        _("This page is out of date. Please reload it.")
        if reason
        else _("Your account may not do this. Whoever runs the site can give it the right.")
    )
    if is_api(request):
        return failure(sentence, 403)
    return render(request, "403.html", {"error": sentence, "is_stale": bool(reason)}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, before any view: the request itself is not understood."""
    sentence = _("The request could not be understood.")
    if is_api(request):
        return failure(sentence, 400)
    return render(request, "400.html", {"error": sentence}, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without the database or any context, which may be what broke."""
    if is_api(request):
        return failure("Something broke on our side. It has been noted.", 500)
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def refused_at_the_door(request: HttpRequest, error: SearchError) -> HttpResponse:
    """What is refused before any view: a sentence for programs, a page, or a part of one."""
    if is_api(request):
        return refusal(error)
    if request.headers.get("HX-Target") == "found":  # where the picture's page puts its answer
        return refused(request, error, "recommender/_refused.html")
    return refused(request, error, "down.html" if error.retry_after else "")
