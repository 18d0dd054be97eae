"""/picture/: what looks like a picture of the visitor's own. It is compared, and not kept."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from recommender.search.answering import index_of_shown
from recommender.search.errors import SearchError
from recommender.search.forms import MAX_MEGABYTES, SimilarForm, fields_of, picture_of
from web.pages.refusals import refused
from web.pages.rows import rows, under_all_metrics
from web.pages.walk import narrowed
from web.parameters import takes


@csrf_exempt  # nothing is changed, and nothing is kept
@require_http_methods(["GET", "HEAD", "POST"])
@takes(SimilarForm, "distances")
def picture(request: HttpRequest) -> HttpResponse:
    """The form, and beside it the answer. The page's script takes a refusal into its place."""
    try:
        return render(request, "recommender/picture.html", _context(request))
    except SearchError as error:
        by_script = getattr(request, "htmx", None)
        return refused(request, error, "recommender/_refused.html" if by_script else "")


def _context(request: HttpRequest) -> dict[str, Any]:
    asked = _asked(request)
    form = SimilarForm.typed(asked)
    filters = narrowed(asked)
    context = {
        "form": form,
        "typed": asked,
        "narrowed": filters,
        "onward": filters,
        "most_megabytes": MAX_MEGABYTES,
        "by_url": settings.PICTURE_BY_URL,
    }
    index_of_shown()
    return context | _answered(request, asked, form)


def _asked(request: HttpRequest) -> QueryDict:
    """The query string, and the fields of a form that was sent, which count first."""
    asked = request.GET.copy()
    sent = fields_of(request) if request.method == "POST" else QueryDict()
    for name, values in sent.lists():
        asked.setlist(name, values)
    return asked


def _answered(request: HttpRequest, asked: QueryDict, form: SimilarForm) -> dict[str, Any]:
    """The rows, where a picture or its address is given; raises SearchError."""
    if request.method == "POST":
        query = form.query(picture=picture_of(request), url="")
    elif asked.get("url"):
        query = form.query(liked=(), disliked=())
    else:
        return {"form": SimilarForm({})} if not form.is_valid() else {}
    return rows(asked, form, under_all_metrics(query))
