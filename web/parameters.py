"""What may stand behind the question mark: what the address knows, and what others add to links."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Refusal = Callable[[HttpRequest, str], HttpResponse]

# Added to links by mail programs, advertisements and networks; they change nothing here.
IGNORED = frozenset({
    "_ga", "_gl", "dclid", "fbclid", "gad_source", "gbraid", "gclid", "igshid", "mc_cid", "mc_eid",
    "msclkid", "ref", "srsltid", "ttclid", "twclid", "wbraid", "yclid",
})  # fmt: skip
IGNORED_BEGINNING = "utm_"
LONGEST_SHOWN = 80


def is_ignored(name: str) -> bool:
    """Whether others add it to links."""
    return name in IGNORED or name.startswith(IGNORED_BEGINNING)


def unknown(given: Iterable[str], known: Iterable[str]) -> str:
    """What is wrong with the names that are given, in a sentence; nothing where all are known."""
    known = list(known)
    strange = [name for name in given if name not in known and not is_ignored(name)]
    if not strange:
        return ""
    shown = strange[0][:LONGEST_SHOWN]
    if not known:
        return _("There is no parameter “%(name)s”; this address takes none.") % {"name": shown}
    told = {"name": shown, "known": ", ".join(known)}
    return _("There is no parameter “%(name)s”; there are: %(known)s.") % told


def refused_as_a_page(request: HttpRequest, sentence: str) -> HttpResponse:
    """400, as people see it."""
    return render(request, "400.html", {"error": sentence}, status=400)


def takes(
    *known: str | type[forms.Form], without: Iterable[str] = (), refuse: Refusal = refused_as_a_page
) -> Callable[[View], View]:
    """Lets a view answer to these parameters alone: names, and all fields of a form."""
    names = _names(known, without)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            sentence = unknown(request.GET, names)
            return refuse(request, sentence) if sentence else view(request, *args, **kwargs)

        return cast(View, checked)

    return decorate


def _names(known: Iterable[str | type[forms.Form]], without: Iterable[str]) -> list[str]:
    names: list[str] = []
    for one in known:
        names += [one] if isinstance(one, str) else list(one.base_fields)
    return [name for name in names if name not in without]


def without_ignored(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware that drops what others add, so that an answer is kept once for all links."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if any(map(is_ignored, request.GET)):
            kept = QueryDict(mutable=True, encoding=request.encoding)
            for name, values in request.GET.lists():
                if not is_ignored(name):
                    kept.setlist(name, values)
            request.META["QUERY_STRING"] = kept.urlencode()
            kept._mutable = False
            request.GET = kept  # type: ignore[assignment]
        return get_response(request)

    return middleware
