"""What may stand behind the question mark: what the address knows, and what others add to links."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import unquote_plus, unquote_to_bytes

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from catalog.fields import Field, User, names_for

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
    strange = [name for name in given if name not in known and not is_ignored(name)]
    if not strange:
        return ""
    shown = strange[0][:LONGEST_SHOWN]
    if not known:
        return _("There is no parameter “%(name)s”; this address takes none.") % {"name": shown}
    told = {"name": shown, "known": ", ".join(known)}
    return _("There is no parameter “%(name)s”; there are: %(known)s.") % told


def repeated(given: QueryDict, single: Iterable[str]) -> str:
    """What is wrong where a parameter with one value has several, in a sentence; else nothing."""
    name = next((name for name in single if len(given.getlist(name)) > 1), "")
    told = _("The parameter “%(name)s” is given more than once; give it once.")
    return told % {"name": name} if name else ""


def one_of(name: str, allowed: Iterable[str]) -> str:
    """What is wrong where a parameter is none of those, in a sentence."""
    told = _("%(name)s must be one of: %(allowed)s.")
    return told % {"name": name, "allowed": ", ".join(allowed)}


def garbled(request: HttpRequest) -> str:
    """What is wrong where the parameters are no text, in a sentence; nothing where they are."""
    try:
        written = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")  # as in WSGI
        unquote_to_bytes(written).decode()
    except UnicodeDecodeError:
        return _("The parameters are not UTF-8 text; percent-encode their bytes.")
    return ""


def refused_as_a_page(request: HttpRequest, sentence: str) -> HttpResponse:
    """400, as people see it."""
    return render(request, "400.html", {"error": sentence}, status=400)


def takes(
    *known: str | type[forms.Form] | Field,
    without: Iterable[str] = (),
    refuse: Refusal = refused_as_a_page,
) -> Callable[[View], View]:
    """Lets a view answer to these parameters alone: names, a form's, and fields for visitors.

    A field with one value is refused where it is given twice.
    """
    names = _names(known, without)
    single = [one.name for one in known if isinstance(one, Field) and not one.is_list]

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            sentence = unknown(request.GET, names) or repeated(request.GET, single)
            return refuse(request, sentence) if sentence else view(request, *args, **kwargs)

        return cast(View, checked)

    return decorate


def _names(known: Iterable[str | type[forms.Form] | Field], without: Iterable[str]) -> list[str]:
    names: list[str] = []
    for one in known:
        match one:
            case str():
                names.append(one)
            case Field():
                names += names_for(User.VISITOR, [one])
            case _:
                names += list(one.base_fields)
    return [name for name in names if name not in without]


def without_ignored(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """The middleware that drops what others add, so that an answer is kept once for all links."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if any(map(is_ignored, request.GET)):
            parts = request.META["QUERY_STRING"].split("&")
            kept = [p for p in parts if not is_ignored(unquote_plus(p.partition("=")[0]))]
            request.META["QUERY_STRING"] = "&".join(kept)
            request.GET = QueryDict("&".join(kept), encoding=request.encoding)
        return get_response(request)

    return middleware
